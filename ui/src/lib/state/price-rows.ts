import type { PriceSite, PriceView } from '$lib/contract';
import { isZero } from '$lib/format/price';

/** What a price may be asked for; a row has at least one of them. */
export const UNITS = ['tokens', 'image', 'clip', 'thousand_bytes', 'second'] as const;
export type PriceUnit = (typeof UNITS)[number];
export const PIECES = ['image', 'clip', 'thousand_bytes', 'second'] as const;
export type Piece = (typeof PIECES)[number];

/** What a model does, as far as its price tells. */
export const KINDS = ['text', 'embedding', 'picture', 'video', 'speech'] as const;
export type PriceKind = (typeof KINDS)[number];

export const SITES = ['cn', 'com'] as const satisfies readonly PriceSite[];

export const unitsOf = (row: PriceView): PriceUnit[] =>
  UNITS.filter((unit) => (unit === 'tokens' ? (row.tokens ?? []).length > 0 : unit in row));

const KIND_OF_PIECE: Record<Piece, PriceKind> = {
  image: 'picture',
  clip: 'video',
  thousand_bytes: 'speech',
  second: 'speech',
};

/** A model that only reads has no price for output. */
export function kindOf(row: PriceView): PriceKind {
  const piece = PIECES.find((unit) => unit in row);
  if (piece !== undefined) return KIND_OF_PIECE[piece];
  const writes = (row.tokens ?? []).some((tier) => tier.output !== undefined);
  return writes ? 'text' : 'embedding';
}

/** Every amount of a row. */
export function amountsIn(row: PriceView): string[] {
  const perToken = (row.tokens ?? []).flatMap(({ input, output, cached }) => [
    input,
    output,
    cached,
  ]);
  const { image_tokens, image, clip, thousand_bytes, second } = row;
  return [...perToken, image_tokens, image, clip, thousand_bytes, second].filter(
    (amount) => amount !== undefined,
  );
}

/** Whether nothing is charged, whatever is used. */
export const isFree = (row: PriceView): boolean => amountsIn(row).every(isZero);

const ZONE: Record<PriceSite, string> = { cn: 'Asia/Shanghai', com: 'UTC' };

/** IANA name of the zone in which days and hours of a row are meant. */
export const zoneOf = (row: Pick<PriceView, 'site' | 'zone'>): string => row.zone ?? ZONE[row.site];

/** A moment on the clock of a zone. */
interface LocalTime {
  /** As `2026-09-01`. */
  day: string;
  /** As `02:00:00`. */
  time: string;
}

/** Tells what the clocks of all zones show at a moment; each is asked once. */
export function clocksAt(ms: number): (zone: string) => LocalTime {
  const known = new Map<string, LocalTime>();
  return (zone) => {
    const local = known.get(zone) ?? localTime(ms, zone);
    known.set(zone, local);
    return local;
  };
}

function localTime(ms: number, timeZone: string): LocalTime {
  let text: string;
  const options = { dateStyle: 'short', timeStyle: 'medium' } as const;
  try {
    // Swedish dates are those of the contract: 2026-09-01 02:00:00.
    text = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone }).format(ms);
  } catch {
    // A zone that this browser is too old to know.
    text = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone: 'UTC' }).format(ms);
  }
  const [day = '', time = ''] = text.split(' ', 2);
  return { day, time };
}

export type Standing = 'past' | 'current' | 'future';

/** Whether a row holds on a day, at whatever hour. */
export function standingOf(row: PriceView, { day }: LocalTime): Standing {
  if (row.until !== undefined && row.until <= day) return 'past';
  return row.from !== undefined && row.from > day ? 'future' : 'current';
}

/** Whether the hours of a row contain a time of day; a row without hours has all of them. */
export function isInHours({ hours }: PriceView, { time }: LocalTime): boolean {
  if (hours === undefined) return true;
  const [from, until] = [withSeconds(hours.from), withSeconds(hours.until)];
  return from < until ? from <= time && time < until : from <= time || time < until;
}

const withSeconds = (time: string): string => (time.length === 5 ? `${time}:00` : time);

const DAY_MS = 86_400_000;

/** The day so many days later, as `2026-09-01`. */
export function dayAfter(day: string, days: number): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? day : new Date(ms + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whether it is a day of the calendar, as `2026-09-01`. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && dayAfter(text, 0) === text;

/** Whether a name fits a pattern: `*` stands for any characters, slashes too. */
export function fits(pattern: string, name: string): boolean {
  const [head = '', ...parts] = pattern.split('*');
  const tail = parts.pop();
  if (tail === undefined) return pattern === name;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.endsWith(tail) && name.length - tail.length >= at;
}

export const isPattern = (model: string): boolean => model.includes('*');

/** A row as it stands in the table. */
export interface PriceLine {
  row: PriceView;
  /** The user's own. */
  own: boolean;
  standing: Standing;
  /** Current, and one of its hours. */
  holdsNow: boolean;
  /** An own row holds instead, all day. */
  replaced: boolean;
}

/** All rows as they stand at a moment, the user's own first. */
export function linesOf(
  overrides: readonly PriceView[],
  shipped: readonly PriceView[],
  nowMs: number,
): PriceLine[] {
  const clocks = clocksAt(nowMs);
  const lineOf = (row: PriceView, own: boolean, replaced: boolean): PriceLine => {
    const local = clocks(zoneOf(row));
    const standing = standingOf(row, local);
    const holdsNow = standing === 'current' && isInHours(row, local) && !replaced;
    return { row, own, standing, holdsNow, replaced };
  };
  const inForce = overrides.filter(
    (row) => row.hours === undefined && standingOf(row, clocks(zoneOf(row))) === 'current',
  );
  const isReplaced = ({ site, model }: PriceView): boolean =>
    inForce.some((own) => own.site === site && fits(own.model, model));
  return [
    ...overrides.map((row) => lineOf(row, true, false)),
    ...shipped.map((row) => lineOf(row, false, isReplaced(row))),
  ];
}
