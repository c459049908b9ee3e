import type { ImportLine, KeyState, KeyView } from '$lib/contract';
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
