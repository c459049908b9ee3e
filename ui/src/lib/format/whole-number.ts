/** Digits, perhaps grouped. */
const WHOLE = /^(\d+|\d{1,3}(,\d{3})+)$/;

/** A whole number that somebody typed: `1,200` is 1200. NaN when it is none. */
export const wholeNumber = (text: string): number =>
  WHOLE.test(text) ? Number(text.replaceAll(',', '')) : Number.NaN;
