import { describe, expect, it } from 'vitest';
import { createFormats } from '$lib/format/formats';
import { amountOf, nanoOf } from '$lib/format/money';

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
    expect(en.money(6_000, 'CNY')).toBe('¥0.000006');
    expect(zh.money(-1, 'USD')).toBe('-$0.000000001');
    expect(en.money(9_999_999, 'CNY')).toBe('¥0.01');
    expect(en.money(12_345_678, 'CNY')).toBe('¥0.01');
  });

  it('is finer for a single request', () => {
    const amounts = [0, 6_000, 999_999, 12_345_678, 300_000_000, 1_234_567_890];
    expect(amounts.map((nano) => en.cost(nano, 'CNY'))).toEqual([
      '¥0.00',
      '¥0.000006',
      '¥0.001',
      '¥0.0123',
      '¥0.30',
      '¥1.23',
    ]);
    expect(en.money(0, 'CNY')).toBe('¥0.00');
  });
});

describe('typed amounts', () => {
  it.each([
    ['12.5', 12_500_000_000],
    [' ¥12.50 ', 12_500_000_000],
    ['￥0.000000001', 1],
    ['$1,284.07', 1_284_070_000_000],
    ['0', 0],
    ['9007199.254740991', 9_007_199_254_740_991],
  ])('%s is read exactly', (text, nano) => {
    expect(nanoOf(text)).toBe(nano);
  });

  it.each(['', '-1', '1.', '.5', '1,5', '12,34.5', '1e3', '0.0000000001', '9007200', 'ten'])(
    '%s is none',
    (text) => {
      expect(nanoOf(text)).toBeNull();
    },
  );

  it('stand in the field as they are typed', () => {
    expect(amountOf(12_500_000_000)).toBe('12.5');
    expect(amountOf(3_000_000_000)).toBe('3');
    expect(amountOf(1)).toBe('0.000000001');
    expect(amountOf(0)).toBe('0');
    expect(amountOf(-1_500_000_000)).toBe('-1.5');
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

  it('count down in minutes and begun seconds', () => {
    expect(en.countdown(42_001)).toBe('0:43');
    expect(en.countdown(200_000)).toBe('3:20');
    expect(en.countdown(3_600_000)).toBe('60:00');
    expect(en.countdown(-5)).toBe('0:00');
  });

  it('are short where space is, and never ahead', () => {
    expect(en.age(noon - 300_000, noon)).toBe('5m ago');
    expect(zh.age(noon - 300_000, noon)).toBe('5分钟前');
    expect(en.age(noon + 60_000, noon)).toBe('now');
  });

  it('carry the date in a log when it is another day', () => {
    expect(en.timeOfLog(noon, noon)).toBe('12:00:00');
    expect(en.timeOfLog(noon - 86_400_000, noon)).toBe('11/21, 12:00:00');
  });
});

describe('the parts of a series', () => {
  const noon = new Date(2026, 10, 22, 12, 0, 0).getTime();

  it('are named in full and short', () => {
    expect([en.moment(noon, 'hour'), en.tick(noon, 'hour')]).toEqual(['Nov 22, 12:00', '12']);
    expect(en.tick(noon + 1_800_000, 'hour')).toBe('12:30');
    expect([en.moment(noon, 'day'), en.tick(noon, 'day')]).toEqual(['Sun, Nov 22', '11/22']);
    expect([en.moment(noon, 'month'), en.tick(noon, 'month')]).toEqual(['November 2026', 'Nov']);
    expect([zh.moment(noon, 'day'), zh.tick(noon, 'month')]).toEqual(['11月22日周日', '11月']);
  });
});

describe('rates', () => {
  it('keep a tenth where it matters', () => {
    expect([en.rate(0.9987), en.rate(1), en.rate(0.25)]).toEqual(['99.9%', '100%', '25%']);
    expect([en.decimal(4.56), en.decimal(45), en.decimal(123.6)]).toEqual(['4.6', '45', '124']);
  });
});
