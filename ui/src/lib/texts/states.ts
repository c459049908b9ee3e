import type {
  BalanceFailureReason,
  BalanceSource,
  GatewayState,
  GatewayStatus,
  ImportOutcome,
  ImportReason,
  KeyState,
  Outcome,
  SiteView,
  VaultKind,
} from '$lib/contract';
import { m } from '$lib/paraglide/messages';

export type Tone = 'good' | 'warn' | 'bad' | 'neutral' | 'accent';

/** A word with its colour and a sentence that explains it. */
export interface Wording {
  tone: Tone;
  text: () => string;
  hint: () => string;
}

const none = (): string => '';
const wording = (tone: Tone, text: () => string, hint: () => string = none): Wording => ({
  tone,
  text,
  hint,
});

export const KEY_STATE: Record<KeyState | 'cooling', Wording> = {
  usable: wording('good', m.state_usable, m.state_usable_hint),
  unchecked: wording('neutral', m.state_unchecked, m.state_unchecked_hint),
  exhausted: wording('warn', m.state_exhausted, m.state_exhausted_hint),
  restricted: wording('warn', m.state_restricted, m.state_restricted_hint),
  unauthorized: wording('bad', m.state_unauthorized, m.state_unauthorized_hint),
  unreadable: wording('bad', m.state_unreadable, m.state_unreadable_hint),
  disabled: wording('neutral', m.state_disabled, m.state_disabled_hint),
  cooling: wording('accent', m.state_cooling, m.state_cooling_hint),
};

export const OUTCOME: Record<Outcome, Wording> = {
  success: wording('good', m.outcome_success, m.outcome_success_hint),
  rejected: wording('warn', m.outcome_rejected, m.outcome_rejected_hint),
  refused: wording('bad', m.outcome_refused, m.outcome_refused_hint),
  upstream_failed: wording('bad', m.outcome_upstream_failed, m.outcome_upstream_failed_hint),
  interrupted: wording('bad', m.outcome_interrupted, m.outcome_interrupted_hint),
  client_closed: wording('neutral', m.outcome_client_closed, m.outcome_client_closed_hint),
};

export const IMPORT_OUTCOME: Record<ImportOutcome, Wording> = {
  added: wording('good', m.import_outcome_added),
  added_unchecked: wording('neutral', m.import_outcome_added_unchecked),
  added_unauthorized: wording('warn', m.import_outcome_added_unauthorized),
  known: wording('neutral', m.import_outcome_known),
  duplicate: wording('neutral', m.import_outcome_duplicate, m.import_outcome_duplicate_hint),
  malformed: wording('bad', m.import_outcome_malformed, m.import_outcome_malformed_hint),
  unauthorized: wording('bad', m.import_outcome_unauthorized, m.import_outcome_unauthorized_hint),
};

/** The same before the import: what would become of a line. */
export const IMPORT_PREVIEW: Record<ImportOutcome, Wording> = {
  ...IMPORT_OUTCOME,
  added: wording('good', m.import_would_add),
  added_unchecked: wording('neutral', m.import_would_add_unchecked),
  added_unauthorized: wording('warn', m.import_would_add_unauthorized),
};

export const IMPORT_REASON: Record<ImportReason, () => string> = {
  prefix: m.import_reason_prefix,
  length: m.import_reason_length,
  character: m.import_reason_character,
  no_key: m.import_reason_no_key,
  unreadable: m.import_reason_unreadable,
  site: m.import_reason_site,
  balance: m.import_reason_balance,
  weight: m.import_reason_weight,
  site_conflict: m.import_reason_site_conflict,
  refused: m.import_reason_refused,
  unanswered: m.import_reason_unanswered,
  not_checked: m.import_reason_not_checked,
};

/** A site, short as it stands beside an account; another address by its host. */
export function siteText(site: Pick<SiteView, 'name' | 'base'>): string {
  return site.name === 'custom' ? new URL(site.base).host : `.${site.name}`;
}

export const GATEWAY_STATE: Record<GatewayState['state'], Wording> = {
  starting: wording('neutral', m.gateway_starting, m.overview_starting_text),
  running: wording('good', m.gateway_running),
  paused: wording('warn', m.gateway_paused, m.overview_paused_text),
  port_taken: wording('bad', m.gateway_port_taken, m.overview_not_listening_text),
  failed: wording('bad', m.gateway_failed, m.overview_not_listening_text),
  stopping: wording('neutral', m.gateway_stopping, m.overview_stopping_text),
};

export const VAULT_KIND: Record<VaultKind, () => string> = {
  keychain: m.vault_keychain,
  file: m.vault_file,
  memory: m.vault_memory,
};

/** Where a balance comes from and how old it is. */
export const BALANCE_SOURCE: Record<BalanceSource, (inputs: { time: string }) => string> = {
  reported: m.keys_balance_reported,
  manual: m.keys_balance_manual,
  estimated: m.keys_balance_estimated,
};

/** The same in a word, for the table. */
export const BALANCE_MARK: Record<BalanceSource, () => string> = {
  reported: m.keys_balance_reported_mark,
  manual: m.keys_balance_manual_mark,
  estimated: m.keys_balance_estimated_mark,
};

/** Why a balance could not be asked for. */
export const BALANCE_FAILURE: Record<BalanceFailureReason, () => string> = {
  retired: m.keys_balance_failure_retired,
  unauthorized: m.keys_balance_failure_unauthorized,
  status: m.keys_balance_failure_status,
  unreadable: m.keys_balance_failure_unreadable,
  unanswered: m.keys_balance_failure_unanswered,
};

/** Listening without a key answers errors only, which a green "running" would hide. */
const IDLE = wording('warn', m.gateway_no_keys, m.overview_no_keys_text);

/** It no longer answers, so that nobody knows its state. */
export const GATEWAY_LOST = wording('bad', m.gateway_unreachable, m.error_unreachable);

/** The gateway's state in words, the same everywhere. */
export function gatewayWording(status: Pick<GatewayStatus, 'gateway' | 'keys'>): Wording {
  const idle = status.gateway.state === 'running' && status.keys.total === 0;
  return idle ? IDLE : GATEWAY_STATE[status.gateway.state];
}
