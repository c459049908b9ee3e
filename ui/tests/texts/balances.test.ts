import { describe, expect, it } from 'vitest';
import type { BalanceFailure, BalanceView } from '$lib/contract';
import { createFormats } from '$lib/format/formats';
import { balanceFailure, balanceMark, balanceSource, isStale } from '$lib/texts/balances';

const NOW = 1_760_000_000_000;
const formats = createFormats('en');
const balance = (change: Partial<BalanceView> = {}): BalanceView => ({
  nano: 18_000_000_000,
  currency: 'CNY',
  source: 'reported',
  known_nano: 20_000_000_000,
  as_of_ms: NOW - 300_000,
  ...change,
});
const failure = (change: Partial<BalanceFailure> = {}): BalanceFailure => ({
  reason: 'unanswered',
  text: 'no answer within 10 s',
  at_ms: NOW - 60_000,
  ...change,
});

describe('a balance', () => {
  it('tells its source and age in few words', () => {
    expect(balanceMark(balance(), formats, NOW)).toBe('reported · 5m ago');
    expect(balanceMark(balance({ source: 'manual' }), formats, NOW)).toBe('manual · 5m ago');
    expect(balanceMark(balance({ source: 'estimated' }), formats, NOW)).toBe('estimated · 5m ago');
  });

  it('says what an estimate started from', () => {
    expect(balanceSource(balance(), formats, NOW)).toBe('Reported by SiliconFlow 5 minutes ago');
    expect(balanceSource(balance({ source: 'estimated' }), formats, NOW)).toBe(
      'Estimated from usage, last known 5 minutes ago: ¥20.00',
    );
    expect(balanceSource(null, formats, NOW)).toContain('does not tell');
  });

  it('says why it could not be renewed, in words of the language', () => {
    expect(balanceFailure(failure(), formats, NOW, 'en')).toBe(
      'Not renewed (1 minute ago): no answer within 10 s',
    );
    expect(balanceFailure(failure(), formats, NOW, 'zh-CN')).toContain(
      'SiliconFlow did not answer',
    );
  });

  it('is not called stale where the vendor tells none', () => {
    expect(isStale(failure())).toBe(true);
    expect(isStale(failure({ reason: 'retired' }))).toBe(false);
    expect(isStale(null)).toBe(false);
  });
});
