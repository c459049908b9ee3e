const STEP = 1_024;
/** IEC symbols are the same in every language. */
const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;
/** One decimal more would not be read. */
const WHOLE_FROM = 100;

/** Bytes in the largest unit that gives at least one: `812 B`, `64 KiB`, `1.5 MiB`. */
export function size(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1,024 is one of the next unit.
  while (unit < UNITS.length - 1 && Math.round(value) >= STEP) {
    value /= STEP;
    unit += 1;
  }
  const digits = unit === 0 || value >= WHOLE_FROM ? 0 : 1;
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return `${text} ${UNITS[unit] ?? ''}`;
}
