import { describe, expect, it } from 'vitest';
import { barsOf, niceCeiling } from '$lib/charts/hour-bars';

describe('the scale of the hour chart', () => {
  it.each([
    [0, 2],
    [1, 2],
    [3, 4],
    [7, 8],
    [9, 10],
    [11, 20],
    [68, 80],
    [81, 100],
    [1_234, 2_000],
  ])('%d fits below %d', (value, top) => {
    expect(niceCeiling(value)).toBe(top);
  });

  it('has 24 bars and no line when nothing happened', () => {
    const chart = barsOf([], 480, 112);
    expect(chart.bars).toHaveLength(24);
    expect(chart.lines).toEqual([]);
    expect(chart.bars.every((bar) => bar.path === '')).toBe(true);
  });

  it('keeps one call visible beside a thousand', () => {
    const values = Array<number>(24).fill(0);
    values[3] = 1;
    values[4] = 1_000;
    const chart = barsOf(values, 480, 112);
    expect(chart.bars[3]?.path).toContain('V112');
    expect(chart.bars[3]?.path).not.toBe('');
    expect(chart.lines.map((line) => line.value)).toEqual([500, 1_000]);
  });
});
