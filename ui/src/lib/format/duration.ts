const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Unit = 'second' | 'minute' | 'hour' | 'day';

function inUnit(value: number, unit: Unit, locale: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'narrow',
  }).format(value);
}

/** A duration in one or two units: `820 ms`, `4.2 s`, `3m 20s`, `5h 12m`, `2d 3h`. */
export function duration(ms: number, locale: string): string {
  // The symbols of SI are the same in every language and keep a column of numbers even.
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return pair(ms, [MINUTE, 'minute'], [SECOND, 'second'], locale);
  if (ms < DAY) return pair(ms, [HOUR, 'hour'], [MINUTE, 'minute'], locale);
  return pair(ms, [DAY, 'day'], [HOUR, 'hour'], locale);
}

/** What is left in minutes and seconds, a begun second counted whole: `0:42`, `59:59`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

type Step = [size: number, unit: Unit];

function pair(ms: number, large: Step, small: Step, locale: string): string {
  const whole = Math.floor(ms / large[0]);
  const rest = Math.floor((ms % large[0]) / small[0]);
  const first = inUnit(whole, large[1], locale);
  return rest === 0 ? first : `${first} ${inUnit(rest, small[1], locale)}`;
}
