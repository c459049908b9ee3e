import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Desktop } from '$lib/backend/backend';
import { CallError } from '$lib/backend/call-error';
import type { GatewayStatus } from '$lib/contract';
import Overview from '$pages/overview/Overview.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { gatewayStatus, requestView } from '../samples';
import {
  percentiles,
  seriesPoint,
  usageAnswers,
  usageOverview,
  usageShare,
  usageTotals,
} from '../usage-samples';

const TOKEN = 'fk-test-token-0123456789';

function open(
  status: GatewayStatus,
  change: Partial<FakeBackend['answers']> = {},
  desktop?: Desktop,
) {
  const backend = new FakeBackend(
    {
      gateway_status: () => status,
      client_token: () => ({ token: TOKEN }),
      ...usageAnswers(),
      list_requests: () => ({ requests: [], next: null, is_partial: false }),
      set_paused: ({ paused }) => ({
        ...status,
        gateway: { state: paused ? 'paused' : 'running' },
      }),
      ...change,
    },
    desktop,
  );
  openPage(Overview, backend);
  return backend;
}

const noKeys = { ...gatewayStatus().keys, total: 0, usable: 0 };

describe('the overview', () => {
  it('leads to the import when there is no key', async () => {
    const user = userEvent.setup();
    open(gatewayStatus({ keys: noKeys }));
    await user.click(await screen.findByTestId('first-run-import'));
    expect(window.location.hash).toBe('#/keys?import');
  });

  it('shows a ready curl line before the first call, with the token hidden', async () => {
    open(gatewayStatus());
    const line = await screen.findByTestId('first-call-curl');
    expect(line.textContent).toContain('curl http://localhost:7898/v1/chat/completions');
    expect(document.body.textContent).not.toContain(TOKEN);
  });

  it('hides the token until it is asked for', async () => {
    const user = userEvent.setup();
    open(gatewayStatus());
    const value = await screen.findByTestId('token-value');
    expect(value.textContent).toMatch(/^•+$/);
    await user.click(screen.getByTestId('token-show'));
    expect(value.textContent).toBe(TOKEN);
    await user.click(screen.getByTestId('token-show'));
    expect(value.textContent).toMatch(/^•+$/);
  });

  it('shows usage, and calls without usage or price as such', async () => {
    const totals = usageTotals({
      calls: 42,
      failed: 2,
      prompt_tokens: 1_000,
      cached_tokens: 250,
      calls_without_usage: 1,
      calls_without_cost: 3,
      calls_cost_incomplete: 2,
      cost: { cny_nano: 1_234_000_000, usd_nano: 50_000_000 },
      saved: { cny_nano: 6_000, usd_nano: 0 },
    });
    const rates = { success_rate: 40 / 42, cached_share: 0.25, tokens_per_second: 45.26 };
    const first_byte = percentiles({ calls: 40, p50_ms: 320, p95_ms: 1_900 });
    open(gatewayStatus(), {
      usage_overview: () => usageOverview(totals, { rates, first_byte }),
      list_requests: () => ({
        requests: [requestView(2, { prompt_tokens: null, completion_tokens: null })],
        next: null,
        is_partial: false,
      }),
    });
    const text = async (id: string) => (await screen.findByTestId(id)).textContent.trim();
    expect(await text('usage-calls')).toBe('42');
    expect(await text('usage-calls-note')).toBe('2 failed, 95.2% succeeded');
    expect(await text('usage-cached-tokens')).toBe('25%');
    expect(await text('usage-cached-tokens-note')).toBe('saved ¥0.000006');
    expect(await text('usage-cost')).toBe('¥1.23 · $0.05');
    expect(await text('usage-first-byte')).toBe('320 ms');
    expect(await text('usage-first-byte-note')).toBe('95 of 100 within 1.9 s');
    expect(await text('usage-duration')).toBe('—');
    expect(await text('usage-speed')).toBe('45.3 tokens/s');
    expect(await text('without-usage')).toContain('1 successful call');
    expect(await text('without-cost')).toContain('cost of 3 calls');
    expect(await text('without-rest')).toContain('2 calls cost more than is known');
    expect(await text('request-tokens')).toBe('—');
    expect(screen.queryByTestId('first-call')).toBeNull();
  });

  it('asks for the chosen period, by hour, day or month', async () => {
    const user = userEvent.setup();
    const backend = open(gatewayStatus());
    await screen.findByTestId('usage-calls');
    for (const period of ['days7', 'days30', 'month', 'months12']) {
      await user.click(screen.getByTestId(`period-${period}`));
    }
    await waitFor(() => expect(backend.requestsOf('usage_series')).toHaveLength(5));
    const asked = backend.requestsOf('usage_series');
    expect(asked.map((request) => request.step)).toEqual(['hour', 'day', 'day', 'day', 'month']);
    expect(new Set(asked.map((request) => request.to_ms)).size).toBe(1);
    expect(asked[0]?.time_zone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    const spans = backend.requestsOf('usage_overview').map((request) => request.from_ms);
    expect(spans).toEqual(asked.map((request) => request.from_ms));
    expect(backend.requestsOf('usage_breakdown').at(-1)?.from_ms).toBe(spans.at(-1));
  });

  it('draws calls, tokens and the cost of each currency on their own', async () => {
    const user = userEvent.setup();
    const sums = { calls: 10, failed: 1, prompt_tokens: 500, completion_tokens: 40 };
    const cost = { cny_nano: 120_000_000, usd_nano: 20_000_000 };
    const totals = usageTotals({ ...sums, cost });
    open(gatewayStatus(), {
      usage_overview: () => usageOverview(totals),
      usage_series: ({ step }) => ({ step, time_zone: 'UTC', points: [seriesPoint(0, totals)] }),
    });
    const cells = (): string[] =>
      [...screen.getByTestId('series-chart').querySelectorAll('td')].map((cell) =>
        cell.textContent.trim(),
      );
    await screen.findByTestId('series-chart');
    expect(cells()).toEqual(['9', '1']);
    await user.click(screen.getByTestId('chart-measure-tokens'));
    expect(cells()).toEqual(['500', '40']);
    await user.click(screen.getByTestId('chart-measure-usd'));
    expect(cells()).toEqual(['$0.02']);
    expect(screen.getByTestId('chart-title').textContent).toBe('Cost in $ per hour');
    await user.click(screen.getByTestId('chart-measure-cny'));
    expect(cells()).toEqual(['¥0.12']);
  });

  it('tells usage apart, with shares and the way to the requests', async () => {
    const user = userEvent.setup();
    const totals = usageTotals({ calls: 4, prompt_tokens: 75, completion_tokens: 25 });
    open(gatewayStatus(), {
      usage_overview: () => usageOverview(totals),
      usage_breakdown: ({ by }) => ({
        by,
        shares:
          by === 'model'
            ? [usageShare('a/b', { calls: 3, prompt_tokens: 60 }), usageShare('', { calls: 1 })]
            : [{ ...usageShare('account-1', { calls: 4 }), label: 'work' }],
      }),
    });
    const [first, second] = await screen.findAllByTestId('breakdown-row');
    await waitFor(() => expect(first?.textContent).toContain('60%'));
    expect(second?.textContent).toContain('without a model');
    expect(second?.querySelector('a')).toBeNull();
    const link = screen.getByRole('link', { name: 'a/b' });
    expect(link.getAttribute('href')).toBe('#/requests?model=a%2Fb&since=today');
    await user.click(screen.getByTestId('breakdown-by-account'));
    expect((await screen.findByRole('link', { name: 'work' })).getAttribute('href')).toBe(
      '#/requests?account=account-1&since=today',
    );
  });

  it('tells tools apart, which the log cannot be filtered by', async () => {
    const user = userEvent.setup();
    const shares = [
      usageShare('claude-cli', { calls: 5, prompt_tokens: 500 }),
      usageShare('(others)', { calls: 2 }),
      usageShare('', { calls: 1 }),
    ];
    open(gatewayStatus(), {
      usage_breakdown: ({ by }) => ({ by, shares: by === 'tool' ? shares : [] }),
    });
    await user.click(await screen.findByTestId('breakdown-by-tool'));
    const rows = await screen.findAllByTestId('breakdown-row');
    const names = rows.map((row) => row.querySelector('td p')?.textContent);
    expect(names).toEqual(['claude-cli', 'other tools', 'no name given']);
    expect(rows.flatMap((row) => [...row.querySelectorAll('a')])).toEqual([]);
  });

  it('tells what a call cost, of those whose cost is known', async () => {
    const cost = { cny_nano: 1_000_000_000, usd_nano: 0 };
    const sums = { calls: 12, failed: 4, calls_with_cost: 5, calls_without_cost: 7 };
    open(gatewayStatus(), { usage_overview: () => usageOverview(usageTotals({ ...sums, cost })) });
    const note = await screen.findByTestId('usage-cost-note');
    expect(note.textContent).toContain('¥0.2');
  });

  it('warns of accounts that are used up soon, those first', async () => {
    const account = (name: string, per_day_nano: number, days_left: number | null) => ({
      account_id: name,
      account: name,
      currency: 'CNY',
      per_day_nano,
      balance_nano: days_left === null ? null : Math.round(per_day_nano * days_left),
      days_left,
    });
    open(gatewayStatus(), {
      burn_rate: () => ({
        accounts: [
          account('unknown', 5, null),
          account('idle', 0, null),
          account('long', 1_000_000_000, 40.9),
          account('soon', 1_000_000_000, 1.5),
          account('out', 1_000_000_000, 0.2),
        ],
      }),
    });
    const rows = await screen.findAllByTestId('burn-row');
    expect(rows.map((row) => row.querySelector('[data-testid=burn-left]')?.textContent)).toEqual([
      'less than a day left',
      '1 day left',
      '40 days left',
      'balance unknown',
    ]);
    expect(rows[2]?.textContent).toContain('¥1.00 a day of ¥40.90');
  });

  it('says what failed, and reads again', async () => {
    const user = userEvent.setup();
    let broken = true;
    const answer = <Value>(value: Value): Value => {
      if (broken) throw new CallError('storage', 'database is locked');
      return value;
    };
    open(gatewayStatus(), {
      usage_overview: () => answer(usageOverview(usageTotals({ calls: 7 }))),
      usage_breakdown: ({ by }) => answer({ by, shares: [] }),
      burn_rate: () => answer({ accounts: [] }),
    });
    expect((await screen.findByTestId('usage-error')).textContent).toContain('database is locked');
    expect(await screen.findByTestId('breakdown-error')).toBeTruthy();
    expect(await screen.findByTestId('burn-error')).toBeTruthy();
    broken = false;
    await user.click(screen.getByTestId('usage-error-retry'));
    expect((await screen.findByTestId('usage-calls')).textContent.trim()).toBe('7');
    await user.click(screen.getByTestId('breakdown-error-retry'));
    expect(await screen.findByTestId('breakdown-empty')).toBeTruthy();
    await user.click(screen.getByTestId('burn-error-retry'));
    expect(await screen.findByTestId('burn-empty')).toBeTruthy();
  });

  it('pauses and resumes', async () => {
    const user = userEvent.setup();
    const backend = open(gatewayStatus());
    await user.click(await screen.findByTestId('pause-toggle'));
    expect((await screen.findByText('Paused')).dataset['state']).toBe('paused');
    await user.click(screen.getByTestId('pause-toggle'));
    expect(await screen.findByText('Running')).toBeTruthy();
    expect(backend.requestsOf('set_paused')).toEqual([{ paused: true }, { paused: false }]);
  });

  it('explains a taken port, and tries again on the desktop only', async () => {
    const gateway = { state: 'port_taken', port: 7898, holder: 'nginx (pid 7)' } as const;
    open(gatewayStatus({ gateway }));
    const trouble = await screen.findByTestId('trouble-port');
    expect(trouble.textContent).toContain('nginx (pid 7) uses it');
    expect(screen.queryByTestId('gateway-retry')).toBeNull();
  });

  it('starts the gateway again from the desktop', async () => {
    const user = userEvent.setup();
    const gateway = { state: 'port_taken', port: 7898, holder: null } as const;
    const running = gatewayStatus();
    const desktop = {
      call: () => Promise.resolve(running as never),
      painted: () => Promise.resolve(),
    };
    open(gatewayStatus({ gateway }), {}, desktop);
    await user.click(await screen.findByTestId('gateway-retry'));
    expect(await screen.findByText('Running')).toBeTruthy();
    expect(screen.queryByTestId('trouble-port')).toBeNull();
  });

  it('says that requests wait to be logged, and how many were lost', async () => {
    const storage_trouble = 'write usage.db: database or disk is full';
    open(gatewayStatus({ storage_trouble, dropped_records: 3 }));
    const trouble = await screen.findByTestId('trouble-storage');
    expect(trouble.textContent).toContain('database or disk is full');
    expect(screen.getByTestId('trouble-dropped').textContent).toContain('3 requests');
  });

  it('unlocks the vault and shows its warning', async () => {
    const user = userEvent.setup();
    const vault = { kind: 'keychain', state: 'locked', warning: 'the file is used' } as const;
    const backend = open(gatewayStatus({ vault }), {
      unlock_vault: () => ({ ...vault, state: 'ready' }),
    });
    expect((await screen.findByTestId('vault-warning')).textContent).toContain('the file is used');
    await user.click(screen.getByTestId('vault-unlock'));
    expect(backend.requestsOf('unlock_vault')).toHaveLength(1);
  });
});
