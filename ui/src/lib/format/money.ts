/** Nano units in one unit of a currency (design D13). */
const NANO = 1_000_000_000;

/** Two decimals would hide less than this. */
const SMALL = 0.01;
/** Below this a single request differs from the next in the third and fourth decimal. */
const FINE = 1;
const FINE_SMALL = 0.001;

type Digits = Pick<
  Intl.NumberFormatOptions,
  'maximumSignificantDigits' | 'minimumFractionDigits' | 'maximumFractionDigits'
>;
const PLAIN: Digits = {};
const THREE: Digits = { maximumSignificantDigits: 3 };
const FOUR_DECIMALS: Digits = { minimumFractionDigits: 2, maximumFractionDigits: 4 };

function digitsOf(amount: number, fine: boolean): Digits {
  const size = Math.abs(amount);
  if (size === 0 || size >= FINE) return PLAIN;
  if (size < (fine ? FINE_SMALL : SMALL)) return THREE;
  return fine ? FOUR_DECIMALS : PLAIN;
}

export interface MoneyFormats {
  /** Nano units: two decimals, or three digits that count where two decimals would hide them. */
  money: (nano: number, currency: string) => string;
  /** The same for a single request: four decimals below one. */
  cost: (nano: number, currency: string) => string;
}

/** Formats of amounts in one language. Only nothing reads as nothing. */
export function createMoney(locale: string): MoneyFormats {
  // `Intl` objects are slow to build, and a log shows a thousand amounts.
  const formats = new Map<Digits, Map<string, Intl.NumberFormat>>();
  const formatOf = (currency: string, digits: Digits): Intl.NumberFormat => {
    const known = formats.get(digits) ?? new Map<string, Intl.NumberFormat>();
    formats.set(digits, known);
    const format =
      known.get(currency) ??
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        ...digits,
      });
    known.set(currency, format);
    return format;
  };
  const text = (nano: number, currency: string, fine: boolean): string => {
    const amount = nano / NANO;
    return formatOf(currency, digitsOf(amount, fine)).format(amount);
  };
  return {
    money: (nano, currency) => text(nano, currency, false),
    cost: (nano, currency) => text(nano, currency, true),
  };
}

/** Digits, perhaps grouped, perhaps with decimals and the sign of a currency. */
const AMOUNT = /^[¥￥$]?\s*(?<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?<decimals>\d{1,9}))?$/;

/** Nano units of an amount that somebody typed, exactly; null when it is none. */
export function nanoOf(text: string): number | null {
  const groups = AMOUNT.exec(text.trim())?.groups;
  if (groups?.['whole'] === undefined) return null;
  const decimals = (groups['decimals'] ?? '').padEnd(9, '0');
  const nano = Number(`${groups['whole'].replaceAll(',', '')}${decimals}`);
  return Number.isSafeInteger(nano) ? nano : null;
}

/** An amount as it is typed: `12.5`. */
export function amountOf(nano: number): string {
  const digits = String(Math.abs(nano)).padStart(10, '0');
  const decimals = digits.slice(-9).replace(/0+$/, '');
  const whole = `${nano < 0 ? '-' : ''}${digits.slice(0, -9)}`;
  return decimals === '' ? whole : `${whole}.${decimals}`;
}
