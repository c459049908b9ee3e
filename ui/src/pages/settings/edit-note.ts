import { m } from '$lib/paraglide/messages';
import type { SaveState, SettingEdit } from '$lib/state/setting-edit.svelte';
import { errorText } from '$lib/texts/errors';

const NOTE: Record<SaveState, () => string | undefined> = {
  idle: () => undefined,
  saving: m.common_saving,
  saved: m.common_saved,
  failed: () => undefined,
};

/** What stands below a field about its saving. */
export const saveNote = (edit: SettingEdit): string | undefined => NOTE[edit.state]();

/** What went wrong with it; for a bad value the program's reason as well. */
export function saveError(edit: SettingEdit): string | undefined {
  if (edit.error === null) return undefined;
  const text = errorText(edit.error);
  return edit.error.code === 'invalid_setting' ? `${text} (${edit.error.message})` : text;
}
