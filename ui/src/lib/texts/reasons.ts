import type { ImportLine, KeyState, KeyView, StateReason } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';
import { IMPORT_OUTCOME, IMPORT_REASON, KEY_STATE } from './states';

/** States whose reason is mostly in the program's own words, and those are English. */
const OURS: ReadonlySet<KeyState> = new Set(['unchecked', 'unauthorized', 'unreadable']);

/** Why a key is in its state, in the language of the UI where the words are ours. */
export function keyReason(key: Pick<KeyView, 'state' | 'reason'>, locale: string): string {
  if (key.state === 'usable') return key.reason?.text ?? '';
  const hint = KEY_STATE[key.state].hint();
  if (key.reason === null || (locale !== 'en' && OURS.has(key.state))) return hint;
  return key.reason.text;
}

/** Why a line has its outcome. English has the exact words, other languages a sentence. */
export function lineReason(line: ImportLine, locale: string): string {
  if (locale === 'en' && line.message !== null) return line.message;
  const hint = IMPORT_OUTCOME[line.outcome].hint();
  return line.reason === null ? hint : IMPORT_REASON[line.reason]();
}

/** Nearer than this the seconds are counted down. */
const COUNTED_MS = 3_600_000;

/** When something is tried again by itself; nothing when it is not. */
export function retryText(
  at: number | null,
  clock: { readonly now: number; readonly second: number },
  formats: Formats,
): string {
  if (at === null) return '';
  if (at - clock.now > COUNTED_MS)
    return m.keys_retry_at({ time: formats.relative(at, clock.now) });
  const left = at - clock.second;
  return left <= 0 ? m.keys_retry_now() : m.keys_retry_in({ time: formats.countdown(left) });
}

/** What the upstream answered, as `HTTP 403 · code 30001`; nothing when it did not answer. */
export function evidenceText(reason: StateReason): string {
  return [
    reason.status === null ? '' : m.keys_evidence_status({ status: String(reason.status) }),
    reason.vendor_code === null ? '' : m.keys_evidence_code({ code: String(reason.vendor_code) }),
  ]
    .filter(Boolean)
    .join(' · ');
}
