import type { ImportReport } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

type Counted = (inputs: { count: string }) => string;

export interface SummaryEntry {
  name: 'added' | 'unchecked' | 'known' | 'rejected' | 'calls';
  count: number;
  text: string;
  /** Class of its colour. */
  tone: string;
}

/**
 * The counts of an import worth saying: what is added always, the rest when there is some.
 * `planned` ones have not been added yet.
 */
export function reportSummary(
  report: ImportReport,
  formats: Formats,
  planned = false,
): SummaryEntry[] {
  const entry = (name: SummaryEntry['name'], tone: string, one: Counted, other: Counted) => {
    const count = report[name];
    const text = formats.plural(count, one, other)({ count: formats.number(count) });
    return { name, count, text, tone };
  };
  const added = entry(
    'added',
    report.added > 0 ? 'text-good' : 'text-text-soft',
    planned ? m.import_would_count_one : m.import_added_one,
    planned ? m.import_would_count_other : m.import_added_other,
  );
  const others = [
    entry('unchecked', 'text-text-soft', m.import_unchecked_one, m.import_unchecked_other),
    entry('known', 'text-text-soft', m.import_known_one, m.import_known_other),
    entry('rejected', 'text-bad', m.import_rejected_one, m.import_rejected_other),
    entry('calls', 'text-text-soft', m.import_calls_one, m.import_calls_other),
  ];
  return [added, ...others.filter((other) => other.count > 0)];
}
