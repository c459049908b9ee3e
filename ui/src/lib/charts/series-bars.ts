import { niceCeiling } from './scale';

const RADIUS = 3;
/** A value above zero stays visible beside a large one. */
const LEAST_HEIGHT = 2;
/** Room for the text of the highest line. */
const HEADROOM = 16;
const WIDEST = 34;

/** One bar: its parts from the bottom to the top. */
export interface SeriesBar {
  /** The same for the same moment. */
  key: number;
  /** Short, for the axis. */
  tick: string;
  /** In full, as "23 November, 14:00". */
  title: string;
  values: readonly number[];
}

export interface BarPart {
  /** Place of the value in `values`. */
  kind: number;
  path: string;
}

export interface BarShape {
  index: number;
  /** Left edge of the bar and its gap together. */
  slotX: number;
  total: number;
  parts: BarPart[];
}

export interface SeriesChart {
  slot: number;
  bars: BarShape[];
  /** Guide lines with their values. */
  lines: { value: number; y: number }[];
  /** Bars that get a label under the axis. */
  ticks: number[];
}

export interface Box {
  width: number;
  height: number;
  /** Pixels that a label under the axis needs. */
  tickWidth: number;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Lays out one bar per entry, its values upon each other. */
export function seriesBars(bars: readonly SeriesBar[], box: Box): SeriesChart {
  const count = Math.max(1, bars.length);
  const slot = box.width / count;
  const thickness = Math.max(1, Math.min(slot * 0.68, WIDEST));
  const totals = bars.map((bar) => sum(bar.values));
  const most = Math.max(0, ...totals);
  const top = niceCeiling(most);
  const scale = (box.height - HEADROOM) / top;
  const shapes = bars.map((bar, index): BarShape => {
    const x = slot * index + (slot - thickness) / 2;
    const parts = stack(bar.values, { x, thickness, base: box.height, scale });
    return { index, slotX: slot * index, total: totals[index] ?? 0, parts };
  });
  const guides = most === 0 ? [] : [top / 2, top];
  const lines = guides.map((value) => ({ value, y: box.height - value * scale }));
  return { slot, bars: shapes, lines, ticks: ticksOf(bars.length, slot, box.tickWidth) };
}

/** Every so many bars that the labels keep a distance; a step that people count in. */
function ticksOf(count: number, slot: number, tickWidth: number): number[] {
  const least = tickWidth / Math.max(slot, 0.01);
  const step = [1, 2, 3, 5, 7, 10, 14, 30, 60].find((size) => size >= least) ?? count;
  const ticks: number[] = [];
  for (let index = 0; index < count; index += Math.max(1, step)) ticks.push(index);
  return ticks;
}

interface Column {
  x: number;
  thickness: number;
  base: number;
  scale: number;
}

function stack(values: readonly number[], column: Column): BarPart[] {
  const drawn = values
    .map((value, kind) => ({ kind, tall: value <= 0 ? 0 : value * column.scale }))
    .filter((part) => part.tall > 0);
  let base = column.base;
  return drawn.map(({ kind, tall }, place) => {
    const height = Math.max(LEAST_HEIGHT, tall);
    const radius = place === drawn.length - 1 ? RADIUS : 0;
    const path = barPath(column, base, height, radius);
    base -= height;
    return { kind, path };
  });
}

function barPath({ x, thickness }: Column, base: number, tall: number, rounded: number): string {
  const radius = Math.min(rounded, thickness / 2, tall);
  const y = base - tall;
  const right = x + thickness;
  return (
    `M${x} ${base}V${y + radius}Q${x} ${y} ${x + radius} ${y}` +
    `H${right - radius}Q${right} ${y} ${right} ${y + radius}V${base}Z`
  );
}
