import { describe, expect, it } from 'vitest';
import { niceCeiling } from '$lib/charts/scale';
import { seriesBars, type SeriesBar } from '$lib/charts/series-bars';

const bar = (key: number, ...values: number[]): SeriesBar => ({
  key,
  tick: String(key),
  title: `hour ${key}`,
  values,
});
const box = { width: 480, height: 116, tickWidth: 40 };
const hours = (value: (hour: number) => number): SeriesBar[] =>
  Array.from({ length: 24 }, (_, hour) => bar(hour, value(hour)));

describe('the scale of a chart', () => {
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
    [12_340_000_000, 20_000_000_000],
  ])('%d fits below %d', (value, top) => {
    expect(niceCeiling(value)).toBe(top);
  });
});

describe('the bars of a series', () => {
  it('stand for nothing when nothing happened', () => {
    const chart = seriesBars(
      hours(() => 0),
      box,
    );
    expect(chart.bars).toHaveLength(24);
    expect(chart.lines).toEqual([]);
    expect(chart.bars.flatMap((shape) => shape.parts)).toEqual([]);
  });

  it('keep one call visible beside a thousand', () => {
    const chart = seriesBars(
      hours((hour) => (hour === 4 ? 1_000 : Number(hour === 3))),
      box,
    );
    expect(chart.bars[3]?.parts).toHaveLength(1);
    expect(chart.bars[3]?.parts[0]?.path).toMatch(/^M\S+ 116V116Q\S+ 114 /);
    expect(chart.lines.map((line) => line.value)).toEqual([500, 1_000]);
  });

  it('stack the parts of a bar from the bottom, and leave empty ones out', () => {
    const chart = seriesBars([bar(0, 60, 0, 40)], box);
    const [shape] = chart.bars;
    expect(shape?.total).toBe(100);
    expect(shape?.parts.map((part) => part.kind)).toEqual([0, 2]);
    // 100 pixels for 100: the first part ends at 116 - 60, where the second begins.
    expect(shape?.parts[0]?.path).toMatch(/^M\S+ 116V56Q/);
    expect(shape?.parts[1]?.path).toMatch(/^M\S+ 56V19Q\S+ 16 /);
  });

  it('label as many bars as there is room for', () => {
    const ticks = (count: number, width: number): number[] =>
      seriesBars(
        Array.from({ length: count }, (_, index) => bar(index, 1)),
        { ...box, width },
      ).ticks;
    expect(ticks(24, 480)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
    expect(ticks(12, 800)).toHaveLength(12);
    expect(ticks(30, 400)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    expect(ticks(1, 400)).toEqual([0]);
    expect(ticks(0, 400)).toEqual([]);
    expect(ticks(400, 40)).toEqual([0]);
  });
});
