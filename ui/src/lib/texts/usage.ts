import type { Amounts, UsageTotals } from '$lib/contract';
import type { Formats } from '$lib/format/formats';

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

export const isNothing = ({ cny_nano, usd_nano }: Amounts): boolean =>
  cny_nano === 0 && usd_nano === 0;

export const tokensOf = ({ prompt_tokens, completion_tokens }: UsageTotals): number =>
  prompt_tokens + completion_tokens;

/** A route as an address; those that the vendor does not document are counted under one name. */
export const routeText = (route: string): string => (route === 'other' ? '/v1/…' : `/v1/${route}`);
