/** Hours that get a label under the axis. */
export const HOUR_LABELS = [0, 3, 6, 9, 12, 15, 18, 21] as const;

const HOURS = 24;
const RADIUS = 3;
/** A value above zero stays visible beside a large one. */
const LEAST_HEIGHT = 2;
/** Room for the text of the highest line. */
const HEADROOM = 16;

export interface Bar {
  hour: number;
  value: number;
  /** Left edge of the hour, bar and gap together. */
  slotX: number;
  path: string;
}

export interface HourChart {
  slot: number;
  bars: Bar[];
  /** Guide lines with their values. */
  lines: { value: number; y: number }[];
}

/** The smallest of 1, 2, 4, 6, 8, 10 times a power of ten that holds `value`; even, so halves are whole. */
export function niceCeiling(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 4, 6, 8]) {
    if (step * power >= value && (step * power) % 2 === 0) return step * power;
  }
  return 10 * power;
}

/** Lays out one bar per hour in `width` by `height` pixels. */
export function barsOf(values: readonly number[], width: number, height: number): HourChart {
  const slot = width / HOURS;
  const thickness = Math.max(2, Math.min(slot * 0.68, 22));
  const most = Math.max(0, ...values);
  const top = niceCeiling(most);
  const scale = (height - HEADROOM) / top;
  const bars = Array.from({ length: HOURS }, (_, hour) => {
    const value = values[hour] ?? 0;
    const tall = value === 0 ? 0 : Math.max(LEAST_HEIGHT, value * scale);
    const x = slot * hour + (slot - thickness) / 2;
    return { hour, value, slotX: slot * hour, path: roundedBar(x, height, thickness, tall) };
  });
  const guides = most === 0 ? [] : [top / 2, top];
  const lines = guides.map((value) => ({ value, y: height - value * scale }));
  return { slot, bars, lines };
}

function roundedBar(x: number, base: number, thickness: number, tall: number): string {
  if (tall === 0) return '';
  const radius = Math.min(RADIUS, thickness / 2, tall);
  const y = base - tall;
  return (
    `M${x} ${base}V${y + radius}Q${x} ${y} ${x + radius} ${y}` +
    `H${x + thickness - radius}Q${x + thickness} ${y} ${x + thickness} ${y + radius}V${base}Z`
  );
}
