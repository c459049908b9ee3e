import type { SeriesStep } from '$lib/contract';

/** How the parts of a series are called, in one language and in the time zone of this computer. */
export interface Calendar {
  /** In full: "Nov 23, 14:00", "Mon, Nov 23", "November 2026". */
  moment(ms: number, step: SeriesStep): string;
  /** Short, for an axis: "14", "11/23", "Nov". */
  tick(ms: number, step: SeriesStep): string;
}

/** In a zone of half hours an hour of UTC begins in the middle of one. */
function hourTick(at: Date): string {
  const minutes = at.getMinutes();
  return minutes === 0
    ? String(at.getHours())
    : `${at.getHours()}:${String(minutes).padStart(2, '0')}`;
}

export function createCalendar(locale: string): Calendar {
  const make = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, options);
  const full: Record<SeriesStep, Intl.DateTimeFormat> = {
    hour: make({
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
    day: make({ weekday: 'short', month: 'short', day: 'numeric' }),
    month: make({ year: 'numeric', month: 'long' }),
  };
  const short: Record<Exclude<SeriesStep, 'hour'>, Intl.DateTimeFormat> = {
    day: make({ month: 'numeric', day: 'numeric' }),
    month: make({ month: 'short' }),
  };
  return {
    moment: (ms, step) => full[step].format(ms),
    tick: (ms, step) => (step === 'hour' ? hourTick(new Date(ms)) : short[step].format(ms)),
  };
}
