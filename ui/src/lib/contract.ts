// Generated from src-tauri/crates/contract. Do not edit; run the contract test with
// FLOWKEEP_UPDATE_CONTRACT=1 to write it anew.

export type AccountBurn = { 
/**
 * Account id.
 */
account_id: string, 
/**
 * Its label.
 */
account: string, 
/**
 * ISO 4217 of the amounts.
 */
currency: string, 
/**
 * Known costs per day, over the last 7 days, or since the account was added
 * or first answered in them; at least one day. Billionths.
 */
per_day_nano: number, 
/**
 * Known or estimated balance; absent when unknown.
 */
balance_nano: number | null, 
/**
 * Days until the balance is used up at that rate; absent when the balance
 * is unknown or nothing is spent.
 */
days_left: number | null, };

export type Amounts = { 
/**
 * Billionths of a yuan.
 */
cny_nano: number, 
/**
 * Billionths of a US dollar.
 */
usd_nano: number, };

export type ApiError = { 
/**
 * What happened.
 */
code: ErrorCode, 
/**
 * English, for logs and bug reports; never a secret.
 */
message: string, 
/**
 * With a refused price row: its fault.
 */
price_fault?: PriceFault, };

export type AttemptView = { 
/**
 * Label of the account, also after it was removed.
 */
account: string | null, 
/**
 * Its id.
 */
account_id: string | null, 
/**
 * Model that was sent.
 */
model: string | null, 
/**
 * Milliseconds from the start of the request to that of the attempt.
 */
after_ms: number, 
/**
 * Why this account.
 */
chosen: Choice, 
/**
 * HTTP status of the upstream; absent when it did not answer.
 */
status: number | null, 
/**
 * `code` in the upstream's error envelope.
 */
vendor_code: number | null, 
/**
 * Milliseconds from the start of the attempt to the headers.
 */
headers_ms: number | null, 
/**
 * Milliseconds from the start of the attempt to the first byte of the body.
 */
first_byte_ms: number | null, 
/**
 * Milliseconds from the start of the attempt to its end.
 */
end_ms: number | null, 
/**
 * Why it was left; absent when it answered.
 */
left: Left | null, };

export type AutostartState = { 
/**
 * On or off.
 */
enabled: boolean, };

export type BalanceFailure = { 
/**
 * Why, for a text in the user's language.
 */
reason: BalanceFailureReason, 
/**
 * Why, in English and with details.
 */
text: string, 
/**
 * Unix milliseconds of the question.
 */
at_ms: number, };

export type BalanceFailureReason = "retired" | "unauthorized" | "status" | "unreadable" | "unanswered";

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
 * The last known value, in billionths; the same unless it is estimated.
 */
known_nano: number, 
/**
 * Unix milliseconds of the last known value.
 */
as_of_ms: number, };

export type Budget = { 
/**
 * ISO 4217: `CNY` or `USD`.
 */
currency: string, 
/**
 * Billionths of the unit per day, above 0.
 */
day_nano: number | null, 
/**
 * Billionths of the unit per calendar month, above 0.
 */
month_nano: number | null, };

export type BudgetNotice = { 
/**
 * Id of the token.
 */
client: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Which of its budgets.
 */
period: BudgetPeriod, 
/**
 * Billionths of the unit spent so far.
 */
spent_nano: number, 
/**
 * Billionths of the unit that may be spent.
 */
limit_nano: number, 
/**
 * ISO 4217: `CNY` or `USD`.
 */
currency: string, 
/**
 * Unix milliseconds when the budget begins anew.
 */
resets_at_ms: number, };

export type BudgetPeriod = "day" | "month";

export type BudgetSpent = { 
/**
 * Billionths of the unit, today.
 */
day_nano: number, 
/**
 * Billionths of the unit, this month.
 */
month_nano: number, 
/**
 * Unix milliseconds when the day's budget begins anew.
 */
day_resets_at_ms: number, 
/**
 * Unix milliseconds when the month's budget begins anew.
 */
month_resets_at_ms: number, 
/**
 * Calls of this month whose cost is not in these sums: it is not known (no
 * price, or the usage was not told), or it is in another currency.
 */
uncounted_calls: number, };

export type BurnRate = { 
/**
 * Accounts that have keys, in the order of their addition.
 */
accounts: Array<AccountBurn>, };

export type CapturedBodies = { 
/**
 * What was asked.
 */
request: CapturedBody, 
/**
 * What was answered; empty when there was no answer.
 */
response: CapturedBody, 
/**
 * Unix milliseconds when both are removed.
 */
expires_at_ms: number, };

export type CapturedBody = { 
/**
 * Bytes that passed.
 */
bytes: number, 
/**
 * Its `Content-Type`.
 */
content_type: string | null, 
/**
 * Its words, without keys and tokens; absent when they were not kept.
 */
text: string | null, 
/**
 * Whether it was longer than what is kept of a body.
 */
is_cut: boolean, 
/**
 * Why there is no text.
 */
left_out: LeftOut | null, };

export type Choice = "owner" | "session" | "strategy" | "retry";

export type ClearBodiesReport = { 
/**
 * Requests that had some.
 */
removed: number, 
/**
 * Damaged logs that were set aside. Bodies may still be in them; they can only be
 * deleted as a whole.
 */
damaged_copies: Array<string>, };

export type ClearRequestsReport = { 
/**
 * Rows.
 */
removed: number, };

export type ClientLimits = { 
/**
 * Models, or patterns with `*`; empty allows all.
 */
models: Array<string>, 
/**
 * Requests per minute, 1 to 1000000.
 */
requests_per_minute: number | null, 
/**
 * Money.
 */
budget: Budget | null, };

export type ClientList = { 
/**
 * The tokens.
 */
clients: Array<ClientView>, };

export type ClientToken = { 
/**
 * The token.
 */
token: string, };

export type ClientView = { 
/**
 * Id, as requests name it.
 */
id: string, 
/**
 * The user's name for the tool.
 */
name: string, 
/**
 * Whether it is the one that was made at the first start.
 */
is_default: boolean, 
/**
 * Unix milliseconds.
 */
created_at_ms: number, 
/**
 * Unix milliseconds; absent while it may be used.
 */
revoked_at_ms: number | null, 
/**
 * What it may do.
 */
limits: ClientLimits, 
/**
 * Absent without a budget.
 */
spent: BudgetSpent | null, 
/**
 * Unix milliseconds until which the bodies of its requests are kept; absent
 * when they are not.
 */
capture_until_ms: number | null, };

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

export type CostState = "known" | "free" | "incomplete" | "unknown" | "unbilled" | "priceless";

export type CostView = { 
/**
 * Billionths of the currency's unit.
 */
nano: number, 
/**
 * ISO 4217: `CNY` or `USD`.
 */
currency: string, 
/**
 * Name of the price row used.
 */
price: string, 
/**
 * Whether a part that has a price was not counted, so that this is less
 * than the whole.
 */
incomplete: boolean, 
/**
 * What cached tokens saved against the full price, in billionths.
 */
saved_nano: number | null, };

export type CreateClientRequest = { 
/**
 * Name of the tool, 1 to 64 characters; no other live token has it.
 */
name: string, 
/**
 * What it may do.
 */
limits: ClientLimits, };

export type CreatedClient = { 
/**
 * Its row.
 */
client: ClientView, 
/**
 * The token itself.
 */
token: string, };

export type Empty = Record<symbol, never>;

export type ErrorCode = "invalid_request" | "nothing_to_import" | "import_too_large" | "import_running" | "import_expired" | "not_found" | "vault_locked" | "vault_unavailable" | "storage" | "invalid_setting" | "changed_meanwhile" | "port_taken" | "unauthorized" | "too_many_attempts" | "token_revoked" | "unknown_command" | "desktop_only" | "internal";

export type Event = { "type": "changed", 
/**
 * What to read again.
 */
topics: Array<Topic>, } | { "type": "import_progress" } & ImportProgress | { "type": "refresh_progress" } & RefreshProgress | { "type": "costs_progress" } & RecomputeCostsReport | { "type": "notice" } & Notice;

export type ExportFormat = "csv" | "jsonl";

export type ExportRequestsReport = { 
/**
 * Where it is.
 */
path: string, 
/**
 * Rows.
 */
rows: number, 
/**
 * As [`RequestPage::is_partial`].
 */
is_partial: boolean, };

export type ExportRequestsRequest = { 
/**
 * Format.
 */
format: ExportFormat, 
/**
 * Absolute path of a file that does not exist yet; one in the folder for
 * downloads when absent.
 */
path?: string, 
/**
 * Which rows.
 */
filter?: RequestFilter, };

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
 * Why requests cannot be logged at present, if so; they wait in memory.
 */
storage_trouble: string | null, 
/**
 * Unix milliseconds of the start.
 */
started_at_ms: number, };

export type GetRequestRequest = { 
/**
 * Its `id`.
 */
id: number, };

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
 * The account's; absent when unknown.
 */
balance: BalanceView | null, 
/**
 * Why the balance could not be asked for the last time; absent when it was told.
 */
balance_failure: BalanceFailure | null, 
/**
 * Requests that the account may have under way; absent leaves it to the settings.
 */
max_concurrency: number | null, 
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

export type Left = "rejected" | "key_unauthorized" | "account_exhausted" | "paid_only" | "model_restricted" | "account_restricted" | "rate_limited" | "model_busy" | "upstream_failed" | "broken" | "redirected" | "not_sent" | "no_answer" | "timed_out" | "client_gone";

export type LeftOut = "binary" | "compressed" | "crowded";

export type ListRequestsRequest = { 
/**
 * Rows with a smaller `id` only; absent for the newest.
 */
before?: number | null, 
/**
 * 1 to 200; 50 when absent.
 */
limit?: number, 
/**
 * Which rows.
 */
filter?: RequestFilter, };

export type ModelAlias = { 
/**
 * What a client asks for.
 */
name: string, 
/**
 * The model that is used, and its fallbacks in their order.
 */
models: Array<string>, };

export type Notice = { "kind": "low_balance", 
/**
 * Account id.
 */
account_id: string, 
/**
 * Account label.
 */
account: string, 
/**
 * Billionths of the currency's unit; perhaps estimated.
 */
nano: number, 
/**
 * ISO 4217: `CNY` or `USD`.
 */
currency: string, } | { "kind": "all_keys_down", 
/**
 * Keys there are.
 */
keys: number, } | { "kind": "keys_are_back", 
/**
 * Keys that can serve.
 */
usable: number, } | { "kind": "budget_near" } & BudgetNotice | { "kind": "budget_spent" } & BudgetNotice;

export type Outcome = "success" | "rejected" | "refused" | "upstream_failed" | "interrupted" | "client_closed";

export type Percentiles = { 
/**
 * Calls that were timed.
 */
calls: number, 
/**
 * Half of them took at most so many milliseconds.
 */
p50_ms: number | null, 
/**
 * Nine of ten.
 */
p90_ms: number | null, 
/**
 * 95 of 100.
 */
p95_ms: number | null, 
/**
 * 99 of 100.
 */
p99_ms: number | null, };

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

export type PriceDates = { 
/**
 * Of siliconflow.cn.
 */
cn: string, 
/**
 * Of siliconflow.com.
 */
com: string, };

export type PriceFault = "model" | "zone" | "days" | "hours" | "overlap" | "tiers" | "output" | "cached" | "amount" | "batch";

export type PriceHours = { 
/**
 * First moment, as `02:00:00`.
 */
from: string, 
/**
 * First moment after it.
 */
until: string, };

export type PriceList = { 
/**
 * How old the shipped ones are.
 */
as_of: PriceDates, 
/**
 * The user's own; where one holds, it goes before any shipped one.
 */
overrides: Array<PriceView>, 
/**
 * Those that came with Flowkeep.
 */
shipped: Array<PriceView>, 
/**
 * Tells this version of the user's own from others.
 */
revision: string, 
/**
 * After a change: rows of `prices.toml` that were not used until now, as an own
 * price contradicted them, and hold from now on.
 */
now_in_force: Array<string>, };

export type PriceSite = "cn" | "com";

export type PriceTier = { 
/**
 * Smallest input of the tier, in tokens; the first tier begins at 0.
 */
from_input_tokens: number, 
/**
 * Per million tokens of input.
 */
input: string, 
/**
 * Per million tokens of output.
 */
output?: string, 
/**
 * Per million tokens of input found in the cache; without, as other input.
 */
cached?: string, };

export type PriceView = { 
/**
 * Name, unlike that of any other row; requests name the one they used.
 */
id: string, 
/**
 * Where the price is asked.
 */
site: PriceSite, 
/**
 * Model, or a pattern with `*`.
 */
model: string, 
/**
 * First day, as `2026-09-01`.
 */
from?: string, 
/**
 * First day on which it no longer holds.
 */
until?: string, 
/**
 * IANA zone of days and hours; without, that of the site.
 */
zone?: string, 
/**
 * Hours of each day; all of them without.
 */
hours?: PriceHours, 
/**
 * Per million tokens, by length of the input.
 */
tokens?: Array<PriceTier>, 
/**
 * Per million tokens of pictures read.
 */
image_tokens?: string, 
/**
 * Per picture made.
 */
image?: string, 
/**
 * Per video clip made.
 */
clip?: string, 
/**
 * Per 1,000 UTF-8 bytes of text that is spoken.
 */
thousand_bytes?: string, 
/**
 * Per second of sound that is heard.
 */
second?: string, 
/**
 * What a batch pays of it, in percent; 50 when absent.
 */
batch_percent?: number, 
/**
 * Where the figures are from.
 */
source?: string, 
/**
 * What a reader should know about it.
 */
note?: string, };

export type RecomputeCostsReport = { 
/**
 * Requests looked at.
 */
seen: number, 
/**
 * Requests whose cost is another one now.
 */
changed: number, 
/**
 * Requests to look at, about.
 */
total: number, 
/**
 * Whether it was cancelled before all were looked at.
 */
is_cancelled: boolean, };

export type RecomputeCostsRequest = { 
/**
 * Unix milliseconds.
 */
from_ms: number, 
/**
 * Unix milliseconds, no longer included.
 */
to_ms: number, };

export type RefreshProgress = { 
/**
 * Keys asked about.
 */
done: number, 
/**
 * Keys to ask about.
 */
total: number, 
/**
 * What it came to, when it has ended.
 */
report: RefreshReport | null, };

export type RefreshReport = { 
/**
 * Keys asked about.
 */
checked: number, 
/**
 * Of these, known to the upstream.
 */
valid: number, 
/**
 * Of these, unknown to it, asked twice (401).
 */
invalid: number, 
/**
 * Of these, without an answer; they stay as they were.
 */
failed: number, 
/**
 * Keys and balances that are not what they were before.
 */
changed: number, 
/**
 * Accounts whose balance the upstream told.
 */
balances: number, 
/**
 * Accounts whose balance it did not tell; they stay as they were.
 */
balances_failed: number, 
/**
 * It was called off before the end.
 */
cancelled: boolean, 
/**
 * Unix milliseconds.
 */
ended_at_ms: number, };

export type RefreshRequest = { 
/**
 * Account ids; all accounts when absent.
 */
account_ids?: Array<string>, };

export type RefreshStatus = { 
/**
 * How far the present one is; absent when none is under way.
 */
running: RefreshProgress | null, 
/**
 * What the last one came to, since the start.
 */
last: RefreshReport | null, 
/**
 * Seconds between two; 0 is off.
 */
interval_s: number, 
/**
 * Unix milliseconds of the next one that begins by itself.
 */
next_at_ms: number | null, };

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

export type RequestDetails = { 
/**
 * The row of the log.
 */
request: RequestView, 
/**
 * Its upstream requests, in order; empty when none was made or recorded.
 */
attempts: Array<AttemptView>, 
/**
 * Its bodies, where they were kept and have not expired.
 */
bodies: CapturedBodies | null, };

export type RequestFilter = { 
/**
 * Words in model, client, error or trace id; at most 128 characters.
 */
text?: string, 
/**
 * Model asked for or used, exactly.
 */
model?: string, 
/**
 * Id or label of the account that answered.
 */
account?: string, 
/**
 * Id or name of the client token.
 */
client?: string, 
/**
 * Route, as `chat/completions`.
 */
route?: string, 
/**
 * How it ended.
 */
outcome?: Outcome, 
/**
 * Started at or after; Unix milliseconds.
 */
from_ms?: number, 
/**
 * Started before; Unix milliseconds.
 */
to_ms?: number, };

export type RequestPage = { 
/**
 * Rows.
 */
requests: Array<RequestView>, 
/**
 * `before` of the next page, absent at the end.
 */
next: number | null, 
/**
 * Whether older errors may have the text too: for a word of one or two letters
 * only the newest 5,000 errors before this page are looked through.
 */
is_partial: boolean, };

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
 * Client token's id, to filter by.
 */
client_id: string, 
/**
 * Product in the client's `User-Agent`: tells tools with one token apart.
 */
user_agent: string | null, 
/**
 * Label of the account that answered, also after it was removed.
 */
account: string | null, 
/**
 * Its id, to filter by.
 */
account_id: string | null, 
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
 * `code` in the upstream's error envelope.
 */
vendor_code: number | null, 
/**
 * The upstream's name for the request, to ask its support with.
 */
trace_id: string | null, 
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
 * Part of `completion_tokens` spent on reasoning.
 */
reasoning_tokens: number | null, 
/**
 * A guess of all tokens where the upstream told none.
 */
estimated_tokens: number | null, 
/**
 * What was counted besides tokens.
 */
units: UnitsView, 
/**
 * Absent when unknown, or nothing was charged; `cost_state` tells which.
 */
cost: CostView | null, 
/**
 * What is known of the cost.
 */
cost_state: CostState, 
/**
 * Milliseconds until the first byte for the client.
 */
first_byte_ms: number | null, 
/**
 * Milliseconds in all.
 */
duration_ms: number, };

export type RevokeClientRequest = { 
/**
 * Id of the token.
 */
id: string, };

export type SeriesPoint = { 
/**
 * Local begin: `2026-11-23T14:00`, `2026-11-23` or `2026-11`.
 */
label: string, 
/**
 * Unix milliseconds.
 */
start_ms: number, 
/**
 * Unix milliseconds, not included.
 */
end_ms: number, 
/**
 * Sums; all 0 when nothing happened.
 */
totals: UsageTotals, };

export type SeriesStep = "hour" | "day" | "month";

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
site?: string, 
/**
 * Requests that it may have under way, up to 100000; 0 leaves it to the settings.
 */
max_concurrency?: number, };

export type SetAutostartRequest = { 
/**
 * On or off.
 */
enabled: boolean, };

export type SetBalanceRequest = { 
/**
 * Account id.
 */
account_id: string, 
/**
 * Billionths of the currency's unit; null forgets what is known.
 */
nano: number | null, 
/**
 * `CNY` or `USD`; that of the account's site when absent.
 */
currency?: string, };

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

export type SetPriceOverridesRequest = { 
/**
 * All of them.
 */
rows: Array<PriceView>, 
/**
 * `revision` of the list that was changed: where another one is in force now,
 * nothing is changed. Whatever is there is replaced when it is absent.
 */
revision?: string, };

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
 * How the pool chooses an account.
 */
strategy?: Strategy, 
/**
 * Whether a conversation stays with its account while that serves.
 */
session_affinity?: boolean, 
/**
 * 0 to 100000; 0 is no limit.
 */
max_concurrency?: number, 
/**
 * 0 to 100000.
 */
queue_length?: number, 
/**
 * 0 to 3600.
 */
queue_s?: number, 
/**
 * 0 to 2592000; 0 is off.
 */
refresh_interval_s?: number, 
/**
 * 0 to 1000000; 0 is never.
 */
low_balance?: number, 
/**
 * 0 to 36500; 0 is for ever.
 */
retention_days?: number, 
/**
 * 0 is no limit.
 */
retention_rows?: number, 
/**
 * 0 to 1048576; 0 is no limit.
 */
retention_mib?: number, 
/**
 * 1 to 1024.
 */
capture_body_kib?: number, 
/**
 * 1 to 1024.
 */
capture_mib?: number, 
/**
 * 1 to 720.
 */
capture_hours?: number, 
/**
 * Whether `/metrics` needs no password on loopback.
 */
open_metrics?: boolean, 
/**
 * `http://…` or `https://…`; empty sends none.
 */
otlp_endpoint?: string, 
/**
 * 1 to 86400.
 */
otlp_interval_s?: number, 
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
 * How the pool chooses an account.
 */
strategy: Strategy, 
/**
 * Whether a conversation stays with its account while that serves.
 */
session_affinity: boolean, 
/**
 * Requests that an account may have under way; 0 is no limit.
 */
max_concurrency: number, 
/**
 * Requests that may wait for an account with room.
 */
queue_length: number, 
/**
 * Seconds that a request waits at most.
 */
queue_s: number, 
/**
 * Seconds between two looks at balances; 0 is off.
 */
refresh_interval_s: number, 
/**
 * Balance at which an account is said to be low, in whole units; 0 is never.
 */
low_balance: number, 
/**
 * Days that the log is kept; 0 is for ever.
 */
retention_days: number, 
/**
 * Requests that the log holds at most; 0 is no limit.
 */
retention_rows: number, 
/**
 * Largest size of the log in MiB; 0 is no limit.
 */
retention_mib: number, 
/**
 * KiB that are kept of a body, where bodies are kept.
 */
capture_body_kib: number, 
/**
 * Largest size of all kept bodies in MiB; the oldest go.
 */
capture_mib: number, 
/**
 * Hours after which a kept body is removed.
 */
capture_hours: number, 
/**
 * Whether `/metrics` needs no password on loopback.
 */
open_metrics: boolean, 
/**
 * OTLP/HTTP collector that metrics are sent to; empty sends none.
 */
otlp_endpoint: string, 
/**
 * Seconds between two sendings.
 */
otlp_interval_s: number, 
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
 * ISO 4217: `CNY` or `USD`. An address that is not the vendor's is billed as
 * siliconflow.cn is.
 */
currency: string, };

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

export type Strategy = "highest-balance" | "round-robin" | "fill-first" | "weighted" | "least-used";

export type Theme = "system" | "light" | "dark";

export type Topic = "status" | "keys" | "requests" | "settings" | "clients";

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

export type UnitsView = { 
/**
 * Tokens of pictures read.
 */
image_tokens: number | null, 
/**
 * Pictures made.
 */
images: number | null, 
/**
 * Video clips made.
 */
clips: number | null, 
/**
 * UTF-8 bytes of text spoken.
 */
bytes: number | null, 
/**
 * Milliseconds of sound heard.
 */
sound_ms: number | null, };

export type UpdateClientRequest = { 
/**
 * Id of the token.
 */
id: string, 
/**
 * Another name.
 */
name?: string, 
/**
 * All limits, instead of the present ones.
 */
limits?: ClientLimits, 
/**
 * For how many minutes from now the bodies of its requests are kept, at most
 * 10080 (a week); 0 ends it.
 */
capture_minutes?: number, };

export type UsageBreakdown = { 
/**
 * Dimension.
 */
by: UsageDimension, 
/**
 * The largest ones.
 */
shares: Array<UsageShare>, };

export type UsageBreakdownRequest = { 
/**
 * Dimension.
 */
by: UsageDimension, 
/**
 * Unix milliseconds; from the first request when absent.
 */
from_ms?: number, 
/**
 * Unix milliseconds, not included; up to the last request when absent.
 */
to_ms?: number, 
/**
 * Which requests.
 */
filter?: UsageFilter, 
/**
 * 1 to 1,000; 20 when absent.
 */
limit?: number, 
/**
 * Whether percentiles are wanted as well; by model, account, client and route.
 */
latencies?: boolean, };

export type UsageDimension = "model" | "account" | "key" | "client" | "route" | "outcome" | "tool";

export type UsageFilter = { 
/**
 * Model that was used, exactly.
 */
model?: string, 
/**
 * Id or label of the account that answered.
 */
account?: string, 
/**
 * Id or name of the client token.
 */
client?: string, 
/**
 * Route, as `chat/completions`.
 */
route?: string, };

export type UsageOverview = { 
/**
 * Sums.
 */
totals: UsageTotals, 
/**
 * What follows from them.
 */
rates: UsageRates, 
/**
 * Until the first byte of successful calls.
 */
first_byte: Percentiles, 
/**
 * In all.
 */
duration: Percentiles, };

export type UsageOverviewRequest = { 
/**
 * Unix milliseconds; from the first request when absent.
 */
from_ms?: number, 
/**
 * Unix milliseconds, not included; up to the last request when absent.
 */
to_ms?: number, 
/**
 * Which requests.
 */
filter?: UsageFilter, };

export type UsageRates = { 
/**
 * Successful calls of all, 0 to 1.
 */
success_rate: number | null, 
/**
 * Cached prompt tokens of all prompt tokens, 0 to 1.
 */
cached_share: number | null, 
/**
 * Completion tokens per second that a model wrote: from the first byte of a
 * stream on, or over the whole time of any other answer.
 */
tokens_per_second: number | null, };

export type UsageSeries = { 
/**
 * Length of a part.
 */
step: SeriesStep, 
/**
 * IANA name of the time zone, or its offset.
 */
time_zone: string, 
/**
 * Oldest first.
 */
points: Array<SeriesPoint>, };

export type UsageSeriesRequest = { 
/**
 * Unix milliseconds. When absent: today for hours, the last 30 days for
 * days, the last 12 months for months.
 */
from_ms?: number, 
/**
 * Unix milliseconds, not included; the end of today when absent.
 */
to_ms?: number, 
/**
 * Length of a part; at most 2,000 parts.
 */
step: SeriesStep, 
/**
 * IANA name, as `Asia/Shanghai`; the one of the program's machine when absent.
 */
time_zone?: string, 
/**
 * Which requests.
 */
filter?: UsageFilter, };

export type UsageShare = { 
/**
 * Id or name, to filter by; empty for requests that have none. Of an hour with
 * more than 64 tools the rest is `(others)`.
 */
name: string, 
/**
 * What the user calls it, also after it was removed.
 */
label: string, 
/**
 * Sums.
 */
totals: UsageTotals, 
/**
 * What follows from them.
 */
rates: UsageRates, 
/**
 * Until the first byte of successful calls; by model, account, client and
 * route only.
 */
first_byte: Percentiles | null, 
/**
 * In all, likewise.
 */
duration: Percentiles | null, };

export type UsageTotals = { 
/**
 * Finished requests.
 */
calls: number, 
/**
 * Of these, not successful.
 */
failed: number, 
/**
 * Upstream requests made.
 */
attempts: number, 
/**
 * Known prompt tokens.
 */
prompt_tokens: number, 
/**
 * Known completion tokens.
 */
completion_tokens: number, 
/**
 * Part of `prompt_tokens` served from the cache.
 */
cached_tokens: number, 
/**
 * Part of `completion_tokens` spent on reasoning.
 */
reasoning_tokens: number, 
/**
 * Successful calls on routes that are paid by tokens, of which the upstream did
 * not tell how many.
 */
calls_without_usage: number, 
/**
 * Calls that may have been charged and whose cost is not known: of a model
 * without a price, or broken off before the upstream told what was used.
 */
calls_without_cost: number, 
/**
 * Calls whose cost is known, at least a part of it.
 */
calls_with_cost: number, 
/**
 * Of these, those that cost more than is known, as when an answer was broken
 * off.
 */
calls_cost_incomplete: number, 
/**
 * What these cost, as far as it is known.
 */
cost: Amounts, 
/**
 * What cached tokens saved against the full price.
 */
saved: Amounts, 
/**
 * Pictures made.
 */
images: number, 
/**
 * Video clips made.
 */
clips: number, 
/**
 * UTF-8 bytes of text spoken.
 */
bytes: number, 
/**
 * Milliseconds of sound heard.
 */
sound_ms: number, };

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
  list_clients: { request: Empty; response: ClientList };
  create_client: { request: CreateClientRequest; response: CreatedClient };
  update_client: { request: UpdateClientRequest; response: ClientView };
  revoke_client: { request: RevokeClientRequest; response: ClientView };
  unlock_vault: { request: Empty; response: VaultStatus };
  list_keys: { request: Empty; response: KeyList };
  import_keys: { request: ImportKeysRequest; response: ImportReport };
  preview_import: { request: PreviewImportRequest; response: ImportPreview };
  confirm_import: { request: ConfirmImportRequest; response: ImportReport };
  undo_import: { request: UndoImportRequest; response: UndoImportReport };
  remove_keys: { request: RemoveKeysRequest; response: RemoveKeysReport };
  set_key: { request: SetKeyRequest; response: SetKeyReport };
  set_account: { request: SetAccountRequest; response: Empty };
  set_balance: { request: SetBalanceRequest; response: Empty };
  refresh: { request: RefreshRequest; response: RefreshReport };
  refresh_status: { request: Empty; response: RefreshStatus };
  cancel_refresh: { request: Empty; response: RefreshStatus };
  list_prices: { request: Empty; response: PriceList };
  set_price_overrides: { request: SetPriceOverridesRequest; response: PriceList };
  recompute_costs: { request: RecomputeCostsRequest; response: RecomputeCostsReport };
  cancel_recompute_costs: { request: Empty; response: Empty };
  usage_overview: { request: UsageOverviewRequest; response: UsageOverview };
  usage_series: { request: UsageSeriesRequest; response: UsageSeries };
  usage_breakdown: { request: UsageBreakdownRequest; response: UsageBreakdown };
  burn_rate: { request: Empty; response: BurnRate };
  list_requests: { request: ListRequestsRequest; response: RequestPage };
  get_request: { request: GetRequestRequest; response: RequestDetails };
  clear_requests: { request: Empty; response: ClearRequestsReport };
  clear_bodies: { request: Empty; response: ClearBodiesReport };
  get_settings: { request: Empty; response: SettingsView };
  update_settings: { request: SettingsPatch; response: SettingsView };
}

export interface DesktopCommands {
  get_autostart: { request: Empty; response: AutostartState };
  set_autostart: { request: SetAutostartRequest; response: AutostartState };
  restart_gateway: { request: Empty; response: GatewayStatus };
  export_requests: { request: ExportRequestsRequest; response: ExportRequestsReport };
}
