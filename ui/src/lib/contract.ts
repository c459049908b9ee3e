// Generated from src-tauri/crates/contract. Do not edit; run the contract test with
// FLOWKEEP_UPDATE_CONTRACT=1 to write it anew.

export type ApiError = { 
/**
 * What happened.
 */
code: ErrorCode, 
/**
 * English, for logs and bug reports; never a secret.
 */
message: string, };

export type AutostartState = { 
/**
 * On or off.
 */
enabled: boolean, };

export type BalanceSource = "reported" | "manual" | "estimated";

export type BalanceView = { 
/**
 * Billionths of the currency's unit.
 */
nano: number, 
/**
 * ISO 4217: `CNY` or `USD`.
 */
currency: string, 
/**
 * Where it comes from.
 */
source: BalanceSource, 
/**
 * Unix milliseconds of the last known value.
 */
as_of_ms: number, };

export type ClientToken = { 
/**
 * The token.
 */
token: string, };

export type CoolingView = { 
/**
 * Upstream model id; `*` for all, `Pro/*` for the paid ones.
 */
model: string, 
/**
 * Why, and until when (`next_retry_ms`).
 */
reason: StateReason, };

export type DayUsage = { 
/**
 * Finished requests.
 */
calls: number, 
/**
 * Of these, not successful.
 */
failed: number, 
/**
 * Known prompt tokens.
 */
prompt_tokens: number, 
/**
 * Known completion tokens.
 */
completion_tokens: number, 
/**
 * Known cached tokens.
 */
cached_tokens: number, 
/**
 * Successful calls whose usage the upstream did not tell.
 */
calls_without_usage: number, };

export type Empty = Record<symbol, never>;

export type ErrorCode = "invalid_request" | "nothing_to_import" | "import_too_large" | "import_running" | "vault_locked" | "vault_unavailable" | "storage" | "invalid_setting" | "port_taken" | "unauthorized" | "unknown_command" | "desktop_only" | "internal";

export type Event = { "type": "changed", 
/**
 * What to read again.
 */
topics: Array<Topic>, } | { "type": "import_progress" } & ImportProgress;

export type GatewayState = { "state": "starting" } | { "state": "running" } | { "state": "paused" } | { "state": "port_taken", 
/**
 * The port.
 */
port: number, 
/**
 * Who holds it, as far as we may see.
 */
holder: string | null, } | { "state": "failed", 
/**
 * The system's words.
 */
message: string, } | { "state": "stopping" };

export type GatewayStatus = { 
/**
 * What the program runs as.
 */
host: Host, 
/**
 * Version of Flowkeep.
 */
version: string, 
/**
 * Whether it answers.
 */
gateway: GatewayState, 
/**
 * Base URL for OpenAI clients, as `http://localhost:7898/v1`.
 */
base_url: string, 
/**
 * Upstream base URL.
 */
upstream: string, 
/**
 * Whether clients need a token.
 */
token_required: boolean, 
/**
 * Keys by state.
 */
keys: KeyCounts, 
/**
 * The vault.
 */
vault: VaultStatus, 
/**
 * Requests under way.
 */
in_flight: number, 
/**
 * Log records dropped since the start because the disk could not keep up.
 */
dropped_records: number, 
/**
 * Unix milliseconds of the start.
 */
started_at_ms: number, };

export type Host = "desktop" | "server";

export type ImportKeysRequest = { 
/**
 * Pasted text or a file's content, at most 16 MiB.
 */
text: string, 
/**
 * Ask `GET /models` with each key before adding it.
 */
validate: boolean, 
/**
 * Add keys that the upstream answers with 401 as well.
 */
force: boolean, };

export type ImportLine = { 
/**
 * Line number, from 1.
 */
line: number, 
/**
 * `sk-…` and the last four characters, or the start of a malformed word.
 */
masked: string, 
/**
 * What became of it.
 */
outcome: ImportOutcome, 
/**
 * Why, for the ones not added.
 */
message: string | null, };

export type ImportOutcome = "added" | "added_unchecked" | "added_unauthorized" | "known" | "duplicate" | "malformed" | "unauthorized";

export type ImportProgress = { 
/**
 * Keys checked.
 */
done: number, 
/**
 * Keys to check.
 */
total: number, };

export type ImportReport = { 
/**
 * Keys added.
 */
added: number, 
/**
 * Of these, unchecked.
 */
unchecked: number, 
/**
 * Lines whose key was known already or stands twice.
 */
known: number, 
/**
 * Lines rejected.
 */
rejected: number, 
/**
 * One entry per line, at most 1,000; rejected ones first.
 */
lines: Array<ImportLine>, 
/**
 * Lines that `lines` leaves out.
 */
lines_left_out: number, };

export type KeyCounts = { 
/**
 * All keys.
 */
total: number, 
/**
 * Usable or unchecked.
 */
usable: number, 
/**
 * Usable, but cooling down on at least one model.
 */
cooling: number, 
/**
 * Without balance.
 */
exhausted: number, 
/**
 * Restricted.
 */
restricted: number, 
/**
 * Refused by the upstream.
 */
unauthorized: number, 
/**
 * Not readable from the vault.
 */
unreadable: number, 
/**
 * Switched off.
 */
disabled: number, };

export type KeyList = { 
/**
 * In the order of their addition.
 */
keys: Array<KeyView>, };

export type KeyState = "usable" | "unchecked" | "exhausted" | "restricted" | "unauthorized" | "unreadable" | "disabled";

export type KeyView = { 
/**
 * Stable id.
 */
id: string, 
/**
 * The user's name for it.
 */
label: string, 
/**
 * Account label; keys of one account share limits and balance.
 */
account: string, 
/**
 * Last four characters of the secret.
 */
last_four: string, 
/**
 * State of key and account together, the worse of the two.
 */
state: KeyState, 
/**
 * Why, unless usable.
 */
reason: StateReason | null, 
/**
 * Models that are cooling down.
 */
cooling: Array<CoolingView>, 
/**
 * Absent when unknown.
 */
balance: BalanceView | null, 
/**
 * Requests answered with this key since it was added.
 */
usage_count: number, 
/**
 * Requests under way now.
 */
in_flight: number, 
/**
 * Unix milliseconds.
 */
added_at_ms: number, 
/**
 * Unix milliseconds of the last request, if any.
 */
last_used_at_ms: number | null, };

export type Language = "system" | "zh-CN" | "en";

export type ListRequestsRequest = { 
/**
 * Rows with a smaller `id` only; absent for the newest.
 */
before: number | null, 
/**
 * 1 to 200; 50 when absent.
 */
limit: number | null, };

export type ModelUsage = { 
/**
 * Model id.
 */
model: string, 
/**
 * Sums.
 */
usage: DayUsage, };

export type Outcome = "success" | "rejected" | "refused" | "upstream_failed" | "interrupted" | "client_closed";

export type RemoveKeysReport = { 
/**
 * Keys removed.
 */
removed: number, 
/**
 * Ids that no key has.
 */
unknown: Array<string>, };

export type RemoveKeysRequest = { 
/**
 * Key ids.
 */
ids: Array<string>, };

export type RequestPage = { 
/**
 * Rows.
 */
requests: Array<RequestView>, 
/**
 * `before` of the next page, absent at the end.
 */
next: number | null, };

export type RequestView = { 
/**
 * Row number, ascending with time; the paging key.
 */
id: number, 
/**
 * What the client saw as `x-flowkeep-request-id`.
 */
request_id: string, 
/**
 * Unix milliseconds.
 */
started_at_ms: number, 
/**
 * Route, as `chat/completions`.
 */
route: string, 
/**
 * Model the client asked for.
 */
model: string | null, 
/**
 * Client token's name.
 */
client: string, 
/**
 * Label of the account that answered.
 */
account: string | null, 
/**
 * Last four characters of the key that answered.
 */
key_last_four: string | null, 
/**
 * Whether the client asked for a stream.
 */
stream: boolean, 
/**
 * HTTP status the client got.
 */
status: number, 
/**
 * How it ended.
 */
outcome: Outcome, 
/**
 * Our code or the upstream's words, redacted.
 */
error: string | null, 
/**
 * Upstream requests made for it.
 */
attempts: number, 
/**
 * Absent when the upstream did not say.
 */
prompt_tokens: number | null, 
/**
 * Absent when the upstream did not say.
 */
completion_tokens: number | null, 
/**
 * Part of `prompt_tokens` served from the cache.
 */
cached_tokens: number | null, 
/**
 * Milliseconds until the first byte for the client.
 */
first_byte_ms: number | null, 
/**
 * Milliseconds in all.
 */
duration_ms: number, };

export type SetAutostartRequest = { 
/**
 * On or off.
 */
enabled: boolean, };

export type SetPausedRequest = { 
/**
 * Paused: `/v1` answers 503 `paused`, running requests finish.
 */
paused: boolean, };

export type SettingsPatch = { 
/**
 * 1024 to 65535.
 */
port?: number, 
/**
 * `https://…`, or `http://` on loopback.
 */
upstream?: string, 
/**
 * Off is possible on loopback only.
 */
require_token?: boolean, 
/**
 * Language.
 */
language?: Language, 
/**
 * Theme.
 */
theme?: Theme, };

export type SettingsView = { 
/**
 * Port of the gateway; a change takes effect with the next start of it.
 */
port: number, 
/**
 * Upstream base URL.
 */
upstream: string, 
/**
 * Whether clients need a token on loopback.
 */
require_token: boolean, 
/**
 * Language.
 */
language: Language, 
/**
 * Theme.
 */
theme: Theme, 
/**
 * Names of settings that a flag or variable overrides now.
 */
overridden: Array<string>, 
/**
 * Set when `settings.toml` could not be read; the last good values serve.
 */
warning: string | null, };

export type StateReason = { 
/**
 * The upstream's words, redacted, or ours.
 */
text: string, 
/**
 * HTTP status that was seen.
 */
status: number | null, 
/**
 * `code` in the upstream's error envelope.
 */
vendor_code: number | null, 
/**
 * Unix milliseconds since when.
 */
since_ms: number, 
/**
 * Unix milliseconds when it is tried again, if by itself.
 */
next_retry_ms: number | null, };

export type Theme = "system" | "light" | "dark";

export type Topic = "status" | "keys" | "requests" | "settings";

export type UsageToday = { 
/**
 * Unix milliseconds of local midnight.
 */
since_ms: number, 
/**
 * Everything.
 */
total: DayUsage, 
/**
 * The ten models with the most tokens.
 */
models: Array<ModelUsage>, 
/**
 * Calls per local hour, 0 to 23.
 */
calls_by_hour: number[], 
/**
 * Tokens per local hour, 0 to 23.
 */
tokens_by_hour: number[], };

export type VaultKind = "keychain" | "file" | "memory";

export type VaultState = "ready" | "locked" | "unavailable";

export type VaultStatus = { 
/**
 * Kind in use.
 */
kind: VaultKind, 
/**
 * State.
 */
state: VaultState, 
/**
 * The one visible warning, e.g. why the file is used instead of the keychain.
 */
warning: string | null, };

export interface Commands {
  gateway_status: { request: Empty; response: GatewayStatus };
  set_paused: { request: SetPausedRequest; response: GatewayStatus };
  client_token: { request: Empty; response: ClientToken };
  unlock_vault: { request: Empty; response: VaultStatus };
  list_keys: { request: Empty; response: KeyList };
  import_keys: { request: ImportKeysRequest; response: ImportReport };
  remove_keys: { request: RemoveKeysRequest; response: RemoveKeysReport };
  usage_today: { request: Empty; response: UsageToday };
  list_requests: { request: ListRequestsRequest; response: RequestPage };
  get_settings: { request: Empty; response: SettingsView };
  update_settings: { request: SettingsPatch; response: SettingsView };
}

export interface DesktopCommands {
  get_autostart: { request: Empty; response: AutostartState };
  set_autostart: { request: SetAutostartRequest; response: AutostartState };
  restart_gateway: { request: Empty; response: GatewayStatus };
}
