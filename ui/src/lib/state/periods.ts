import type { SeriesStep } from '$lib/contract';

export const PERIODS = ['today', 'days7', 'days30', 'month', 'months12'] as const;
export type Period = (typeof PERIODS)[number];

/** A time with the step that its chart takes. */
export interface Span {
  /** Unix milliseconds. */
  from_ms: number;
  /** Unix milliseconds, not included: the end of today. */
  to_ms: number;
  step: SeriesStep;
}

/** Midnight before `ms`, so many days later; a day may have 23 or 25 hours. */
function midnight(ms: number, days: number): number {
  const at = new Date(ms);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
}

function firstOfMonth(ms: number, months: number): number {
  const at = new Date(ms);
  return new Date(at.getFullYear(), at.getMonth() + months, 1).getTime();
}

/** Unix milliseconds of the local midnight before. */
export const dayOf = (ms: number): number => midnight(ms, 0);

const BEGIN: Record<Period, (nowMs: number) => number> = {
  today: dayOf,
  days7: (now) => midnight(now, -6),
  days30: (now) => midnight(now, -29),
  month: (now) => firstOfMonth(now, 0),
  months12: (now) => firstOfMonth(now, -11),
};
const STEP: Record<Period, SeriesStep> = {
  today: 'hour',
  days7: 'day',
  days30: 'day',
  month: 'day',
  months12: 'month',
};

/** The period up to the end of today, in the time zone of this computer. */
export function spanOf(period: Period, nowMs: number): Span {
  return {
    from_ms: BEGIN[period](nowMs),
    to_ms: midnight(nowMs, 1),
    step: STEP[period],
  };
}
