import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { PriceView, RecomputeCostsReport, UsageShare } from '$lib/contract';
import { hashOfPrice } from '$lib/state/price-intent';
import Models from '$pages/models/Models.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { piecePrice, priceList, textPrice } from '../price-samples';
import { keyView } from '../samples';
import { usageShare } from '../usage-samples';

const SHIPPED: readonly PriceView[] = [
  textPrice('deepseek-ai/DeepSeek-V3.2'),
  textPrice('Qwen/Qwen3-8B', { tokens: [{ from_input_tokens: 0, input: '0', output: '0' }] }),
  textPrice('BAAI/bge-m3', { tokens: [{ from_input_tokens: 0, input: '0.07' }] }),
  textPrice('Qwen/Qwen3.5-9B', {
    tokens: [
      { from_input_tokens: 0, input: '0.5', output: '4' },
      { from_input_tokens: 131_072, input: '1.5', output: '12' },
    ],
    note: 'two lengths',
  }),
  textPrice('Qwen/Old', { until: '2026-06-11' }),
  textPrice('deepseek-ai/DeepSeek-V4-Flash', {
    from: '2026-09-01',
    hours: { from: '02:00:00', until: '08:00:00' },
  }),
  piecePrice('Qwen/Qwen-Image', { image: '0.3' }),
];

interface World {
  overrides?: readonly PriceView[];
  shares?: UsageShare[];
}

function open({ overrides = [], shares = [] }: World = {}) {
  let list = priceList(SHIPPED, overrides);
  const backend = new FakeBackend({
    list_prices: () => list,
    set_price_overrides: ({ rows }) => {
      if (rows.some(({ note }) => note === 'twice')) {
        const text = 'price rows `a` and `b` hold at the same time';
        throw new CallError('invalid_setting', text, 'overlap');
      }
      return (list = priceList(SHIPPED, rows));
    },
    usage_breakdown: () => ({ by: 'model', shares }),
    list_keys: () => ({ keys: [keyView()] }),
  });
  openPage(Models, backend);
  return backend;
}

async function rowOf(id: string): Promise<HTMLElement> {
  const rows = await screen.findAllByTestId('prices-row');
  return rows.find((row) => row.dataset['priceId'] === id) ?? expect.fail(`no ${id}`);
}
const textOf = (element: Element): string => element.textContent.replaceAll(/\s+/g, ' ').trim();
/** The cells of a row, one after the other. */
const cellsOf = (row: HTMLElement): string => [...row.children].map(textOf).join(' ');

describe('the price list', () => {
  it('says what each model costs, in its unit', async () => {
    open({
      shares: [
        usageShare('Qwen/Qwen-Image', {
          calls: 12,
          cost: { cny_nano: 3_600_000_000, usd_nano: 0 },
        }),
      ],
    });
    expect(cellsOf(await rowOf('cn:deepseek-ai/DeepSeek-V3.2'))).toContain('.cn ¥4 ¥0.4 ¥16');
    expect(within(await rowOf('cn:Qwen/Qwen3-8B')).getByTestId('price-free').textContent).toBe(
      'free',
    );
    expect(cellsOf(await rowOf('cn:BAAI/bge-m3'))).toContain('Has no output');
    const picture = within(await rowOf('cn:Qwen/Qwen-Image'));
    expect(picture.getByTestId('price-piece').textContent).toBe('¥0.3 per picture');
    expect(cellsOf(await rowOf('cn:deepseek-ai/DeepSeek-V4-Flash'))).toContain(
      'from 2026-09-01 · 02:00–08:00 Beijing',
    );
    expect(screen.getByTestId('prices-as-of').textContent).toContain(
      'siliconflow.cn as of 2026-07-21',
    );
    expect(screen.queryByText('Qwen/Old')).toBeNull();
  });

  it('shows tiers, source and note when a row is opened', async () => {
    const user = userEvent.setup();
    open();
    const row = await rowOf('cn:Qwen/Qwen3.5-9B');
    await user.click(within(row).getByTestId('price-expand'));
    const tiers = within(screen.getByTestId('price-tiers')).getAllByRole('row');
    expect(tiers.map(cellsOf)).toEqual([
      'Length of the input Input Cached Output',
      'from 0 tokens ¥0.5 — ¥4',
      'from 131,072 tokens ¥1.5 — ¥12',
    ]);
    expect(screen.getByTestId('price-fact-source').textContent).toBe('a crawl');
    expect(screen.getByTestId('price-fact-note').textContent).toBe('two lengths');
  });

  it('opens the price that a request named, also a past one', async () => {
    window.location.hash = hashOfPrice('cn:Qwen/Old');
    open();
    const row = await rowOf('cn:Qwen/Old');
    expect(within(row).getByTestId('price-standing').textContent).toBe('Past');
    expect(textOf(screen.getByTestId('price-times'))).toBe('up to 2026-06-10');
    expect(screen.getByTestId('price-id').textContent).toBe('cn:Qwen/Old');
    expect(screen.getAllByTestId('prices-row')).toHaveLength(1);
  });

  it('says when nothing is found, and when it cannot be read', async () => {
    const user = userEvent.setup();
    const backend = open();
    await rowOf('cn:Qwen/Qwen3-8B');
    await user.type(screen.getByTestId('prices-search'), 'nothing like it');
    expect(screen.getByTestId('prices-none').textContent).toContain('Past and future prices');
    await user.click(screen.getByTestId('prices-clear'));
    await rowOf('cn:Qwen/Qwen3-8B');
    backend.answers.list_prices = () => {
      throw new CallError('storage', 'read prices.toml');
    };
    backend.emit({ type: 'changed', topics: ['settings'] });
    expect((await screen.findByTestId('prices-error')).textContent).toContain('read prices.toml');
  });

  it('names models that were used without a price, and sets one', async () => {
    const user = userEvent.setup();
    const use = usageShare('vendor/new', { calls: 7, calls_without_cost: 7 });
    open({ shares: [use] });
    expect((await screen.findByTestId('prices-unpriced')).textContent).toContain('vendor/new (7)');
    await user.click(screen.getByTestId('prices-unpriced-set'));
    const model = await screen.findByTestId('price-model');
    expect((model as HTMLInputElement).value).toBe('vendor/new');
  });
});

async function fill(testid: string, text: string): Promise<void> {
  const user = userEvent.setup();
  const input = await screen.findByTestId(testid);
  await user.clear(input);
  if (text !== '') await user.type(input, text);
}

describe('an own price', () => {
  it('begins with the shipped one, goes before it, and the log is offered to follow', async () => {
    const user = userEvent.setup();
    const backend = open();
    const row = await rowOf('cn:deepseek-ai/DeepSeek-V3.2');
    await user.click(within(row).getByTestId('price-set'));
    await fill('price-tier-0-input', '2.5');
    await user.click(screen.getByTestId('price-save'));
    const own = await rowOf('own:cn:deepseek-ai/DeepSeek-V3.2');
    expect(within(own).getByTestId('price-own')).toBeTruthy();
    expect(cellsOf(own)).toContain('¥2.5 ¥0.4 ¥16');
    const old = await rowOf('cn:deepseek-ai/DeepSeek-V3.2');
    expect(within(old).getByTestId('price-standing').textContent).toBe('Replaced');
    expect(screen.getAllByTestId('prices-row')[0]).toBe(own);
    expect(screen.getByTestId('prices-changed')).toBeTruthy();
    expect(backend.requestsOf('set_price_overrides')).toEqual([
      {
        rows: [
          {
            id: 'own:cn:deepseek-ai/DeepSeek-V3.2',
            site: 'cn',
            model: 'deepseek-ai/DeepSeek-V3.2',
            tokens: [{ from_input_tokens: 0, input: '2.5', output: '16', cached: '0.4' }],
          },
        ],
        revision: '0',
      },
    ]);
  });

  it('for any other model, by the picture, at the other site', async () => {
    const user = userEvent.setup();
    const backend = open();
    await rowOf('cn:Qwen/Qwen3-8B');
    await user.click(screen.getByTestId('price-new'));
    await fill('price-model', 'vendor/painter*');
    await user.click(screen.getByTestId('price-site-com'));
    await user.selectOptions(screen.getByTestId('price-unit'), 'image');
    await user.click(screen.getByTestId('price-save'));
    expect((await screen.findByTestId('price-image-fault')).textContent).toContain('0 is free');
    await fill('price-image', '$0.04');
    await user.click(screen.getByTestId('price-save'));
    await waitFor(() => expect(screen.queryByTestId('price-dialog')).toBeNull());
    expect(backend.requestsOf('set_price_overrides')).toEqual([
      {
        rows: [
          { id: 'own:com:vendor/painter*', site: 'com', model: 'vendor/painter*', image: '0.04' },
        ],
        revision: '0',
      },
    ]);
  });

  it('that the program refuses is explained where it is wrong', async () => {
    const user = userEvent.setup();
    open();
    await user.click(within(await rowOf('cn:BAAI/bge-m3')).getByTestId('price-set'));
    await fill('price-note', 'twice');
    await user.click(screen.getByTestId('price-save'));
    const fault = await screen.findByTestId('price-times-fault');
    expect(fault.textContent).toContain('Another price of yours');
    expect(screen.getByTestId('price-dialog')).toBeTruthy();
  });

  it('can be changed, removed, and brought back', async () => {
    const user = userEvent.setup();
    const own = textPrice('mine', { id: 'own:cn:mine' });
    const backend = open({ overrides: [own] });
    await user.click(within(await rowOf('own:cn:mine')).getByTestId('price-edit'));
    await user.click(await screen.findByTestId('price-tier-add'));
    await fill('price-tier-1-input', '8');
    await fill('price-tier-1-output', '30');
    await user.click(screen.getByTestId('price-save'));
    await waitFor(async () => expect(cellsOf(await rowOf('own:cn:mine'))).toContain('2 prices'));
    const [saved] = backend.requestsOf('set_price_overrides');
    expect(saved?.rows[0]?.tokens?.[1]).toEqual({
      from_input_tokens: 131_072,
      input: '8',
      output: '30',
    });
    await user.click(within(await rowOf('own:cn:mine')).getByTestId('price-remove'));
    await waitFor(() => expect(screen.queryByText('mine')).toBeNull());
    expect(document.activeElement).toBe(screen.getByTestId('page-title'));
    await user.click(screen.getByTestId('toast-action'));
    expect(cellsOf(await rowOf('own:cn:mine'))).toContain('2 prices');
  });
});

describe('recomputing', () => {
  it('is begun, followed, left and stopped', async () => {
    const user = userEvent.setup();
    const backend = open();
    const answer = deferred<RecomputeCostsReport>();
    backend.answers.recompute_costs = () => answer.promise;
    backend.answers.cancel_recompute_costs = () => ({});
    await rowOf('cn:Qwen/Qwen3-8B');
    await user.click(screen.getByTestId('recompute-open'));
    await user.click(await screen.findByTestId('recompute-period-all'));
    await user.click(screen.getByTestId('recompute-run'));
    const step = { seen: 500, changed: 20, total: 1_500, is_cancelled: false };
    backend.emit({ type: 'costs_progress', ...step });
    const text = await screen.findByTestId('recompute-progress-text');
    await waitFor(() => expect(text.textContent.trim()).toBe('500 of 1,500 calls, 20 changed'));
    await user.click(screen.getByTestId('recompute-close'));
    expect((await screen.findByTestId('recompute-running')).textContent).toContain('500 of 1,500');
    await user.click(screen.getByTestId('recompute-open'));
    await user.click(await screen.findByTestId('recompute-stop'));
    answer.resolve({ ...step, seen: 1_000, is_cancelled: true });
    const result = await screen.findByTestId('recompute-result');
    expect(result.textContent.trim()).toBe('Stopped: 1,000 calls looked at · 20 costs changed');
    const [request] = backend.requestsOf('recompute_costs');
    expect(request?.from_ms).toBe(0);
    expect(backend.requestsOf('cancel_recompute_costs')).toEqual([{}]);
  });

  it('needs a time, and tells its end on whatever page', async () => {
    const user = userEvent.setup();
    const backend = open();
    const answer = deferred<RecomputeCostsReport>();
    backend.answers.recompute_costs = () => answer.promise;
    await rowOf('cn:Qwen/Qwen3-8B');
    await user.click(screen.getByTestId('recompute-open'));
    await user.click(await screen.findByTestId('recompute-period-dates'));
    await user.clear(screen.getByTestId('recompute-from'));
    await user.click(screen.getByTestId('recompute-run'));
    expect(await screen.findByTestId('recompute-fault')).toBeTruthy();
    expect(backend.requestsOf('recompute_costs')).toEqual([]);
    await user.click(screen.getByTestId('recompute-period-days7'));
    await user.click(screen.getByTestId('recompute-run'));
    await user.click(screen.getByTestId('recompute-close'));
    answer.resolve({ seen: 1, changed: 1, total: 1, is_cancelled: false });
    expect(await screen.findByText('1 call looked at · 1 cost changed')).toBeTruthy();
    expect(screen.queryByTestId('recompute-running')).toBeNull();
  });
});
