import { describe, expect, it } from 'vitest';
import { compareDecimals, decimalOf, decimalText, isZero } from '$lib/format/price';

describe('an amount that is typed', () => {
  it.each([
    ['0.02', '0.02'],
    [' ¥ 12 ', '12'],
    ['$0.140', '0.14'],
    ['1,200.50', '1200.5'],
    ['007', '7'],
    ['0', '0'],
    ['0.000', '0'],
    ['0.000000001', '0.000000001'],
    // A float would make 0.30000000000000004 and 9007199254740993.0 of these.
    ['0.3', '0.3'],
    ['9007199.254740993', '9007199.254740993'],
    ['9223372036.854775807', '9223372036.854775807'],
  ])('%s is %s', (typed, decimal) => {
    expect(decimalOf(typed)).toBe(decimal);
  });

  it.each(['', ' ', '-1', '1.', '.5', '1e3', '0.0000000001', '1,20', 'free', '1 2', '¥'])(
    '%j is none',
    (typed) => {
      expect(decimalOf(typed)).toBeNull();
    },
  );

  it('is refused where the program could not count it', () => {
    expect(decimalOf('9223372036.854775808')).toBeNull();
    expect(decimalOf('99999999999')).toBeNull();
  });
});

describe('amounts', () => {
  it('are compared to the last digit', () => {
    expect(compareDecimals('0.1', '0.09')).toBeGreaterThan(0);
    expect(compareDecimals('0.000000001', '0')).toBeGreaterThan(0);
    expect(compareDecimals('9007199.254740992', '9007199.254740993')).toBeLessThan(0);
    expect(compareDecimals('1.50', '1.5')).toBe(0);
  });

  it('are zero in every spelling', () => {
    expect(['0', '0.0', '00.000'].every(isZero)).toBe(true);
    expect(isZero('0.000000001')).toBe(false);
  });

  it('are shown as they are, in the currency of the site', () => {
    expect(decimalText('0.00022', 'cn')).toBe('¥0.00022');
    expect(decimalText('0.14', 'com')).toBe('$0.14');
  });
});
