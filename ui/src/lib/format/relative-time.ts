const STEPS: [limitMs: number, sizeMs: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60_000, 1_000, 'second'],
  [3_600_000, 60_000, 'minute'],
  [86_400_000, 3_600_000, 'hour'],
  [2_592_000_000, 86_400_000, 'day'],
  [31_536_000_000, 2_592_000_000, 'month'],
  [Number.POSITIVE_INFINITY, 31_536_000_000, 'year'],
];

/** A signed distance from now, in the largest unit that gives at least one. */
export function relativeTime(deltaMs: number, format: Intl.RelativeTimeFormat): string {
  const distance = Math.abs(deltaMs);
  // Clocks of two processes differ a little, and "in 0 seconds" helps nobody.
  if (distance < 5_000) return format.format(0, 'second');
  for (const [limit, size, unit] of STEPS) {
    if (distance < limit) return format.format(Math.trunc(deltaMs / size), unit);
  }
  return format.format(0, 'second');
}
