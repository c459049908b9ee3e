import type { RefreshReport } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

type Counted = (inputs: { count: string }) => string;

/** What a refresh found, in one line; counts of nothing are left out. */
export function refreshSummary(report: RefreshReport, formats: Formats): string {
  const counted = (count: number, one: Counted, other: Counted): string =>
    formats.plural(count, one, other)({ count: formats.number(count) });
  const parts = [
    counted(report.checked, m.refresh_checked_one, m.refresh_checked_other),
    ...(report.checked > 0 ? [m.refresh_valid({ count: formats.number(report.valid) })] : []),
    ...(report.invalid > 0 ? [m.refresh_invalid({ count: formats.number(report.invalid) })] : []),
    ...(report.changed > 0
      ? [counted(report.changed, m.refresh_changed_one, m.refresh_changed_other)]
      : []),
    ...(report.failed > 0
      ? [counted(report.failed, m.refresh_failed_one, m.refresh_failed_other)]
      : []),
  ];
  if (report.balances > 0) {
    parts.push(counted(report.balances, m.refresh_balances_one, m.refresh_balances_other));
  }
  const line = parts.join(' · ');
  return report.cancelled ? m.refresh_cancelled({ summary: line }) : line;
}
