import type { KeyView, SetKeyRequest } from '$lib/contract';
import { wholeNumber } from '$lib/format/whole-number';

/** What stands in the fields of the dialog. */
export interface KeyDraft {
  label: string;
  account: string;
  weight: string;
  enabled: boolean;
}

/** What differs from the key as it was; null when nothing does. */
export function keyChange(key: KeyView, draft: KeyDraft): Omit<SetKeyRequest, 'ids'> | null {
  const label = draft.label.trim();
  const account = draft.account.trim();
  const weight = wholeNumber(draft.weight.trim());
  const change = {
    ...(label === key.label ? {} : { label }),
    ...(account === key.account ? {} : { account }),
    ...(weight === key.weight ? {} : { weight }),
    ...(draft.enabled === key.enabled ? {} : { enabled: draft.enabled }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
