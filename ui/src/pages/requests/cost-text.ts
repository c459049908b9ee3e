import type { CostState, RequestView } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

/** What is to be said of a cost, or in its place. What is known of it the engine tells. */
const HINT: Record<CostState, () => string> = {
  known: () => '',
  free: m.requests_cost_free,
  incomplete: m.requests_cost_incomplete,
  unknown: m.requests_cost_unknown,
  unbilled: m.requests_cost_unbilled,
  priceless: m.requests_cost_no_model,
};

export interface CostText {
  text: string;
  /** Why it is what it is; empty when nothing needs to be said. */
  hint: string;
  known: boolean;
}

/** What a request cost. Unknown is told from free, and a part from the whole. */
export function costText(
  { cost, cost_state }: Pick<RequestView, 'cost' | 'cost_state'>,
  formats: Formats,
): CostText {
  const money = cost === null ? '—' : formats.cost(cost.nano, cost.currency);
  return {
    text: cost_state === 'incomplete' ? `≥ ${money}` : money,
    hint: HINT[cost_state](),
    known: cost_state !== 'unknown',
  };
}
