import type { PriceSite } from '$lib/contract';

/** Digits, perhaps grouped, perhaps with the sign of a currency: no more decimals than are counted. */
const AMOUNT = /^[¥￥$]?\s*(?<whole>\d{1,10}|\d{1,3}(?:,\d{3})+)(?:\.(?<decimals>\d{1,9}))?$/;
const PLACES = 9;
/** Billionths are counted in 64 bits. */
const LARGEST = 2n ** 63n - 1n;

/**
 * An amount that somebody typed, as the program writes it: `¥ 1,200.50` is `1200.5`. Null when it is
 * none. Amounts stay texts, so that no float lies between a price list and a bill.
 */
export function decimalOf(text: string): string | null {
  const groups = AMOUNT.exec(text.trim())?.groups;
  if (groups?.['whole'] === undefined) return null;
  const whole = groups['whole'].replaceAll(',', '').replace(/^0+(?=\d)/, '');
  const decimals = (groups['decimals'] ?? '').replace(/0+$/, '');
  const decimal = decimals === '' ? whole : `${whole}.${decimals}`;
  return nanosOf(decimal) > LARGEST ? null : decimal;
}

/** Billionths of a decimal text, for comparing. */
function nanosOf(decimal: string): bigint {
  const [whole = '0', decimals = ''] = decimal.split('.', 2);
  return BigInt(`${whole}${decimals.padEnd(PLACES, '0')}`);
}

/** As a sort does: negative when the first is less. */
export function compareDecimals(a: string, b: string): number {
  const difference = nanosOf(a) - nanosOf(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export const isZero = (decimal: string): boolean => nanosOf(decimal) === 0n;

export const CURRENCY: Record<PriceSite, 'CNY' | 'USD'> = { cn: 'CNY', com: 'USD' };
const SIGN: Record<PriceSite, string> = { cn: '¥', com: '$' };

/** To the last digit, as `¥0.00022`: a price is not rounded. */
export const decimalText = (decimal: string, site: PriceSite): string => `${SIGN[site]}${decimal}`;
