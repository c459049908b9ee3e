import type { SeriesBar } from '$lib/charts/series-bars';
import type { SeriesPoint, SeriesStep, UsageTotals } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

export type Measure = 'calls' | 'tokens' | 'cny' | 'usd';

interface Part {
  name: () => string;
  look: 'accent' | 'soft' | 'bad';
  of: (totals: UsageTotals) => number;
}

/** What a bar is made of, from the bottom to the top. */
export const PARTS: Record<Measure, readonly Part[]> = {
  calls: [
    { name: m.overview_good_calls, look: 'accent', of: (sums) => sums.calls - sums.failed },
    { name: m.overview_failed_calls, look: 'bad', of: (sums) => sums.failed },
  ],
  tokens: [
    { name: m.overview_prompt_tokens, look: 'soft', of: (sums) => sums.prompt_tokens },
    { name: m.overview_completion_tokens, look: 'accent', of: (sums) => sums.completion_tokens },
  ],
  cny: [{ name: m.overview_cost, look: 'accent', of: (sums) => sums.cost.cny_nano }],
  usd: [{ name: m.overview_cost, look: 'accent', of: (sums) => sums.cost.usd_nano }],
};

/** Money is drawn per currency, as the two are never added up. */
export function measuresOf({ cost }: UsageTotals): Measure[] {
  return [
    'calls',
    'tokens',
    ...(cost.cny_nano !== 0 || cost.usd_nano === 0 ? (['cny'] as const) : []),
    ...(cost.usd_nano !== 0 ? (['usd'] as const) : []),
  ];
}

export function measureText(measure: Measure, both: boolean): string {
  if (measure === 'calls') return m.overview_calls();
  if (measure === 'tokens') return m.overview_tokens();
  if (!both) return m.overview_cost();
  return m.overview_cost_in({ currency: measure === 'cny' ? '¥' : '$' });
}

export function measureFormat(measure: Measure, formats: Formats): (value: number) => string {
  if (measure === 'cny') return (nano) => formats.money(nano, 'CNY');
  if (measure === 'usd') return (nano) => formats.money(nano, 'USD');
  return formats.compact;
}

export function barsOf(
  points: readonly SeriesPoint[],
  step: SeriesStep,
  measure: Measure,
  formats: Formats,
): SeriesBar[] {
  return points.map((point) => ({
    key: point.start_ms,
    tick: formats.tick(point.start_ms, step),
    title: formats.moment(point.start_ms, step),
    values: PARTS[measure].map((part) => part.of(point.totals)),
  }));
}
