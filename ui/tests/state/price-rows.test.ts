import { describe, expect, it } from 'vitest';
import type { PriceView } from '$lib/contract';
import {
  clocksAt,
  dayAfter,
  fits,
  isFree,
  isInHours,
  kindOf,
  linesOf,
  standingOf,
  zoneOf,
} from '$lib/state/price-rows';
import { piecePrice, textPrice } from '../price-samples';

/** 2026-09-01 01:30 in Beijing, 2026-08-31 17:30 UTC. */
const NIGHT = Date.UTC(2026, 7, 31, 17, 30);
const localOf = (row: PriceView, ms: number) => clocksAt(ms)(zoneOf(row));

describe('what a price tells of a model', () => {
  const reads = textPrice('BAAI/bge-m3', { tokens: [{ from_input_tokens: 0, input: '0' }] });
  it.each([
    ['text', textPrice('deepseek-ai/DeepSeek-V3.2')],
    ['embedding', reads],
    ['picture', piecePrice('Qwen/Qwen-Image', { image: '0.3' })],
    ['video', piecePrice('Wan-AI/Wan2.2-T2V-A14B', { clip: '2' })],
    ['speech', piecePrice('FunAudioLLM/CosyVoice2-0.5B', { thousand_bytes: '0.05' })],
    ['speech', piecePrice('Qwen/Qwen3-ASR-1.7B', { second: '0.00022' })],
  ] as const)('%s', (kind, row) => {
    expect(kindOf(row)).toBe(kind);
  });

  it('free is when every amount is zero', () => {
    expect(isFree(reads)).toBe(true);
    expect(isFree(piecePrice('Kwai-Kolors/Kolors', { image: '0.0' }))).toBe(true);
    expect(isFree({ ...reads, image_tokens: '1.8' })).toBe(false);
  });
});

describe('when a price holds', () => {
  const row = textPrice('deepseek-ai/DeepSeek-V4-Flash', { from: '2026-09-01' });

  it('is told by the days of its zone', () => {
    expect(standingOf(row, localOf(row, NIGHT))).toBe('current');
    const abroad: PriceView = { ...row, site: 'com' };
    expect(standingOf(abroad, localOf(abroad, NIGHT))).toBe('future');
    const until: PriceView = { ...row, from: '2026-01-01', until: '2026-09-01' };
    expect(standingOf(until, localOf(until, NIGHT))).toBe('past');
    expect(standingOf(until, localOf(until, NIGHT - 7_200_000))).toBe('current');
    const elsewhere: PriceView = { ...row, zone: 'America/New_York' };
    expect(standingOf(elsewhere, localOf(elsewhere, NIGHT))).toBe('future');
  });

  it('is told by its hours, past midnight too', () => {
    const cheap: PriceView = { ...row, hours: { from: '02:00:00', until: '08:00:00' } };
    const dear: PriceView = { ...row, hours: { from: '08:00', until: '02:00' } };
    const at = (ms: number) => [
      isInHours(cheap, localOf(row, ms)),
      isInHours(dear, localOf(row, ms)),
    ];
    expect(at(NIGHT)).toEqual([false, true]);
    expect(at(NIGHT + 30 * 60_000)).toEqual([true, false]);
    expect(at(NIGHT + 7 * 3_600_000)).toEqual([false, true]);
    expect(isInHours(row, localOf(row, NIGHT))).toBe(true);
  });

  it('survives a zone that the browser does not know', () => {
    const odd: PriceView = { ...row, zone: 'Mars/Olympus_Mons' };
    expect(standingOf(odd, localOf(odd, NIGHT))).toBe('future');
  });

  it('counts days over months and years', () => {
    expect(dayAfter('2026-09-01', -1)).toBe('2026-08-31');
    expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
    expect(dayAfter('nonsense', 1)).toBe('nonsense');
  });
});

describe('a pattern', () => {
  it.each([
    ['Qwen/*', 'Qwen/Qwen3-8B', true],
    ['Qwen/*', 'Pro/Qwen/Qwen3-8B', false],
    ['*', 'anything', true],
    ['*-8B', 'Qwen/Qwen3-8B', true],
    ['*3*8*', 'Qwen/Qwen3-8B', true],
    ['a*a', 'a', false],
    ['a*b*b', 'ab', false],
    ['Qwen/Qwen3-8B', 'Qwen/Qwen3-8B', true],
    ['qwen/*', 'Qwen/Qwen3-8B', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(fits(pattern, name)).toBe(expected);
  });
});

describe('lines', () => {
  const shipped = [textPrice('Qwen/Qwen3-32B'), textPrice('zai-org/GLM-5.2')];
  const own = textPrice('Qwen/*', { id: 'own' });

  it('say what an own price replaces, and that it holds', () => {
    const lines = linesOf([own], shipped, NIGHT);
    expect(
      lines.map(({ row, own: isOwn, replaced, holdsNow }) => [row.id, isOwn, replaced, holdsNow]),
    ).toEqual([
      ['own', true, false, true],
      ['cn:Qwen/Qwen3-32B', false, true, false],
      ['cn:zai-org/GLM-5.2', false, false, true],
    ]);
  });

  it.each([
    ['at the other site', { site: 'com' }],
    ['in the past', { until: '2026-01-01' }],
    ['for some hours only', { hours: { from: '02:00', until: '08:00' } }],
  ] as const)('do not call a row replaced %s', (_, change) => {
    const lines = linesOf([{ ...own, ...change }], shipped, NIGHT);
    expect(lines.filter(({ replaced }) => replaced)).toEqual([]);
  });
});
