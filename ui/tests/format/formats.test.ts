import { describe, expect, it } from 'vitest';
import { createFormats } from '$lib/format/formats';

const en = createFormats('en');
const zh = createFormats('zh-CN');

describe('numbers', () => {
  it('stay exact below ten thousand and get short above', () => {
    expect(en.compact(9_999)).toBe('9,999');
    expect(en.compact(3_214_567)).toBe('3.21M');
    expect(zh.compact(3_214_567)).toBe('321万');
    expect(en.percent(0.626)).toBe('63%');
  });

  it('follow the plural rules of the language', () => {
    expect(en.plural(1, 'key', 'keys')).toBe('key');
    expect(en.plural(0, 'key', 'keys')).toBe('keys');
    expect(zh.plural(1, '一', '多')).toBe('多');
  });
});

describe('money', () => {
  it('is read from nano units', () => {
    expect(en.money(12_340_000_000, 'CNY')).toBe('¥12.34');
    expect(zh.money(12_340_000_000, 'CNY')).toBe('¥12.34');
    expect(en.money(5_000_000_000, 'USD')).toBe('$5.00');
    expect(en.money(-1_500_000_000, 'CNY')).toBe('-¥1.50');
  });

  it('shows small amounts instead of rounding them away', () => {
    expect(en.money(1_200_000, 'CNY')).toBe('¥0.0012');
    expect(en.money(0, 'CNY')).toBe('¥0.00');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [819.6, '820 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [4_290, '4.2 s'],
    [59_999, '59 s'],
    [200_000, '3m 20s'],
    [180_000, '3m'],
    [18_720_000, '5h 12m'],
    [183_600_000, '2d 3h'],
  ])('%d ms is %s', (ms, text) => {
    expect(en.duration(ms)).toBe(text);
  });

  it('names long units in Chinese', () => {
    expect(zh.duration(18_720_000)).toBe('5小时 12分钟');
  });
});

describe('times', () => {
  const noon = new Date(2026, 10, 22, 12, 0, 0).getTime();

  it('are relative to the given now', () => {
    expect(en.relative(noon - 7_200_000, noon)).toBe('2 hours ago');
    expect(en.relative(noon + 42_000, noon)).toBe('in 42 seconds');
    expect(en.relative(noon + 2_000, noon)).toBe('now');
    expect(zh.relative(noon - 172_800_000, noon)).toBe('前天');
  });

  it('carry the date in a log when it is another day', () => {
    expect(en.timeOfLog(noon, noon)).toBe('12:00:00');
    expect(en.timeOfLog(noon - 86_400_000, noon)).toBe('11/21, 12:00:00');
  });
});
