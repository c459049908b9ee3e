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

export type ConfirmImportRequest = { 
/**
 * From the preview.
 */
preview: string, 
/**
 * Add keys that the upstream answered with 401 as well.
 */
force: boolean, 
/**
 * Take the recorded calls of an older pool over as well.
 */
history: boolean, };

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

export type ErrorCode = "invalid_request" | "nothing_to_import" | "import_too_large" | "import_running" | "import_expired" | "not_found" | "vault_locked" | "vault_unavailable" | "storage" | "invalid_setting" | "port_taken" | "unauthorized" | "unknown_command" | "desktop_only" | "internal";

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

export type ImportFormat = "lines" | "csv" | "json" | "older_pool";

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
 * Line number, from 1; in JSON and databases the number of the entry.
 */
line: number, 
/**
 * `sk-…` and the last four characters, or the start of a malformed word.
 */
masked: string, 
/**
 * The user's name for the key, if one was given.
 */
label: string | null, 
/**
 * Account that was named.
 */
account: string | null, 
/**
 * Where the key is used; absent when it is the upstream of the settings.
 */
site: SiteName | null, 
/**
 * What became of it.
 */
outcome: ImportOutcome, 
/**
 * Why.
 */
reason: ImportReason | null, 
/**
 * Why, in English and with details.
 */
message: string | null, };

export type ImportOutcome = "added" | "added_unchecked" | "added_unauthorized" | "known" | "duplicate" | "malformed" | "unauthorized";

export type ImportPreview = { 
/**
 * Carries it out with `confirm_import`, within ten minutes.
 */
preview: string, 
/**
 * How it was read.
 */
format: ImportFormat, 
/**
 * What would become of each line.
 */
report: ImportReport, 
/**
 * Recorded calls of an older pool in it.
 */
calls: number, };

export type ImportProgress = { 
/**
 * Keys checked.
 */
done: number, 
/**
 * Keys to check.
 */
total: number, };

export type ImportReason = "prefix" | "length" | "character" | "no_key" | "unreadable" | "site" | "balance" | "weight" | "site_conflict" | "refused" | "unanswered" | "not_checked";

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
lines_left_out: number, 
/**
 * Recorded calls of an older pool taken over.
 */
calls: number, 
/**
 * Undoes the import for 30 seconds; absent when nothing was added.
 */
undo: string | null, };

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
 * Stable id of the account.
 */
account_id: string, 
/**
 * Where the account lives.
 */
site: SiteView, 
/**
 * Last four characters of the secret.
 */
last_four: string, 
/**
 * Whether the user has it switched on.
 */
enabled: boolean, 
/**
 * Share under the strategy `weighted`.
 */
weight: number, 
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

export type ModelAlias = { 
/**
 * What a client asks for.
 */
name: string, 
/**
 * The model that is used, and its fallbacks in their order.
 */
models: Array<string>, };

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

export type PreviewImportRequest = { 
/**
 * Pasted text, at most 16 MiB.
 */
text?: string, 
/**
 * A file in Base64, at most 24 MiB of it; goes before `text`.
 */
file?: string, 
/**
 * Ask `GET /models` with each key.
 */
validate: boolean, };

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
 * Model that was used instead, through an alias or as a fallback.
 */
model_used: string | null, 
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

export type SetAccountRequest = { 
/**
 * Account id.
 */
id: string, 
/**
 * The user's name for it; no two accounts have the same.
 */
label?: string, 
/**
 * `cn`, `com`, a base URL, or `default` for the upstream of the settings.
 */
site?: string, };

export type SetAutostartRequest = { 
/**
 * On or off.
 */
enabled: boolean, };

export type SetKeyReport = { 
/**
 * Keys changed.
 */
changed: number, 
/**
 * Ids that no key has.
 */
unknown: Array<string>, };

export type SetKeyRequest = { 
/**
 * Key ids.
 */
ids: Array<string>, 
/**
 * The user's name for it, for one key at a time.
 */
label?: string, 
/**
 * Whether it may serve.
 */
enabled?: boolean, 
/**
 * Share under the strategy `weighted`, 0 to 1000.
 */
weight?: number, 
/**
 * Label of the account it belongs to, made when there is none; empty for an
 * account of its own.
 */
account?: string, };

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
theme?: Theme, 
/**
 * 1 to 86400.
 */
first_byte_s?: number, 
/**
 * 1 to 86400.
 */
stream_idle_s?: number, 
/**
 * 1 to 1000.
 */
max_attempts?: number, 
/**
 * The whole table, instead of the present one.
 */
aliases?: Array<ModelAlias>, };

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
 * Seconds until upstream sends the first byte.
 */
first_byte_s: number, 
/**
 * Seconds between two chunks of a stream.
 */
stream_idle_s: number, 
/**
 * Upstream requests that one request may cost in all.
 */
max_attempts: number, 
/**
 * Names that stand for models, in the order of the alphabet.
 */
aliases: Array<ModelAlias>, 
/**
 * Those that ship, to go back to.
 */
shipped_aliases: Array<ModelAlias>, 
/**
 * What is wrong in the aliases of `settings.toml`; these are not used.
 */
alias_faults: Array<string>, 
/**
 * Names of settings that a flag or variable overrides now.
 */
overridden: Array<string>, 
/**
 * Set when `settings.toml` could not be read; the last good values serve.
 */
warning: string | null, };

export type SiteName = "cn" | "com" | "custom";

export type SiteView = { 
/**
 * Which one.
 */
name: SiteName, 
/**
 * Base URL in force.
 */
base: string, 
/**
 * It is the upstream of the settings, whatever that becomes.
 */
follows_settings: boolean, 
/**
 * ISO 4217, as far as the site tells: `CNY` or `USD`.
 */
currency: string | null, };

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

export type UndoImportReport = { 
/**
 * Keys removed.
 */
removed: number, 
/**
 * Recorded calls removed.
 */
calls: number, };

export type UndoImportRequest = { 
/**
 * From the report.
 */
undo: string, };

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
  preview_import: { request: PreviewImportRequest; response: ImportPreview };
  confirm_import: { request: ConfirmImportRequest; response: ImportReport };
  undo_import: { request: UndoImportRequest; response: UndoImportReport };
  remove_keys: { request: RemoveKeysRequest; response: RemoveKeysReport };
  set_key: { request: SetKeyRequest; response: SetKeyReport };
  set_account: { request: SetAccountRequest; response: Empty };
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
