import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { KeyView } from '$lib/contract';
import Keys from '$pages/keys/Keys.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { keyView } from '../samples';

const abroad = {
  name: 'com',
  base: 'https://api.siliconflow.com/v1',
  follows_settings: false,
  currency: 'USD',
} as const;

/** Two keys of a team and one of its own, which change as they are told. */
function backendOf() {
  let keys: KeyView[] = [
    keyView({ id: 'a', label: 'alpha', account: 'team', account_id: '1' }),
    keyView({ id: 'b', label: 'beta', account: 'beta', account_id: '2', site: abroad }),
    keyView({ id: 'c', label: 'gamma', account: 'team', account_id: '1' }),
  ];
  return new FakeBackend({
    list_keys: () => ({ keys }),
    set_key: ({ ids, label, enabled }) => {
      keys = keys.map((key) =>
        ids.includes(key.id)
          ? { ...key, label: label ?? key.label, enabled: enabled ?? key.enabled }
          : key,
      );
      return { changed: ids.length, unknown: [] };
    },
    set_account: () => ({}),
    remove_keys: ({ ids }) => ({ removed: ids.length, unknown: [] }),
    refresh_status: () => ({ running: null, last: null, interval_s: 0, next_at_ms: null }),
  });
}

const rowOf = (label: string): Promise<HTMLElement> =>
  waitFor(() => {
    const rows = screen.getAllByTestId('keys-row');
    const found = rows.find((row) => row.textContent.includes(label));
    if (found === undefined) throw new Error(`no row of ${label}`);
    return found;
  });

describe('changing keys', () => {
  it('renames in place, with the keyboard', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    const row = await rowOf('alpha');
    await user.click(within(row).getByTestId('key-label'));
    await user.keyboard('first{Enter}');
    await rowOf('first');
    expect(backend.requestsOf('set_key')).toEqual([{ ids: ['a'], label: 'first' }]);
    // Escape and an empty name leave everything as it is.
    await user.click(within(await rowOf('first')).getByTestId('key-label'));
    await user.keyboard('{Backspace}{Enter}');
    await user.click(within(await rowOf('first')).getByTestId('key-label'));
    await user.keyboard('other{Escape}');
    await rowOf('first');
    expect(backend.requestsOf('set_key')).toHaveLength(1);
  });

  it('switches one key, and those that are selected', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await rowOf('beta')).getByTestId('key-switch'));
    await waitFor(() =>
      expect(backend.requestsOf('set_key')).toEqual([{ ids: ['b'], enabled: false }]),
    );
    await user.click(await screen.findByTestId('keys-select-all'));
    await user.click(screen.getByTestId('keys-enable'));
    await waitFor(() =>
      expect(backend.requestsOf('set_key').at(-1)).toEqual({ ids: ['a', 'b', 'c'], enabled: true }),
    );
  });

  it('changes label, account, weight and use of a key in one dialog', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await rowOf('gamma')).getByTestId('key-edit'));
    const label = await screen.findByTestId('key-dialog-label');
    await user.clear(label);
    await user.type(label, 'third');
    const account = screen.getByTestId('key-dialog-account');
    expect([...document.querySelectorAll('datalist option')]).toHaveLength(2);
    await user.clear(account);
    await user.type(account, 'beta');
    const weight = screen.getByTestId('key-dialog-weight');
    await user.clear(weight);
    await user.type(weight, '1001');
    expect(screen.getByTestId('key-dialog-save')).toHaveProperty('disabled', true);
    await user.clear(weight);
    await user.type(weight, '5');
    await user.click(screen.getByTestId('key-dialog-enabled'));
    await user.click(screen.getByTestId('key-dialog-save'));
    await waitFor(() => expect(screen.queryByTestId('key-dialog')).toBeNull());
    expect(backend.requestsOf('set_key')).toEqual([
      { ids: ['c'], label: 'third', account: 'beta', weight: 5, enabled: false },
    ]);
  });

  it('sends nothing when nothing was changed, and tells of a key that is gone', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await rowOf('beta')).getByTestId('key-edit'));
    await user.click(await screen.findByTestId('key-dialog-save'));
    await waitFor(() => expect(screen.queryByTestId('key-dialog')).toBeNull());
    expect(backend.requestsOf('set_key')).toEqual([]);
    backend.answers.set_key = ({ ids }) => ({ changed: 0, unknown: ids });
    await user.click(within(await rowOf('beta')).getByTestId('key-edit'));
    await user.type(await screen.findByTestId('key-dialog-label'), '2');
    await user.click(screen.getByTestId('key-dialog-save'));
    expect((await screen.findByTestId('key-error')).textContent).toContain('no longer there');
  });

  it('removes the one key of the dialog, after a question', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await rowOf('beta')).getByTestId('key-edit'));
    await user.click(await screen.findByTestId('key-dialog-remove'));
    expect((await screen.findByTestId('remove-list')).textContent).toContain('beta');
    expect(backend.requestsOf('remove_keys')).toEqual([]);
    await user.click(screen.getByTestId('remove-confirm'));
    await waitFor(() => expect(backend.requestsOf('remove_keys')).toEqual([{ ids: ['b'] }]));
  });

  it('tells when a change fails', async () => {
    const backend = backendOf();
    backend.answers.set_key = () => Promise.reject(new CallError('storage', 'disk full'));
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await rowOf('beta')).getByTestId('key-switch'));
    await waitFor(() =>
      expect(screen.getByTestId('toasts').textContent).toContain('Nothing could be read'),
    );
  });
});

describe('accounts', () => {
  it('stand above their keys with their site', async () => {
    const user = userEvent.setup();
    openPage(Keys, backendOf());
    await user.click(await screen.findByTestId('keys-group'));
    const groups = await screen.findAllByTestId('keys-group-row');
    expect(groups.map((row) => row.textContent.replaceAll(/\s+/g, ' ').trim())).toEqual([
      'team .cn CNY 2 keys unknown',
      'beta .com USD 1 key unknown',
    ]);
    const labels = screen.getAllByTestId('key-label').map((label) => label.textContent.trim());
    expect(labels).toEqual(['alpha', 'gamma', 'beta']);
  });

  it('are renamed and moved to another site', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(await screen.findByTestId('keys-group'));
    await user.click(await screen.findByLabelText('Edit account beta'));
    const label = await screen.findByTestId<HTMLInputElement>('account-label');
    expect(label.value).toBe('beta');
    expect(screen.getByTestId<HTMLSelectElement>('account-site-choice').value).toBe('com');
    await user.clear(label);
    await user.type(label, 'abroad');
    await user.selectOptions(screen.getByTestId('account-site-choice'), 'custom');
    expect(screen.getByTestId('account-save')).toHaveProperty('disabled', true);
    await user.type(screen.getByTestId('account-address'), 'https://relay.example/v1');
    await user.type(screen.getByTestId('account-limit-input'), '8');
    await user.click(screen.getByTestId('account-save'));
    await waitFor(() => expect(screen.queryByTestId('account-dialog')).toBeNull());
    expect(backend.requestsOf('set_account')).toEqual([
      { id: '2', label: 'abroad', site: 'https://relay.example/v1', max_concurrency: 8 },
    ]);
  });
});
