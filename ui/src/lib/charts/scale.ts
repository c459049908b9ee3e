/** The smallest of 1, 2, 4, 6, 8, 10 times a power of ten that holds `value`; even, so halves are whole. */
export function niceCeiling(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 4, 6, 8]) {
    if (step * power >= value && (step * power) % 2 === 0) return step * power;
  }
  return 10 * power;
}
