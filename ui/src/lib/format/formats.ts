import type { SeriesStep } from '$lib/contract';
import { createCalendar } from './calendar';
import { countdown, duration } from './duration';
import { createMoney } from './money';
import { relativeTime } from './relative-time';
import { size } from './size';

/** Everything that turns a value into text in one language. Pure: the time is passed in. */
export interface Formats {
  /** Grouped, as `1,284`. */
  number(value: number): string;
  /** Short, as `3.2M` or `320万`; exact below ten thousand. */
  compact(value: number): string;
  /** A share of one, as `63%`. */
  percent(share: number): string;
  /** The same where a tenth matters, as `99.2%`. */
  rate(share: number): string;
  /** With one decimal below a hundred, as `4.5`. */
  decimal(value: number): string;
  /** Nano units of a currency. */
  money(nano: number, currency: string): string;
  /** The same, finer: what a single request cost. */
  cost(nano: number, currency: string): string;
  /** Bytes as the largest sensible unit: `64 KiB`. */
  size(bytes: number): string;
  /** Milliseconds as the shortest sensible unit. */
  duration(ms: number): string;
  /** What is left, as `3:20`. */
  countdown(ms: number): string;
  /** Date and time to the second, for titles. */
  dateTime(ms: number): string;
  /** Time of day to the second; with the date when it is not the day of `nowMs`. */
  timeOfLog(ms: number, nowMs: number): string;
  /** Time of day to the minute, until which something lasts; with the date on another day. */
  until(ms: number, nowMs: number): string;
  /** "2 minutes ago", "in 30 seconds". */
  relative(ms: number, nowMs: number): string;
  /** The same where space is short: "2m ago". */
  age(ms: number, nowMs: number): string;
  /** A part of a series, in full. */
  moment(ms: number, step: SeriesStep): string;
  /** The same, short, for an axis. */
  tick(ms: number, step: SeriesStep): string;
  /** Picks by the language's plural rules. */
  plural<Text>(count: number, one: Text, other: Text): Text;
}

const EXACT_BELOW = 10_000;
const DECIMALS_BELOW = 100;

const dayOf = (ms: number): string => new Date(ms).toDateString();

/** Formats of one language; make it once per language, `Intl` objects are slow to build. */
export function createFormats(locale: string): Formats {
  const plain = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  const share = new Intl.NumberFormat(locale, { style: 'percent' });
  const tenths = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } as const;
  const time = new Intl.DateTimeFormat(locale, clock);
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    month: 'numeric',
    day: 'numeric',
    ...clock,
  });
  const minutes = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const minute = new Intl.DateTimeFormat(locale, minutes);
  const dayAndMinute = new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    ...minutes,
  });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const shortAgo = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' });
  const rules = new Intl.PluralRules(locale);
  const calendar = createCalendar(locale);
  const amounts = createMoney(locale);
  return {
    number: (value) => plain.format(value),
    compact: (value) => (value < EXACT_BELOW ? plain : short).format(value),
    percent: (value) => share.format(value),
    rate: (value) => tenths.format(value),
    decimal: (value) => fine.format(value < DECIMALS_BELOW ? value : Math.round(value)),
    money: amounts.money,
    cost: amounts.cost,
    size: (bytes) => size(bytes, locale),
    duration: (ms) => duration(ms, locale),
    countdown,
    dateTime: (ms) => full.format(ms),
    timeOfLog: (ms, nowMs) => (dayOf(ms) === dayOf(nowMs) ? time : dayAndTime).format(ms),
    until: (ms, nowMs) => (dayOf(ms) === dayOf(nowMs) ? minute : dayAndMinute).format(ms),
    relative: (ms, nowMs) => relativeTime(ms - nowMs, ago),
    age: (ms, nowMs) => relativeTime(Math.min(ms, nowMs) - nowMs, shortAgo),
    moment: calendar.moment,
    tick: calendar.tick,
    plural: (count, one, other) => (rules.select(count) === 'one' ? one : other),
  };
}
