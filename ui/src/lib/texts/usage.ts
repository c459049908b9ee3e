import type { Amounts, UsageTotals } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

/** Money of both currencies, which are never added up: `¥1.20 · $0.40`. */
export function amountsText(
  { cny_nano, usd_nano }: Amounts,
  format: Formats['money'] | Formats['cost'],
): string {
  const parts = [
    ...(cny_nano !== 0 || usd_nano === 0 ? [format(cny_nano, 'CNY')] : []),
    ...(usd_nano !== 0 ? [format(usd_nano, 'USD')] : []),
  ];
  return parts.join(' · ');
}

/** What calls cost; where some of it is not known, that it is at least this much: `≥ ¥1.20`. */
export function costText(totals: UsageTotals, format: Formats['money']): string {
  const known = amountsText(totals.cost, format);
  if (totals.calls_without_cost === 0 && totals.calls_cost_incomplete === 0) return known;
  return isNothing(totals.cost) ? m.common_unknown() : `≥ ${known}`;
}

export const isNothing = ({ cny_nano, usd_nano }: Amounts): boolean =>
  cny_nano === 0 && usd_nano === 0;

export const tokensOf = ({ prompt_tokens, completion_tokens }: UsageTotals): number =>
  prompt_tokens + completion_tokens;

/** A route as an address; those that the vendor does not document are counted under one name. */
export const routeText = (route: string): string => (route === 'other' ? '/v1/…' : `/v1/${route}`);
