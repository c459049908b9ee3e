import type { PriceFault, PriceSite, PriceTier, PriceView } from '$lib/contract';
import { compareDecimals, decimalOf } from '$lib/format/price';
import {
  dayAfter,
  isDay,
  PIECES,
  type Piece,
  type PriceUnit,
  unitsOf,
} from '$lib/state/price-rows';

/** Prices of tokens from a length of input on, as they stand in the fields. */
export interface TierForm {
  /** Tells the lines apart while they are edited. */
  key: number;
  from: string;
  input: string;
  cached: string;
  output: string;
}

/** What stands in the fields of the dialog. */
export interface PriceForm {
  site: PriceSite;
  model: string;
  /** What is priced; a row that has several prices keeps them all. */
  units: PriceUnit[];
  tiers: TierForm[];
  imageTokens: string;
  pieces: Record<Piece, string>;
  firstDay: string;
  lastDay: string;
  hoursFrom: string;
  hoursUntil: string;
  batch: string;
  note: string;
}

/** What the program finds in a row, and what only a form can have. */
export type FormFault = PriceFault | 'day' | 'time';

/** Faults by the field they stand at: `model`, `tier-0-input`, `image`, `days`, `hours`, … */
export type FormFaults = Readonly<Record<string, FormFault>>;

const HALF = 50;
const LONGEST_MODEL = 200;
/** Of a day of 24 hours, as `02:00`. */
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const encoder = new TextEncoder();

export const emptyTier = (key: number, from: string): TierForm => ({
  key,
  from,
  input: '',
  cached: '',
  output: '',
});

const tierForm = (tier: PriceTier, key: number): TierForm => ({
  key,
  from: String(tier.from_input_tokens),
  input: tier.input,
  cached: tier.cached ?? '',
  output: tier.output ?? '',
});

/** The fields of a row that is to be changed or followed, or of a new one. */
export function formOf(row: PriceView | null, own: boolean): PriceForm {
  const units = row === null ? [] : unitsOf(row);
  const tiers = (row?.tokens ?? []).map(tierForm);
  return {
    site: row?.site ?? 'cn',
    model: row?.model ?? '',
    units: units.length === 0 ? ['tokens'] : units,
    tiers: tiers.length === 0 ? [emptyTier(0, '0')] : tiers,
    imageTokens: row?.image_tokens ?? '',
    pieces: {
      image: row?.image ?? '',
      clip: row?.clip ?? '',
      thousand_bytes: row?.thousand_bytes ?? '',
      second: row?.second ?? '',
    },
    firstDay: row?.from ?? '',
    lastDay: row?.until === undefined ? '' : dayAfter(row.until, -1),
    hoursFrom: row?.hours?.from.slice(0, 5) ?? '',
    hoursUntil: row?.hours?.until.slice(0, 5) ?? '',
    batch: String(row?.batch_percent ?? HALF),
    // What was noted about the vendor's price is not true of another one.
    note: own ? (row?.note ?? '') : '',
  };
}

const tokensIn = (text: string): number | null =>
  /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;

const isAmount = (text: string): boolean => decimalOf(text) !== null;
const isEmpty = (text: string): boolean => text.trim() === '';

/** What is wrong with the fields, as the program would say it. */
export function faultsOf(form: PriceForm): FormFaults {
  const faults: Record<string, FormFault> = {};
  const model = form.model.trim();
  if (model === '' || encoder.encode(model).length > LONGEST_MODEL || /\s/.test(model)) {
    faults['model'] = 'model';
  }
  if (form.units.includes('tokens')) {
    Object.assign(faults, tierFaults(form.tiers));
    if (!isEmpty(form.imageTokens) && !isAmount(form.imageTokens)) {
      faults['image-tokens'] = 'amount';
    }
  }
  for (const piece of PIECES) {
    if (form.units.includes(piece) && !isAmount(form.pieces[piece])) faults[piece] = 'amount';
  }
  Object.assign(faults, timeFaults(form));
  const batch = tokensIn(form.batch);
  if (batch === null || batch > 100) faults['batch'] = 'batch';
  return faults;
}

function timeFaults(form: PriceForm): Record<string, FormFault> {
  const faults: Record<string, FormFault> = {};
  const [first, last] = [form.firstDay.trim(), form.lastDay.trim()];
  const [from, until] = [form.hoursFrom.trim(), form.hoursUntil.trim()];
  for (const [field, day] of [
    ['first-day', first],
    ['last-day', last],
  ] as const) {
    if (day !== '' && !isDay(day)) faults[field] = 'day';
  }
  const bothDays = isDay(first) && isDay(last);
  if (bothDays && first > last) faults['days'] = 'days';
  const isHalf = (from === '') !== (until === '');
  for (const [field, time] of [
    ['hours-from', from],
    ['hours-until', until],
  ] as const) {
    if (time === '' ? isHalf : !TIME.test(time)) faults[field] = 'time';
  }
  if (from !== '' && from === until) faults['hours'] = 'hours';
  return faults;
}

function tierFaults(tiers: readonly TierForm[]): Record<string, FormFault> {
  const faults: Record<string, FormFault> = {};
  const writes = tiers.some(({ output }) => !isEmpty(output));
  let before = -1;
  tiers.forEach((tier, index) => {
    const at = (field: string): string => `tier-${index}-${field}`;
    const from = tokensIn(tier.from);
    if (from === null || from <= before) faults[at('from')] = 'tiers';
    before = from ?? before;
    const [input, cached] = [decimalOf(tier.input), decimalOf(tier.cached)];
    if (input === null) faults[at('input')] = 'amount';
    if (!isEmpty(tier.cached)) {
      if (cached === null) faults[at('cached')] = 'amount';
      else if (input !== null && compareDecimals(cached, input) > 0) {
        faults[at('cached')] = 'cached';
      }
    }
    if (isEmpty(tier.output)) {
      if (writes) faults[at('output')] = 'output';
    } else if (!isAmount(tier.output)) faults[at('output')] = 'amount';
  });
  return faults;
}

function tierOf(tier: TierForm): PriceTier {
  const [cached, output] = [decimalOf(tier.cached), decimalOf(tier.output)];
  return {
    from_input_tokens: tokensIn(tier.from) ?? 0,
    input: decimalOf(tier.input) ?? '0',
    ...(output === null ? {} : { output }),
    ...(cached === null ? {} : { cached }),
  };
}

/** The row of fields without a fault. `base` is the row they came from, `own` whether it is changed. */
export function rowOf(
  form: PriceForm,
  base: PriceView | null,
  own: boolean,
): Omit<PriceView, 'id'> {
  const hasTokens = form.units.includes('tokens');
  const imageTokens = hasTokens ? decimalOf(form.imageTokens) : null;
  const pieces = PIECES.filter((piece) => form.units.includes(piece)).map((piece) => [
    piece,
    decimalOf(form.pieces[piece]) ?? '0',
  ]);
  const note = form.note.trim();
  const batch = Number(form.batch);
  const source = own ? (base?.source ?? '') : '';
  // A zone of its own makes sense at the site it was written for.
  const zone = base?.site === form.site ? base.zone : undefined;
  return {
    site: form.site,
    model: form.model.trim(),
    ...(isEmpty(form.firstDay) ? {} : { from: form.firstDay.trim() }),
    ...(isEmpty(form.lastDay) ? {} : { until: dayAfter(form.lastDay.trim(), 1) }),
    ...(zone === undefined ? {} : { zone }),
    ...(isEmpty(form.hoursFrom)
      ? {}
      : { hours: { from: form.hoursFrom.trim(), until: form.hoursUntil.trim() } }),
    ...(hasTokens ? { tokens: form.tiers.map(tierOf) } : {}),
    ...(imageTokens === null ? {} : { image_tokens: imageTokens }),
    ...(Object.fromEntries(pieces) as Partial<Record<Piece, string>>),
    ...(batch === HALF ? {} : { batch_percent: batch }),
    ...(source === '' ? {} : { source }),
    ...(note === '' ? {} : { note }),
  };
}

/** Where a fault stands that only the program could find. */
const PLACE: Record<PriceFault, string> = {
  model: 'model',
  zone: 'hours',
  days: 'days',
  hours: 'hours',
  overlap: 'days',
  tiers: 'tiers',
  output: 'tiers',
  cached: 'tiers',
  amount: 'tiers',
  batch: 'batch',
};

/** The program's fault at the field it is about. */
export const placed = (fault: PriceFault): FormFaults => ({ [PLACE[fault]]: fault });
