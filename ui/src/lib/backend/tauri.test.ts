import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '$lib/backend/connect';
import { connectTauri } from '$lib/backend/tauri';

afterEach(() => clearMocks());

describe('the desktop backend', () => {
  it('invokes the command of the same name with its request', async () => {
    const asked: unknown[] = [];
    mockIPC((command, payload) => {
      asked.push([command, payload]);
      return { removed: 1, unknown: [] };
    });
    const backend = connectTauri();
    await expect(backend.call('remove_keys', { ids: ['a'] })).resolves.toMatchObject({
      removed: 1,
    });
    await backend.desktop?.call('restart_gateway', {});
    await backend.desktop?.painted();
    expect(asked).toEqual([
      ['remove_keys', { request: { ids: ['a'] } }],
      ['restart_gateway', { request: {} }],
      ['window_painted', {}],
    ]);
  });

  it('fails with the code of the contract', async () => {
    mockIPC(() => {
      // Tauri rejects with the value itself, not with an Error.
      throw { code: 'vault_locked', message: 'the collection is locked' };
    });
    await expect(connectTauri().call('list_keys', {})).rejects.toMatchObject({
      name: 'CallError',
      code: 'vault_locked',
    });
  });

  it('is chosen inside the shell only', async () => {
    mockIPC(() => null);
    expect((await connect()).kind).toBe('desktop');
    clearMocks();
    Reflect.deleteProperty(window, '__TAURI_INTERNALS__');
    expect((await connect()).kind).toBe('web');
  });
});
