import type { BalanceFailure, BalanceView } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';
import { BALANCE_FAILURE, BALANCE_MARK, BALANCE_SOURCE } from './states';

/** Source and age in few words, for the table: `reported · 5m ago`. */
export const balanceMark = (balance: BalanceView, formats: Formats, now: number): string =>
  `${BALANCE_MARK[balance.source]()} · ${formats.age(balance.as_of_ms, now)}`;

/** Where a balance comes from and how old it is, in a sentence. */
export function balanceSource(balance: BalanceView | null, formats: Formats, now: number): string {
  if (balance === null) return m.keys_balance_unknown_hint();
  const text = BALANCE_SOURCE[balance.source]({ time: formats.relative(balance.as_of_ms, now) });
  if (balance.source !== 'estimated') return text;
  return m.keys_balance_known({
    source: text,
    amount: formats.money(balance.known_nano, balance.currency),
  });
}

/** Why the last look at a balance failed; the exact words are English. */
export function balanceFailure(
  failure: BalanceFailure,
  formats: Formats,
  now: number,
  locale: string,
): string {
  const reason = locale === 'en' ? failure.text : BALANCE_FAILURE[failure.reason]();
  return m.keys_balance_stale({ time: formats.relative(failure.at_ms, now), reason });
}

/** Whether it is worth a mark: where the vendor tells no balance, nothing is wrong. */
export const isStale = (failure: BalanceFailure | null): boolean =>
  failure !== null && failure.reason !== 'retired';
