import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Desktop } from '$lib/backend/backend';
import { CallError } from '$lib/backend/call-error';
import type { AttemptView, RequestView } from '$lib/contract';
import Requests from '$pages/requests/Requests.svelte';
import { FakeBackend } from '../fake-backend';
import { NoObserver } from '../no-observer';
import { openPage } from '../open-page';
import { gatewayStatus, requestView } from '../samples';
import { attemptView, requestDetails, usageAnswers, usageShare } from '../usage-samples';

beforeAll(() => {
  globalThis.IntersectionObserver = NoObserver;
});

function open(
  rows: RequestView[],
  change: Partial<FakeBackend['answers']> = {},
  desktop?: Desktop,
): FakeBackend {
  const backend = new FakeBackend(
    {
      gateway_status: () => gatewayStatus(),
      list_clients: () => ({ clients: [] }),
      ...usageAnswers(),
      list_requests: () => ({ requests: rows, next: null, is_partial: false }),
      ...change,
    },
    desktop,
  );
  openPage(Requests, backend);
  return backend;
}

/** Opens the details of the only row. */
async function details(request: RequestView, attempts?: AttemptView[]): Promise<HTMLElement> {
  open([request], { get_request: () => requestDetails(request, attempts) });
  await userEvent.click(await screen.findByTestId('request-expand'));
  return screen.findByTestId('request-details');
}

const fact = (id: string): string | undefined =>
  screen.queryByTestId(`fact-${id}`)?.textContent.trim();
const cost = { nano: 12_345, currency: 'CNY', price: 'cn/qwen3', incomplete: false };

describe('the details of a request', () => {
  it('tell why each key was chosen and left', async () => {
    const request = requestView(1, { attempts: 2, account: 'spare' });
    await details(request, [
      attemptView({ chosen: 'session', status: 429, vendor_code: 50_603, left: 'rate_limited' }),
      attemptView({ account: 'spare', after_ms: 180, model: 'other/model' }),
    ]);
    const [first, second] = await screen.findAllByTestId('attempt');
    expect(first?.textContent).toContain('It had this conversation before');
    expect(first?.textContent).toContain('HTTP 429, code 50603');
    expect(first?.textContent).toContain("The account's limit for this model was reached");
    expect(first?.textContent).toContain(
      'headers after 100 ms · first byte after 120 ms · over after 800 ms',
    );
    expect(second?.textContent).toContain('It was next by the strategy');
    expect(second?.textContent).toContain('Answered');
    expect(second?.textContent).toContain('began after 180 ms');
    expect(second?.textContent).toContain('other/model');
  });

  it('say when nothing was sent', async () => {
    await details(requestView(1, { attempts: 0, model: null, cost_state: 'priceless' }), []);
    expect((await screen.findByTestId('attempts-none')).textContent).toContain('by itself');
    expect(fact('tokens')).toBeUndefined();
    expect(fact('cost')).toBe('Has no price');
  });

  it('leave it to the engine what is known of a cost', async () => {
    await details(requestView(1, { route: 'messages/count_tokens', cost_state: 'priceless' }));
    expect(fact('cost')).toBe('Has no price');
  });

  it('show what is unknown as unknown, and never as nothing', async () => {
    const untold = { prompt_tokens: null, completion_tokens: null, cached_tokens: null };
    await details(requestView(1, untold));
    expect(fact('tokens')).toBe('unknown');
    expect(fact('cost')).toBe('unknown');
    expect(fact('tool')).toBe('unknown');
    expect(screen.getByTestId('request-tokens').textContent).toBe('—');
    expect(screen.getByTestId('request-cost').textContent).toContain(
      'the price or the usage is missing',
    );
  });

  it('mark an estimate and an incomplete cost', async () => {
    const untold = { prompt_tokens: null, completion_tokens: null, cached_tokens: null };
    await details(
      requestView(1, {
        ...untold,
        estimated_tokens: 1_234,
        cost: { ...cost, incomplete: true, saved_nano: 2_000 },
        cost_state: 'incomplete',
      }),
    );
    expect(fact('tokens')).toBe('about 1,234 (estimate)');
    expect(screen.getByTestId('request-tokens').textContent).toBe('≈ 1,234');
    expect(fact('cost')).toBe('≥ ¥0.0000123 (incomplete)');
    expect(screen.getByTestId('request-cost').textContent).toBe('≥ ¥0.0000123');
    expect([fact('price'), fact('saved')]).toEqual(['cn/qwen3', '¥0.000002']);
  });

  it('show counted units, partly known tokens and what is free', async () => {
    const units = { image_tokens: null, images: 2, clips: null, bytes: 1_000, sound_ms: 4_200 };
    await details(
      requestView(1, {
        units,
        completion_tokens: null,
        cost: { ...cost, nano: 0, saved_nano: null },
        cost_state: 'free',
      }),
    );
    expect([fact('images'), fact('bytes'), fact('sound')]).toEqual(['2', '1,000', '4.2 s']);
    expect(fact('clips')).toBeUndefined();
    expect([fact('prompt'), fact('completion'), fact('cached')]).toEqual(['10', 'unknown', '0']);
    expect(fact('cost')).toBe('¥0.00');
    expect(screen.getByTestId('request-cost').title).toBe('Free of charge');
  });

  it('do not call a refused request unpriced', async () => {
    const untold = { prompt_tokens: null, completion_tokens: null, cached_tokens: null };
    const ending = { outcome: 'refused', status: 429, vendor_code: 50_603 } as const;
    await details(requestView(1, { ...untold, ...ending, cost_state: 'unbilled' }));
    expect(fact('tokens')).toBeUndefined();
    expect(fact('cost')).toBe('Not charged');
    expect(fact('status')).toBe('429, code 50603');
  });

  it('offer both ids to copy', async () => {
    const user = userEvent.setup();
    await details(requestView(1, { trace_id: 'ti_123', user_agent: 'codex/0.1' }));
    expect(fact('tool')).toBe('codex/0.1');
    expect(screen.getByTestId('request-client').textContent).toContain('default · codex/0.1');
    await user.click(screen.getByTestId('trace-id-copy'));
    await expect(navigator.clipboard.readText()).resolves.toBe('ti_123');
    await user.click(screen.getByTestId('request-id-copy'));
    await expect(navigator.clipboard.readText()).resolves.toBe('request-1');
  });

  it('say when the record is gone, and try again after another error', async () => {
    const user = userEvent.setup();
    let code: 'not_found' | 'storage' = 'storage';
    open([requestView(1)], {
      get_request: () => {
        throw new CallError(code, 'why');
      },
    });
    await user.click(await screen.findByTestId('request-expand'));
    await screen.findByTestId('details-error');
    code = 'not_found';
    await user.click(screen.getByTestId('details-error-retry'));
    expect((await screen.findByTestId('request-gone')).textContent).toContain('no longer');
  });
});

describe('the log', () => {
  it('says when a short word was not looked for in every error', async () => {
    const user = userEvent.setup();
    open([requestView(1)], {
      list_requests: ({ filter }) => ({
        requests: [requestView(1)],
        next: null,
        is_partial: filter?.text === 'zq',
      }),
    });
    const words = await screen.findByTestId('requests-search');
    expect(screen.queryByTestId('requests-partial')).toBeNull();
    await user.type(words, 'zq');
    expect((await screen.findByTestId('requests-partial')).textContent).toContain('5,000');
    await user.type(words, 'x');
    await waitFor(() => expect(screen.queryByTestId('requests-partial')).toBeNull());
  });

  it('looks for words and parts, and lets go of them', async () => {
    const user = userEvent.setup();
    const backend = open([requestView(1)], {
      list_requests: ({ filter }) => ({
        requests: filter?.text === 'nothing' ? [] : [requestView(1)],
        next: null,
        is_partial: false,
      }),
      usage_breakdown: ({ by }) => ({
        by,
        shares: [{ ...usageShare(`${by}-1`), label: `Label of ${by}` }, usageShare('')],
      }),
    });
    await screen.findByRole('option', { name: 'Label of account' });
    const names = within(screen.getByTestId('filter-route')).getAllByRole('option');
    expect(names.map((option) => option.textContent)).toEqual(['Any route', '/v1/route-1']);
    await user.selectOptions(screen.getByTestId('filter-account'), 'Label of account');
    await user.selectOptions(screen.getByTestId('filter-outcome'), 'Cut off');
    await user.type(screen.getByTestId('requests-search'), 'nothing{Enter}');
    expect(await screen.findByTestId('requests-none')).toBeTruthy();
    expect(backend.requestsOf('list_requests').at(-1)?.filter).toEqual({
      text: 'nothing',
      account: 'account-1',
      outcome: 'interrupted',
    });
    await user.click(screen.getByTestId('requests-none-clear'));
    expect(await screen.findByTestId('requests-row')).toBeTruthy();
    expect(backend.requestsOf('list_requests').at(-1)?.filter).toEqual({});
  });

  it('begins with what a link of the overview asks for', async () => {
    window.location.hash = '#/requests?client=client-9&since=days7';
    const backend = open([requestView(1)]);
    await screen.findByTestId('requests-row');
    expect(backend.requestsOf('list_requests')[0]?.filter).toMatchObject({ client: 'client-9' });
    expect(screen.getByTestId<HTMLSelectElement>('filter-client').value).toBe('client-9');
    expect(screen.getByTestId<HTMLSelectElement>('filter-since').value).toBe('days7');
  });

  it('shows nothing to search before there is anything', async () => {
    open([]);
    expect(await screen.findByTestId('requests-empty')).toBeTruthy();
    expect(screen.queryByTestId('requests-filters')).toBeNull();
    expect(screen.getByTestId<HTMLButtonElement>('requests-clear').disabled).toBe(true);
  });

  it('is cleared after a question that says what stays', async () => {
    const user = userEvent.setup();
    let rows = [requestView(2), requestView(1)];
    const backend = open(rows, {
      list_requests: () => ({ requests: rows, next: null, is_partial: false }),
      clear_requests: () => {
        rows = [];
        return { removed: 2 };
      },
    });
    await user.click(await screen.findByTestId('requests-clear'));
    expect((await screen.findByTestId('clear-dialog')).textContent).toContain('statistics');
    await user.click(screen.getByTestId('clear-cancel'));
    expect(backend.requestsOf('clear_requests')).toEqual([]);
    await user.click(screen.getByTestId('requests-clear'));
    await user.click(await screen.findByTestId('clear-confirm'));
    expect(await screen.findByTestId('requests-empty')).toBeTruthy();
    expect(await screen.findByText(/2 requests deleted/)).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId('clear-dialog')).toBeNull());
  });

  it('stays when clearing fails', async () => {
    const user = userEvent.setup();
    open([requestView(1)], {
      clear_requests: () => {
        throw new CallError('storage', 'read-only disk');
      },
    });
    await user.click(await screen.findByTestId('requests-clear'));
    await user.click(await screen.findByTestId('clear-confirm'));
    expect((await screen.findByTestId('clear-error')).textContent).toContain('read-only disk');
    expect(screen.getByTestId('requests-row')).toBeTruthy();
  });

  it('is written to a file by the shell, as it is filtered', async () => {
    const user = userEvent.setup();
    const asked: unknown[] = [];
    const report = {
      path: '/home/ann/Downloads/flowkeep-requests.jsonl',
      rows: 1,
      is_partial: false,
    };
    const desktop: Desktop = {
      call: (name, request) => {
        asked.push([name, request]);
        return Promise.resolve(report as never);
      },
      painted: () => Promise.resolve(),
    };
    open([requestView(1)], {}, desktop);
    await screen.findByTestId('requests-row');
    await user.selectOptions(screen.getByTestId('filter-outcome'), 'Success');
    await user.click(screen.getByTestId('requests-export'));
    expect((await screen.findByTestId('export-dialog')).textContent).toContain('filters');
    await user.click(screen.getByTestId('export-format-jsonl'));
    await user.click(screen.getByTestId('export-run'));
    expect((await screen.findByTestId('export-path')).textContent).toBe(report.path);
    expect(asked).toEqual([
      ['export_requests', { format: 'jsonl', filter: { outcome: 'success' } }],
    ]);
  });
});
