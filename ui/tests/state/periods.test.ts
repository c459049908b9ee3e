import { afterEach, describe, expect, it } from 'vitest';
import { dayOf, spanOf } from '$lib/state/periods';

const HOUR = 3_600_000;
const before = process.env['TZ'];
const at = (zone: string, iso: string): number => {
  process.env['TZ'] = zone;
  return new Date(iso).getTime();
};
const utc = (ms: number): string => new Date(ms).toISOString();

describe('a period', () => {
  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  it('begins and ends at local midnights', () => {
    const now = at('Asia/Shanghai', '2026-11-23T14:30:00');
    expect(utc(dayOf(now))).toBe('2026-11-22T16:00:00.000Z');
    const today = spanOf('today', now);
    expect([utc(today.from_ms), utc(today.to_ms), today.step]).toEqual([
      '2026-11-22T16:00:00.000Z',
      '2026-11-23T16:00:00.000Z',
      'hour',
    ]);
    expect(utc(spanOf('days7', now).from_ms)).toBe('2026-11-16T16:00:00.000Z');
    expect(utc(spanOf('days30', now).from_ms)).toBe('2026-10-24T16:00:00.000Z');
    expect(utc(spanOf('month', now).from_ms)).toBe('2026-10-31T16:00:00.000Z');
    expect(utc(spanOf('months12', now).from_ms)).toBe('2025-11-30T16:00:00.000Z');
    expect(spanOf('months12', now).step).toBe('month');
  });

  it('knows days of 23 and 25 hours, and zones of half hours', () => {
    const autumn = spanOf('today', at('Europe/Berlin', '2026-10-25T12:00:00'));
    expect((autumn.to_ms - autumn.from_ms) / HOUR).toBe(25);
    const spring = spanOf('today', at('Europe/Berlin', '2026-03-29T12:00:00'));
    expect((spring.to_ms - spring.from_ms) / HOUR).toBe(23);
    const india = spanOf('today', at('Asia/Kolkata', '2026-11-23T00:10:00'));
    expect(utc(india.from_ms)).toBe('2026-11-22T18:30:00.000Z');
  });

  it('goes back over the turn of a year and from the last day of a long month', () => {
    const now = at('UTC', '2026-01-31T23:59:59.999');
    expect(utc(spanOf('days30', now).from_ms)).toBe('2026-01-02T00:00:00.000Z');
    expect(utc(spanOf('months12', now).from_ms)).toBe('2025-02-01T00:00:00.000Z');
    expect(utc(spanOf('today', now).to_ms)).toBe('2026-02-01T00:00:00.000Z');
  });
});
