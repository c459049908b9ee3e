import type { RecomputeCostsRequest } from '$lib/contract';
import { spanOf } from './periods';
import { isDay } from './price-rows';

export const RECOMPUTE_CHOICES = ['days7', 'days30', 'all', 'dates'] as const;
export type RecomputeChoice = (typeof RECOMPUTE_CHOICES)[number];

/** Days as `2026-09-01`, both included. */
export interface Dates {
  from: string;
  until: string;
}

/** Local midnight at the beginning of a day, some days later; null when it is none. */
function midnightOf(day: string, later: number): number | null {
  if (!isDay(day)) return null;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).getTime();
}

/** Of the local clock. */
function dayOf(ms: number): string {
  const at = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Dates to begin with: the last thirty days. */
export const usualDates = (nowMs: number): Dates => ({
  from: dayOf(spanOf('days30', nowMs).from_ms),
  until: dayOf(nowMs),
});

/** What is asked for; null while the dates make no time. */
export function recomputeSpan(
  choice: RecomputeChoice,
  dates: Dates,
  nowMs: number,
): RecomputeCostsRequest | null {
  if (choice === 'dates') {
    const from_ms = midnightOf(dates.from.trim(), 0);
    const to_ms = midnightOf(dates.until.trim(), 1);
    return from_ms === null || to_ms === null || from_ms >= to_ms ? null : { from_ms, to_ms };
  }
  if (choice === 'all') return { from_ms: 0, to_ms: spanOf('today', nowMs).to_ms };
  const { from_ms, to_ms } = spanOf(choice, nowMs);
  return { from_ms, to_ms };
}
