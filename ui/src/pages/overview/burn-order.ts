import type { AccountBurn } from '$lib/contract';

/** So little is time to top up. */
const SOON_DAYS = 7;
const NOW_DAYS = 2;

export const burnTone = ({ days_left }: AccountBurn): 'bad' | 'warn' | 'neutral' => {
  if (days_left === null || days_left > SOON_DAYS) return 'neutral';
  return days_left <= NOW_DAYS ? 'bad' : 'warn';
};

/** Accounts that spend, the one that is used up first before the others. */
export function burnOrder(accounts: readonly AccountBurn[]): AccountBurn[] {
  const left = ({ days_left }: AccountBurn): number => days_left ?? Number.POSITIVE_INFINITY;
  return accounts
    .filter((account) => account.per_day_nano > 0)
    .sort((a, b) => {
      // Infinity less Infinity is no number.
      if (left(a) !== left(b)) return left(a) - left(b);
      return b.per_day_nano - a.per_day_nano;
    });
}
