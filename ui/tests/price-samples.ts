import type { PriceList, PriceView } from '$lib/contract';

/** Sample prices; a test changes what it is about. */
export const textPrice = (model: string, change: Partial<PriceView> = {}): PriceView => ({
  id: `cn:${model}`,
  site: 'cn',
  model,
  tokens: [{ from_input_tokens: 0, input: '4', output: '16', cached: '0.4' }],
  source: 'a crawl',
  ...change,
});

export const piecePrice = (model: string, price: Partial<PriceView>): PriceView => ({
  id: `cn:${model}`,
  site: 'cn',
  model,
  ...price,
});

/** What is left of a row when its name is not. */
export function withoutId(row: PriceView): Omit<PriceView, 'id'> {
  const rest: Partial<PriceView> & Omit<PriceView, 'id'> = { ...row };
  delete rest.id;
  return rest;
}

export const priceList = (
  shipped: readonly PriceView[],
  overrides: readonly PriceView[] = [],
): PriceList => ({
  as_of: { cn: '2026-07-21', com: '2026-07-02' },
  overrides: [...overrides],
  shipped: [...shipped],
  revision: String(overrides.length),
  now_in_force: [],
});
