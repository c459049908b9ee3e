import type { PriceSite, PriceView, UsageShare, UsageTotals } from '$lib/contract';
import { fits, type PriceLine } from '$lib/state/price-rows';

const costAt = ({ cost }: UsageTotals, site: PriceSite): number =>
  site === 'cn' ? cost.cny_nano : cost.usd_nano;

/**
 * How a row's model was used at its site. Sums tell sites apart by their money alone: what cost
 * nothing is where there are accounts.
 */
export function useAt(
  { site, model }: PriceView,
  uses: ReadonlyMap<string, UsageTotals>,
  sites: ReadonlySet<PriceSite>,
): UsageTotals | undefined {
  const totals = uses.get(model);
  if (totals === undefined) return undefined;
  const other = site === 'cn' ? 'com' : 'cn';
  const here = costAt(totals, site) !== 0 || (costAt(totals, other) === 0 && sites.has(site));
  return here ? totals : undefined;
}

/** Models that were used and have no price today, the most used first. */
export function unpricedModels(
  shares: readonly UsageShare[],
  lines: readonly PriceLine[],
): UsageShare[] {
  const current = lines.filter(({ standing }) => standing === 'current');
  return shares.filter(
    ({ name, totals }) =>
      name !== '' &&
      totals.calls_without_cost > 0 &&
      !current.some(({ row }) => fits(row.model, name)),
  );
}
