import { describe, expect, it } from 'vitest';
import type { UsageTotals } from '$lib/contract';
import { createFormats } from '$lib/format/formats';
import { costText } from '$lib/texts/usage';
import { usageTotals } from '../usage-samples';

const { money } = createFormats('en');
const totals = (cny_nano: number, unknown = 0, incomplete = 0): UsageTotals =>
  usageTotals({
    cost: { cny_nano, usd_nano: 0 },
    calls_without_cost: unknown,
    calls_cost_incomplete: incomplete,
  });

describe('what calls cost', () => {
  it('is at least what is known of it', () => {
    expect(costText(totals(1_200_000_000), money)).toBe('¥1.20');
    expect(costText(totals(1_200_000_000, 1), money)).toBe('≥ ¥1.20');
    expect(costText(totals(1_200_000_000, 0, 1), money)).toBe('≥ ¥1.20');
  });

  it('is unknown where nothing is known, and nothing where all is free', () => {
    expect(costText(totals(0, 3), money)).toBe('unknown');
    expect(costText(totals(0), money)).toBe('¥0.00');
  });
});
