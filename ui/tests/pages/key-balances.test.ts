import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { KeyView, RefreshReport } from '$lib/contract';
import Keys from '$pages/keys/Keys.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { keyView, refreshReport } from '../samples';

const reported = {
  nano: 12_500_000_000,
  currency: 'CNY',
  source: 'reported',
  known_nano: 12_500_000_000,
} as const;

/** Two keys of one account and one abroad, whose balances change as they are told. */
function backendOf(change: Partial<KeyView> = {}) {
  let keys: KeyView[] = [
    keyView({ id: 'a', label: 'alpha', account: 'team', account_id: '1', ...change }),
    keyView({ id: 'b', label: 'beta', account: 'team', account_id: '1', ...change }),
  ];
  return new FakeBackend({
    list_keys: () => ({ keys }),
    refresh_status: () => ({ running: null, last: null, interval_s: 0, next_at_ms: null }),
    set_balance: ({ account_id, nano, currency = 'CNY' }) => {
      const balance =
        nano === null
          ? null
          : { nano, currency, source: 'manual' as const, known_nano: nano, as_of_ms: Date.now() };
      keys = keys.map((key) => (key.account_id === account_id ? { ...key, balance } : key));
      return {};
    },
  });
}

async function cell(index: number): Promise<HTMLElement> {
  const rows = await screen.findAllByTestId('keys-row');
  return within(rows[index] as HTMLElement).getByTestId('key-balance');
}

const read = (element: HTMLElement): string => element.textContent.replaceAll(/\s+/g, ' ').trim();

describe('the balance in the list', () => {
  it('is typed in place, for the whole account', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await cell(0)).getByTestId('key-balance-edit'));
    expect(document.activeElement).toBe(screen.getByTestId('key-balance-input'));
    await user.keyboard('12.5{Enter}');
    await waitFor(async () => expect(read(await cell(1))).toBe('¥12.50 manual · now'));
    expect(backend.requestsOf('set_balance')).toEqual([
      { account_id: '1', nano: 12_500_000_000, currency: 'CNY' },
    ]);
    expect(document.activeElement).toBe(within(await cell(0)).getByTestId('key-balance-edit'));
  });

  it('refuses what is no amount, and leaves everything on Escape', async () => {
    const backend = backendOf();
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(within(await cell(0)).getByTestId('key-balance-edit'));
    await user.keyboard('a lot{Enter}');
    expect(screen.getByTestId('key-balance-help').textContent).toContain('12.50');
    expect(screen.getByTestId('key-balance-input').getAttribute('aria-invalid')).toBe('true');
    await user.keyboard('{Escape}');
    expect(read(await cell(0))).toBe('unknown');
    expect(backend.requestsOf('set_balance')).toEqual([]);
  });

  it('is forgotten by the button, and by an empty field', async () => {
    const balance = { ...reported, as_of_ms: Date.now() };
    const backend = backendOf({ balance });
    const user = userEvent.setup();
    openPage(Keys, backend);
    expect(read(await cell(0))).toBe('¥12.50 reported · now');
    await user.click(within(await cell(0)).getByTestId('key-balance-edit'));
    await user.click(screen.getByTestId('key-balance-clear'));
    await waitFor(async () => expect(read(await cell(0))).toBe('unknown'));
    expect(backend.requestsOf('set_balance')).toEqual([
      { account_id: '1', nano: null, currency: 'CNY' },
    ]);
  });

  it('carries a mark with the reason when it could not be renewed', async () => {
    const at = Date.now() - 300_000;
    const failure = { text: '502 from /user/info', at_ms: at } as const;
    openPage(
      Keys,
      backendOf({
        balance: { ...reported, as_of_ms: at },
        balance_failure: { reason: 'status', ...failure },
      }),
    );
    const mark = within(await cell(0)).getByTestId('key-balance-stale');
    expect(read(mark)).toBe('not renewed Not renewed (5 minutes ago): 502 from /user/info');
    expect(read(await cell(0))).toContain('¥12.50');
  });

  it('is no alarm where the vendor tells no balance', async () => {
    const failure = { reason: 'retired', text: '410', at_ms: Date.now() } as const;
    openPage(Keys, backendOf({ balance_failure: failure }));
    expect(read(await cell(0))).toBe('unknown');
    expect(screen.queryByTestId('key-balance-stale')).toBeNull();
  });

  it('stands with the account when the keys are grouped', async () => {
    const user = userEvent.setup();
    openPage(Keys, backendOf({ balance: { ...reported, as_of_ms: Date.now() } }));
    await user.click(await screen.findByTestId('keys-group'));
    expect(read(await screen.findByTestId('account-balance'))).toBe('¥12.50 reported · now');
    expect(read(await cell(0))).toBe('');
  });
});

describe('refreshing', () => {
  it('shows the progress, stops on demand, and sums up', async () => {
    const answer = deferred<RefreshReport>();
    const backend = backendOf();
    backend.answers.refresh = () => answer.promise;
    backend.answers.cancel_refresh = () => ({
      running: { done: 1, total: 2, report: null },
      last: null,
      interval_s: 0,
      next_at_ms: null,
    });
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(await screen.findByTestId('keys-refresh'));
    expect(screen.getByTestId('keys-refresh').textContent).toContain('Stop');
    backend.emit({ type: 'refresh_progress', done: 1, total: 2, report: null });
    await waitFor(() =>
      expect(screen.getByTestId('refresh-text').textContent).toBe(
        'Checking keys and balances: 1 of 2',
      ),
    );
    await user.click(screen.getByTestId('keys-refresh'));
    expect(screen.getByTestId('refresh-text').textContent).toBe('Stopping…');
    answer.resolve(
      refreshReport({ checked: 2, valid: 1, invalid: 1, changed: 1, balances: 1, cancelled: true }),
    );
    await waitFor(() => expect(screen.queryByTestId('refresh-bar')).toBeNull());
    expect(screen.getByTestId('toasts').textContent).toContain(
      'Stopped: 2 keys checked · 1 valid · 1 invalid · 1 changed · 1 balance told',
    );
    expect(backend.requestsOf('refresh')).toEqual([{}]);
  });

  it('asks about one account, or those of the selected keys once each', async () => {
    const backend = backendOf();
    backend.answers.refresh = () => refreshReport({ checked: 2, valid: 2 });
    const user = userEvent.setup();
    openPage(Keys, backend);
    const [row] = await screen.findAllByTestId('keys-row');
    await user.click(within(row as HTMLElement).getByTestId('key-refresh'));
    await user.click(screen.getByTestId('keys-select-all'));
    await user.click(await screen.findByTestId('keys-refresh-selected'));
    await waitFor(() =>
      expect(backend.requestsOf('refresh')).toEqual([
        { account_ids: ['1'] },
        { account_ids: ['1'] },
      ]),
    );
  });
});
