/** Nano units in one unit of a currency (design D13). */
const NANO = 1_000_000_000;

/** Formats nano units: two decimals, or four when two would hide a small amount. */
export function money(nano: number, currency: string, locale: string): string {
  const amount = nano / NANO;
  const small = nano !== 0 && Math.abs(amount) < 0.01;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: small ? 4 : 2,
  }).format(amount);
}
