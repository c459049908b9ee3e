import type { Formats } from '$lib/format/formats';
import { wholeNumber } from '$lib/format/whole-number';
import { m } from '$lib/paraglide/messages';

/** What is wrong with what should be a whole number within bounds; nothing when it is one. */
export function boundsFault(
  text: string,
  least: number,
  most: number,
  formats: Formats,
): string | undefined {
  const typed = wholeNumber(text);
  if (typed >= least && typed <= most) return undefined;
  return m.settings_number_between({ min: formats.number(least), max: formats.number(most) });
}
