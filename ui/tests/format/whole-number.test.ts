import { expect, it } from 'vitest';
import { wholeNumber } from '$lib/format/whole-number';

it.each([
  ['0', 0],
  ['1200', 1_200],
  ['1,200', 1_200],
  ['4,294,967,295', 4_294_967_295],
  ['', Number.NaN],
  ['12,00', Number.NaN],
  ['1.5', Number.NaN],
  ['-1', Number.NaN],
  ['1e3', Number.NaN],
])('a whole number that somebody typed: %s', (text, number) => {
  expect(wholeNumber(text)).toBe(number);
});
