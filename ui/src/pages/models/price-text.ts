import type { PriceSite, PriceView } from '$lib/contract';
import { decimalText, isZero } from '$lib/format/price';
import { m } from '$lib/paraglide/messages';
import {
  dayAfter,
  type Piece,
  type PriceKind,
  type PriceUnit,
  zoneOf,
} from '$lib/state/price-rows';
import type { FormFault } from './price-form';

export const KIND_TEXT: Record<PriceKind, () => string> = {
  text: m.prices_kind_text,
  embedding: m.prices_kind_embedding,
  picture: m.prices_kind_picture,
  video: m.prices_kind_video,
  speech: m.prices_kind_speech,
};

export const UNIT_TEXT: Record<PriceUnit, () => string> = {
  tokens: m.prices_unit_tokens,
  image: m.prices_unit_image,
  clip: m.prices_unit_clip,
  thousand_bytes: m.prices_unit_bytes,
  second: m.prices_unit_second,
};

const PER: Record<Piece, (inputs: { amount: string }) => string> = {
  image: m.prices_per_image,
  clip: m.prices_per_clip,
  thousand_bytes: m.prices_per_bytes,
  second: m.prices_per_second,
};

export const SITE_TEXT: Record<PriceSite, string> = { cn: '.cn', com: '.com' };

/** An amount, or that there is none to pay. */
export const amountText = (amount: string, site: PriceSite): string =>
  isZero(amount) ? m.prices_free() : decimalText(amount, site);

/** The same with what it is for: `¥0.3 per picture`. */
export const pieceText = (piece: Piece, amount: string, site: PriceSite): string =>
  isZero(amount) ? m.prices_free() : PER[piece]({ amount: decimalText(amount, site) });

/** When a row holds, or nothing when it always does. */
export function timesText(row: PriceView): string {
  return [daysText(row), hoursText(row)].filter(Boolean).join(' · ');
}

function daysText({ from, until }: PriceView): string {
  // The contract names the first day after; people speak of the last one.
  const last = until === undefined ? undefined : dayAfter(until, -1);
  if (from === undefined) return last === undefined ? '' : m.prices_until({ day: last });
  return last === undefined ? m.prices_from({ day: from }) : m.prices_between({ from, last });
}

const shortTime = (time: string): string => time.replace(/^(\d\d:\d\d):00$/, '$1');

function hoursText(row: PriceView): string {
  if (row.hours === undefined) return '';
  const from = shortTime(row.hours.from);
  const until = shortTime(row.hours.until);
  return m.prices_hours({ from, until, zone: zoneText(row) });
}

/** A clock that people know, else its name. */
export function zoneText(row: Pick<PriceView, 'site' | 'zone'>): string {
  const zone = zoneOf(row);
  return zone === 'Asia/Shanghai' ? m.prices_beijing() : zone;
}

const FAULT: Record<FormFault, () => string> = {
  model: m.price_fault_model,
  amount: m.price_fault_amount,
  cached: m.price_fault_cached,
  output: m.price_fault_output,
  tiers: m.price_fault_rise,
  day: m.price_fault_day,
  days: m.price_fault_days,
  time: m.price_fault_time,
  hours: m.price_fault_hours,
  zone: m.price_fault_zone,
  batch: m.price_fault_batch,
  overlap: m.price_fault_overlap,
};

/** A fault in the words of the form. */
export const faultText = (fault: FormFault | undefined): string | undefined =>
  fault === undefined ? undefined : FAULT[fault]();
