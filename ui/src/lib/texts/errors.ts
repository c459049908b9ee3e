import type { CallError, FailureCode } from '$lib/backend/call-error';
import { m } from '$lib/paraglide/messages';

const TEXT: Record<FailureCode, () => string> = {
  invalid_request: m.error_invalid_request,
  nothing_to_import: m.error_nothing_to_import,
  import_too_large: m.error_import_too_large,
  import_running: m.error_import_running,
  import_expired: m.error_import_expired,
  not_found: m.error_not_found,
  vault_locked: m.error_vault_locked,
  vault_unavailable: m.error_vault_unavailable,
  storage: m.error_storage,
  invalid_setting: m.error_invalid_setting,
  changed_meanwhile: m.error_changed_meanwhile,
  port_taken: m.error_port_taken,
  unauthorized: m.error_unauthorized,
  too_many_attempts: m.error_too_many_attempts,
  token_revoked: m.error_token_revoked,
  unknown_command: m.error_unknown_command,
  desktop_only: m.error_desktop_only,
  internal: m.error_internal,
  unreachable: m.error_unreachable,
  unwritable: m.error_unwritable,
};

/** What happened and what to do, in the language of the UI. */
export const errorText = (error: CallError): string => TEXT[error.code]();
