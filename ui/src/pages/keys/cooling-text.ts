import type { CoolingView } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

/** What stands for several models, in words; else the model's id. */
export function coolingName(model: string): string {
  if (model === '*') return m.keys_cooling_all();
  return model === 'Pro/*' ? m.keys_cooling_paid() : model;
}

/** What a key is cooling down on, in few words: one model by its name, several by their number. */
export function coolingText(cooling: readonly CoolingView[], formats: Formats): string {
  if (cooling.some((entry) => entry.model === '*')) return m.keys_cooling_all();
  const [only, ...others] = cooling;
  if (only === undefined) return '';
  if (others.length > 0) {
    const count = { count: formats.number(cooling.length) };
    return formats.plural(
      cooling.length,
      m.keys_cooling_models_one,
      m.keys_cooling_models_other,
    )(count);
  }
  return only.model === 'Pro/*' ? m.keys_cooling_paid() : (only.model.split('/').at(-1) ?? '');
}

/** When the first of them ends. */
export function coolingEnd(cooling: readonly CoolingView[]): number | null {
  const ends = cooling.map((entry) => entry.reason.next_retry_ms).filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}
