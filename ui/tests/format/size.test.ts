import { expect, it } from 'vitest';
import { createFormats } from '$lib/format/formats';

const en = createFormats('en');

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [1_023, '1,023 B'],
  [1_024, '1 KiB'],
  [65_500, '64 KiB'],
  [65_536, '64 KiB'],
  [1_536, '1.5 KiB'],
  [1_048_575, '1 MiB'],
  [1_572_864, '1.5 MiB'],
  [512 * 1_024 * 1_024, '512 MiB'],
  [3 * 1_024 ** 4, '3,072 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(en.size(bytes)).toBe(text);
});

it('an end is told to the minute, with the day when it is another', () => {
  const noon = new Date(2026, 10, 23, 12, 0, 30).getTime();
  const hour = 3_600_000;
  expect(en.until(noon + 2.5 * hour, noon)).toBe('14:30');
  expect(en.until(noon + 24 * hour, noon)).toBe('Nov 24, 12:00');
  expect(createFormats('zh-CN').until(noon + 24 * hour, noon)).toContain('24');
});
