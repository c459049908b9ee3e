import { describe, expect, it } from 'vitest';
import type { PriceView } from '$lib/contract';
import { unpricedModels, useAt } from '$pages/models/model-use';
import { emptyTier, faultsOf, formOf, placed, rowOf } from '$pages/models/price-form';
import { linesOf } from '$lib/state/price-rows';
import { piecePrice, textPrice, withoutId } from '../price-samples';
import { usageShare } from '../usage-samples';

const TIERED: PriceView = {
  id: 'own:cn:x',
  site: 'cn',
  model: 'x',
  from: '2026-09-01',
  until: '2026-10-01',
  zone: 'Asia/Tokyo',
  hours: { from: '02:00', until: '08:00' },
  tokens: [
    { from_input_tokens: 0, input: '6', output: '24', cached: '1.3' },
    { from_input_tokens: 32_768, input: '8', output: '28' },
  ],
  image_tokens: '1.8',
  image: '0.3',
  batch_percent: 40,
  source: 'a contract',
  note: 'agreed in spring',
};

describe('the fields of a price', () => {
  it('give the own row back as it was, whatever stands in it', () => {
    const form = formOf(TIERED, true);
    expect(form).toMatchObject({ firstDay: '2026-09-01', lastDay: '2026-09-30', batch: '40' });
    expect(faultsOf(form)).toEqual({});
    expect(rowOf(form, TIERED, true)).toEqual(withoutId(TIERED));
  });

  it('take the amounts of a shipped row, but not what is said about it', () => {
    const row = rowOf(formOf(TIERED, false), TIERED, false);
    expect(row).not.toHaveProperty('source');
    expect(row).not.toHaveProperty('note');
    const { source, note } = TIERED;
    expect({ ...row, source, note }).toEqual(withoutId(TIERED));
  });

  it('keep no amount of another unit, and no zone of another site', () => {
    const form = formOf(TIERED, true);
    form.units = ['clip'];
    form.pieces.clip = '¥2.00';
    form.site = 'com';
    const row = rowOf(form, TIERED, true);
    expect(row).toMatchObject({ site: 'com', clip: '2' });
    for (const gone of ['tokens', 'image', 'image_tokens', 'zone']) {
      expect(row).not.toHaveProperty(gone);
    }
  });

  it('write amounts as the program reads them', () => {
    const form = formOf(null, false);
    form.model = ' vendor/model ';
    Object.assign(form.tiers[0] ?? {}, { input: '¥ 1.50', cached: '', output: '0' });
    expect(faultsOf(form)).toEqual({});
    expect(rowOf(form, null, false)).toEqual({
      site: 'cn',
      model: 'vendor/model',
      tokens: [{ from_input_tokens: 0, input: '1.5', output: '0' }],
    });
  });

  it('of a single piece need its amount', () => {
    const form = formOf(piecePrice('Qwen/Qwen-Image', { image: '0.3' }), false);
    expect(form.units).toEqual(['image']);
    expect(faultsOf(form)).toEqual({});
    form.pieces.image = '';
    expect(faultsOf(form)).toEqual({ image: 'amount' });
  });
});

describe('a fault', () => {
  const form = () => formOf(textPrice('x'), false);

  it.each([
    ['an empty model', { model: ' ' }, { model: 'model' }],
    ['a model with a blank', { model: 'a b' }, { model: 'model' }],
    ['days that end early', { firstDay: '2026-02-02', lastDay: '2026-02-01' }, { days: 'days' }],
    [
      'no day',
      { firstDay: 'soon', lastDay: '2026-02-30' },
      { 'first-day': 'day', 'last-day': 'day' },
    ],
    ['half the hours', { hoursFrom: '02:00' }, { 'hours-until': 'time' }],
    [
      'no time',
      { hoursFrom: '2', hoursUntil: '24:00' },
      { 'hours-from': 'time', 'hours-until': 'time' },
    ],
    ['no hours', { hoursFrom: '02:00', hoursUntil: '02:00' }, { hours: 'hours' }],
    ['a dear batch', { batch: '101' }, { batch: 'batch' }],
    ['no batch', { batch: '' }, { batch: 'batch' }],
  ])('stands at its field: %s', (_, change, faults) => {
    expect(faultsOf({ ...form(), ...change })).toEqual(faults);
  });

  it('stands at its tier', () => {
    const tiered = form();
    tiered.tiers.push({ key: 1, from: '0', input: 'x', cached: '9', output: '' });
    expect(faultsOf(tiered)).toEqual({
      'tier-1-from': 'tiers',
      'tier-1-input': 'amount',
      'tier-1-output': 'output',
    });
    tiered.tiers[1] = { ...emptyTier(1, '131072'), input: '8', cached: '8.000000001', output: '9' };
    expect(faultsOf(tiered)).toEqual({ 'tier-1-cached': 'cached' });
  });

  it.each([
    ['overlap', { days: 'overlap' }],
    ['days', { days: 'days' }],
    ['zone', { hours: 'zone' }],
    ['model', { model: 'model' }],
    ['cached', { tiers: 'cached' }],
    ['batch', { batch: 'batch' }],
  ] as const)('that the program finds is placed: %s', (fault, faults) => {
    expect(placed(fault)).toEqual(faults);
  });
});

it('models that were used and have no price are named', () => {
  const lines = linesOf([textPrice('own/*', { id: 'own' })], [textPrice('known')], Date.now());
  const use = (name: string, calls_without_cost: number) =>
    usageShare(name, { calls: 5, calls_without_cost });
  const shares = [
    use('known', 2),
    use('own/x', 3),
    use('new/model', 4),
    use('other', 0),
    use('', 9),
  ];
  expect(unpricedModels(shares, lines).map(({ name }) => name)).toEqual(['new/model']);
});

it('the use of a model stands at the site where it was paid', () => {
  const paid = usageShare('m', { calls: 5, cost: { cny_nano: 7, usd_nano: 0 } });
  const free = usageShare('f', { calls: 9 });
  const uses = new Map([paid, free].map(({ name, totals }) => [name, totals]));
  const at = (model: string, site: 'cn' | 'com', ...sites: ('cn' | 'com')[]) =>
    useAt(textPrice(model, { site }), uses, new Set(sites))?.calls;
  expect(at('m', 'cn')).toBe(5);
  expect(at('m', 'com', 'cn', 'com')).toBeUndefined();
  expect(at('f', 'cn', 'cn')).toBe(9);
  expect(at('f', 'com', 'cn')).toBeUndefined();
  expect(at('other', 'cn', 'cn')).toBeUndefined();
});
