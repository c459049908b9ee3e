import { duration } from './duration';
import { money } from './money';
import { relativeTime } from './relative-time';

/** Everything that turns a value into text in one language. Pure: the time is passed in. */
export interface Formats {
  /** Grouped, as `1,284`. */
  number(value: number): string;
  /** Short, as `3.2M` or `320万`; exact below ten thousand. */
  compact(value: number): string;
  /** A share of one, as `63%`. */
  percent(share: number): string;
  /** Nano units of a currency. */
  money(nano: number, currency: string): string;
  /** Milliseconds as the shortest sensible unit. */
  duration(ms: number): string;
  /** Date and time to the second, for titles. */
  dateTime(ms: number): string;
  /** Time of day to the second; with the date when it is not the day of `nowMs`. */
  timeOfLog(ms: number, nowMs: number): string;
  /** "2 minutes ago", "in 30 seconds". */
  relative(ms: number, nowMs: number): string;
  /** Picks by the language's plural rules. */
  plural<Text>(count: number, one: Text, other: Text): Text;
}

const EXACT_BELOW = 10_000;

const dayOf = (ms: number): string => new Date(ms).toDateString();

/** Formats of one language; make it once per language, `Intl` objects are slow to build. */
export function createFormats(locale: string): Formats {
  const plain = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  const share = new Intl.NumberFormat(locale, { style: 'percent' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } as const;
  const time = new Intl.DateTimeFormat(locale, clock);
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    month: 'numeric',
    day: 'numeric',
    ...clock,
  });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const rules = new Intl.PluralRules(locale);
  return {
    number: (value) => plain.format(value),
    compact: (value) => (value < EXACT_BELOW ? plain : short).format(value),
    percent: (value) => share.format(value),
    money: (nano, currency) => money(nano, currency, locale),
    duration: (ms) => duration(ms, locale),
    dateTime: (ms) => full.format(ms),
    timeOfLog: (ms, nowMs) => (dayOf(ms) === dayOf(nowMs) ? time : dayAndTime).format(ms),
    relative: (ms, nowMs) => relativeTime(ms - nowMs, ago),
    plural: (count, one, other) => (rules.select(count) === 'one' ? one : other),
  };
}
