import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { SettingsView } from '$lib/contract';
import { aliasesOf, faultsOf, isSame, newRow, rowsOf } from '$pages/settings/alias-rows';
import Settings from '$pages/settings/Settings.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { gatewayStatus, settingsView } from '../samples';

const SHIPPED = [
  { name: 'gpt-4o', models: ['Qwen/Qwen3.6-35B-A3B', 'zai-org/GLM-5.2'] },
  { name: 'claude-*', models: ['zai-org/GLM-5.2'] },
];

function open(change: Partial<SettingsView> = {}) {
  let settings = settingsView({ aliases: SHIPPED, shipped_aliases: SHIPPED, ...change });
  const backend = new FakeBackend({
    get_settings: () => settings,
    gateway_status: () => gatewayStatus(),
    update_settings: (patch) => {
      if (patch.aliases?.some(({ name }) => name === 'taken')) {
        throw new CallError('invalid_setting', 'alias "taken" names no model');
      }
      settings = { ...settings, ...patch };
      return settings;
    },
  });
  openPage(Settings, backend);
  return backend;
}

const lines = (): HTMLElement[] => screen.getAllByTestId('alias');
const lastLine = (): HTMLElement => lines().at(-1) ?? expect.fail('no row');

async function fill(line: HTMLElement, testid: string, text: string) {
  const user = userEvent.setup();
  await user.clear(within(line).getByTestId(testid));
  await user.type(within(line).getByTestId(testid), text);
}

describe('the table of model names', () => {
  it('adds, removes and saves rows as one table', async () => {
    const backend = open();
    const user = userEvent.setup();
    await screen.findByTestId('aliases');
    await user.click(screen.getByTestId('aliases-add'));
    await fill(lastLine(), 'alias-name', ' mine ');
    await fill(lastLine(), 'alias-models', 'a/A， b/B,');
    await user.click(within(lines()[1] ?? expect.fail('no row')).getByTestId('alias-remove'));
    expect(screen.getByTestId('aliases-note').textContent).toBe('Not saved yet');
    await user.click(screen.getByTestId('aliases-save'));
    await waitFor(() => expect(screen.getByTestId('aliases-note').textContent).toBe('Saved'));
    expect(backend.requestsOf('update_settings')).toEqual([
      { aliases: [SHIPPED[0], { name: 'mine', models: ['a/A', 'b/B'] }] },
    ]);
  });

  it('names what is wrong beside its row and saves nothing', async () => {
    const backend = open();
    const user = userEvent.setup();
    await screen.findByTestId('aliases');
    await user.click(screen.getByTestId('aliases-add'));
    await fill(lastLine(), 'alias-name', 'gpt-4o');
    await user.click(screen.getByTestId('aliases-save'));
    expect(within(lastLine()).getByTestId('alias-fault').textContent).toContain('another row');
    await fill(lastLine(), 'alias-name', 'mine');
    expect(screen.queryByTestId('alias-fault')).toBeNull();
    await fill(lastLine(), 'alias-models', 'gpt-4o');
    await user.click(screen.getByTestId('aliases-save'));
    expect(within(lastLine()).getByTestId('alias-fault').textContent).toContain('another name');
    expect(backend.requestsOf('update_settings')).toEqual([]);
  });

  it('shows what the program refuses and keeps the draft', async () => {
    open();
    const user = userEvent.setup();
    await screen.findByTestId('aliases');
    await user.click(screen.getByTestId('aliases-add'));
    await fill(lastLine(), 'alias-name', 'taken');
    await fill(lastLine(), 'alias-models', 'a/A');
    await user.click(screen.getByTestId('aliases-save'));
    const error = await screen.findByTestId('aliases-error');
    expect(error.textContent).toContain('alias "taken" names no model');
    expect(lines()).toHaveLength(3);
    await user.click(screen.getByTestId('aliases-discard'));
    expect(lines()).toHaveLength(2);
    expect(screen.queryByTestId('aliases-error')).toBeNull();
  });

  it('goes back to the shipped names', async () => {
    const backend = open({ aliases: [{ name: 'mine', models: ['a/A'] }] });
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('aliases-shipped'));
    expect(screen.getByTestId('aliases-shipped')).toHaveProperty('disabled', true);
    await user.click(screen.getByTestId('aliases-save'));
    await waitFor(() =>
      expect(backend.requestsOf('update_settings')).toEqual([{ aliases: SHIPPED }]),
    );
  });

  it('says which names of the file are not used, and that there are none', async () => {
    open({ aliases: [], alias_faults: ['alias "a" leads to "b", which is an alias'] });
    expect((await screen.findByTestId('aliases-unused')).textContent).toContain('leads to "b"');
    expect(screen.getByTestId('aliases').textContent).toContain('No names yet');
  });
});

describe('patience and failover', () => {
  it('saves each limit, within its bounds', async () => {
    const backend = open();
    const user = userEvent.setup();
    const input = await screen.findByTestId('settings-first-byte-s');
    for (const text of ['0', '86401', '1.5']) {
      await user.clear(input);
      await user.type(input, `${text}{Enter}`);
      expect(screen.getByTestId('settings-first-byte-s-field-error').textContent).toContain(
        '1 to 86,400',
      );
    }
    for (const name of ['first-byte-s', 'stream-idle-s', 'max-attempts']) {
      const field = screen.getByTestId(`settings-${name}`);
      await user.clear(field);
      await user.type(field, '20{Enter}');
    }
    await waitFor(() =>
      expect(backend.requestsOf('update_settings')).toEqual([
        { first_byte_s: 20 },
        { stream_idle_s: 20 },
        { max_attempts: 20 },
      ]),
    );
  });
});

describe('rows and tables', () => {
  const row = (name: string, models: string) => newRow(name, models);

  it.each([
    ['', 'a/A', 'name'],
    ['two words', 'a/A', 'name'],
    ['x'.repeat(201), 'a/A', 'name'],
    ['mine', ' , ', 'empty'],
    ['mine', 'a b', 'model'],
    ['mine', 'vendor/*', 'model'],
    ['mine', '模型', 'model'],
    ['mine', 'mine', 'loop'],
    ['mine', 'a/A, a/A', 'twice'],
    ['mine', Array.from({ length: 17 }, (_, n) => `m${n}`).join(), 'many'],
    ['claude-*', 'a/A', undefined],
    ['名称', 'a/A', undefined],
  ])('%s → %s: %s', (name, models, fault) => {
    const one = row(name, models);
    expect(faultsOf([one]).get(one.id)).toBe(fault);
  });

  it('come out as they went in', () => {
    expect(aliasesOf(rowsOf(SHIPPED))).toEqual(SHIPPED);
    expect(isSame(SHIPPED, [...SHIPPED].reverse())).toBe(true);
    expect(isSame(SHIPPED, SHIPPED.slice(1))).toBe(false);
  });
});
