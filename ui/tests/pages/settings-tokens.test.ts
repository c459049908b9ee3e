import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { ClientView } from '$lib/contract';
import { barsOf, faultsOf, formOf, limitsOf } from '$pages/settings/token-terms';
import TokensSection from '$pages/settings/TokensSection.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { clientView, settingsView } from '../samples';

const TOKEN = `fk-${'0'.repeat(64)}`;
const YUAN = 1_000_000_000;

const DEFAULT = clientView({ id: 'default', name: 'default', is_default: true });
const BOUND = clientView({
  limits: {
    models: ['deepseek-ai/*'],
    requests_per_minute: 30,
    budget: { currency: 'CNY', day_nano: 5 * YUAN, month_nano: 50 * YUAN },
  },
  spent: {
    day_nano: 5.5 * YUAN,
    month_nano: 41 * YUAN,
    day_resets_at_ms: 1_760_000_000_000,
    month_resets_at_ms: 1_760_000_000_000,
    uncounted_calls: 0,
  },
});

function open(first: ClientView[] = [DEFAULT, BOUND], requireToken = true) {
  let clients = first;
  const backend = new FakeBackend({
    list_clients: () => ({ clients }),
    get_settings: () => settingsView({ require_token: requireToken }),
    create_client: ({ name, limits }) => {
      if (name === 'refused') throw new CallError('invalid_request', 'a budget is in CNY or USD');
      const client = clientView({ id: `${name}-2`, name, limits, is_default: name === 'default' });
      clients = [...clients, client];
      return { client, token: TOKEN };
    },
    update_client: () => BOUND,
    revoke_client: ({ id }) => {
      clients = clients.filter((client) => client.id !== id);
      return clientView({ id, revoked_at_ms: 1 });
    },
  });
  openPage(TokensSection, backend);
  return backend;
}

const row = async (name: string): Promise<HTMLElement> => {
  const rows = await screen.findAllByTestId('token');
  return rows.find((one) => one.dataset['token'] === name) ?? expect.fail(`no ${name}`);
};

async function fill(testid: string, text: string) {
  const user = userEvent.setup();
  const input = await screen.findByTestId(testid);
  await user.clear(input);
  if (text !== '') await user.type(input, text);
}

describe('the tokens', () => {
  it('are listed with their limits and budgets', async () => {
    open();
    expect(within(await row('default')).getByTestId('token-limits').textContent).toBe('No limits');
    const bound = await row('cursor');
    expect(within(bound).getByTestId('token-limits').textContent).toBe(
      'deepseek-ai/* · 30 per minute',
    );
    const budgets = within(bound).getAllByTestId('token-budget');
    expect(budgets.map((one) => one.dataset['level'])).toEqual(['spent', 'near']);
    expect(budgets[0]?.textContent).toContain('¥5.50 of ¥5.00 today');
    expect(budgets[1]?.textContent).toContain('¥41.00 of ¥50.00 this month');
  });

  it('are made, shown once, and copied', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('tokens-new'));
    await fill('token-name', ' Claude Code ');
    await fill('token-models', 'a/*， b/B,');
    await fill('token-per-minute', '1,200');
    await fill('token-day', '0.01');
    await user.click(screen.getByTestId('token-save'));
    expect((await screen.findByTestId('token-made-value')).textContent).toBe(TOKEN);
    expect(backend.requestsOf('create_client')).toEqual([
      {
        name: 'Claude Code',
        limits: {
          models: ['a/*', 'b/B'],
          requests_per_minute: 1_200,
          budget: { currency: 'CNY', day_nano: 10_000_000, month_nano: null },
        },
      },
    ]);
    await user.click(screen.getByTestId('token-made-done'));
    await waitFor(() => expect(screen.queryByText(TOKEN)).toBeNull());
    await row('Claude Code');
  });

  it('keep what was typed when it is refused', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('tokens-new'));
    await user.click(screen.getByTestId('token-save'));
    expect((await screen.findByTestId('token-name-fault')).textContent).toContain('1 to 64');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('token-name')));
    await fill('token-name', 'cursor');
    await user.click(screen.getByTestId('token-save'));
    expect(screen.getByTestId('token-name-fault').textContent).toContain('Another token');
    expect(backend.requestsOf('create_client')).toEqual([]);
    await fill('token-name', 'refused');
    await user.click(screen.getByTestId('token-save'));
    expect((await screen.findByTestId('token-error')).textContent).toContain('CNY or USD');
    expect(screen.getByTestId('token-name')).toHaveProperty('value', 'refused');
  });

  it('are changed as a whole', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(within(await row('cursor')).getByTestId('token-edit'));
    expect(await screen.findByTestId('token-models')).toHaveProperty('value', 'deepseek-ai/*');
    expect(screen.getByTestId('token-month')).toHaveProperty('value', '50');
    await fill('token-day', '');
    await user.click(screen.getByTestId('token-save'));
    await waitFor(() => expect(screen.queryByTestId('token-dialog')).toBeNull());
    const limits = {
      ...BOUND.limits,
      budget: { currency: 'CNY', day_nano: null, month_nano: 50 * YUAN },
    };
    expect(backend.requestsOf('update_client')).toEqual([{ id: 'cursor-1', limits }]);
  });

  it('are revoked only after a confirmation', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(within(await row('cursor')).getByTestId('token-revoke'));
    await user.click(await screen.findByTestId('token-revoke-cancel'));
    expect(backend.requestsOf('revoke_client')).toEqual([]);
    await user.click(within(await row('cursor')).getByTestId('token-revoke'));
    await user.click(await screen.findByTestId('token-revoke-confirm'));
    await waitFor(() => expect(screen.getAllByTestId('token')).toHaveLength(1));
    expect(backend.requestsOf('revoke_client')).toEqual([{ id: 'cursor-1' }]);
  });

  it('have a way back to a default one', async () => {
    const backend = open([BOUND]);
    const user = userEvent.setup();
    expect((await screen.findByTestId('tokens-no-default')).textContent).toContain('revoked');
    await user.click(screen.getByTestId('tokens-renew'));
    await screen.findByTestId('token-made');
    expect(backend.requestsOf('create_client')[0]?.name).toBe('default');
  });

  it('say when they are not asked for', async () => {
    open([DEFAULT], false);
    expect((await screen.findByTestId('tokens-not-required')).textContent).toContain('limits');
  });

  it('say when there is none, and when they cannot be read', async () => {
    open([]);
    expect((await screen.findByTestId('tokens-none')).textContent).toContain('no tool');
    openPage(
      TokensSection,
      new FakeBackend({
        get_settings: () => settingsView(),
        list_clients: () => {
          throw new CallError('storage', 'disk full');
        },
      }),
    );
    await screen.findByTestId('tokens-error');
  });
});

describe('the fields', () => {
  const form = formOf(undefined);

  it.each([
    [{ ...form, name: '' }, ['name']],
    [{ ...form, name: 'x'.repeat(65) }, ['name']],
    [{ ...form, name: 'sk-test' }, ['name']],
    [{ ...form, name: 'taken' }, ['taken']],
    [{ ...form, name: 'a', models: 'a b' }, ['models']],
    [{ ...form, name: 'a', perMinute: '0' }, ['per_minute']],
    [{ ...form, name: 'a', perMinute: '1.5' }, ['per_minute']],
    [{ ...form, name: 'a', day: '0', month: '-1' }, ['day', 'month']],
    [{ ...form, name: '编程助手', models: 'a,b\nc', perMinute: '5', day: '¥0.5' }, []],
  ])('%o', (fields, faults) => {
    expect([...faultsOf(fields, ['taken'])]).toEqual(faults);
  });

  it('come out as they went in', () => {
    expect(limitsOf(formOf(BOUND))).toEqual(BOUND.limits);
    expect(limitsOf(form)).toEqual({ models: [], requests_per_minute: null, budget: null });
    expect(barsOf(DEFAULT)).toEqual([]);
  });
});
