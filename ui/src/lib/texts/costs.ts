import type { RecomputeCostsReport } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

/** What pricing anew came to, in one line. */
export function recomputeSummary(report: RecomputeCostsReport, formats: Formats): string {
  const { number, plural } = formats;
  const seen = plural(report.seen, m.recompute_seen_one, m.recompute_seen_other);
  const changed = plural(report.changed, m.recompute_changed_one, m.recompute_changed_other);
  const summary = `${seen({ count: number(report.seen) })} · ${changed({ count: number(report.changed) })}`;
  return report.is_cancelled ? m.recompute_stopped({ summary }) : summary;
}

/** How far it has come. */
export function recomputeProgress(
  progress: RecomputeCostsReport | null,
  { number }: Formats,
): string {
  if (progress === null) return m.recompute_running();
  const { seen, total, changed } = progress;
  return m.recompute_progress({
    seen: number(seen),
    total: number(Math.max(seen, total)),
    changed: number(changed),
  });
}
