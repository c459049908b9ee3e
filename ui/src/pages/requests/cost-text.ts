import type { Outcome, RequestView } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

/** Ends for which the vendor charges nothing. */
const UNBILLED: ReadonlySet<Outcome> = new Set(['rejected', 'refused', 'upstream_failed']);

export const isUnbilled = ({ outcome }: Pick<RequestView, 'outcome'>): boolean =>
  UNBILLED.has(outcome);

export interface CostText {
  text: string;
  /** Why it is what it is; empty when nothing needs to be said. */
  hint: string;
  known: boolean;
}

/** What a request cost. Unknown is told from free, and a part from the whole. */
export function costText(
  { cost, outcome, model }: Pick<RequestView, 'cost' | 'outcome' | 'model'>,
  formats: Formats,
): CostText {
  if (cost !== null) {
    const money = formats.cost(cost.nano, cost.currency);
    return cost.incomplete
      ? { text: `≥ ${money}`, hint: m.requests_cost_incomplete(), known: true }
      : { text: money, hint: cost.nano === 0 ? m.requests_cost_free() : '', known: true };
  }
  if (UNBILLED.has(outcome)) return { text: '—', hint: m.requests_cost_unbilled(), known: true };
  if (model === null) return { text: '—', hint: m.requests_cost_no_model(), known: true };
  return { text: '—', hint: m.requests_cost_unknown(), known: false };
}
