//! The log of finished requests.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::CapturedBodies;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered in full.
    Success,
    /// The upstream refused the request itself (4xx).
    Rejected,
    /// No key could answer: limits, balance, permission.
    Refused,
    /// The upstream failed or was not reached.
    UpstreamFailed,
    /// The upstream broke off in the middle.
    Interrupted,
    /// The client went away first.
    ClientClosed,
}

/// What was counted besides tokens; absent where nothing was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnitsView {
    /// Tokens of pictures read.
    #[ts(type = "number | null")]
    pub image_tokens: Option<i64>,
    /// Pictures made.
    #[ts(type = "number | null")]
    pub images: Option<i64>,
    /// Video clips made.
    #[ts(type = "number | null")]
    pub clips: Option<i64>,
    /// UTF-8 bytes of text spoken.
    #[ts(type = "number | null")]
    pub bytes: Option<i64>,
    /// Milliseconds of sound heard.
    #[ts(type = "number | null")]
    pub sound_ms: Option<i64>,
}

/// What a request cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CostView {
    /// Billionths of the currency's unit.
    #[ts(type = "number")]
    pub nano: i64,
    /// ISO 4217: `CNY` or `USD`.
    pub currency: String,
    /// Name of the price row used.
    pub price: String,
    /// Whether a part that has a price was not counted, so that this is less
    /// than the whole.
    pub incomplete: bool,
    /// What cached tokens saved against the full price, in billionths.
    #[ts(type = "number | null")]
    pub saved_nano: Option<i64>,
}

/// What is known of a request's cost; who shows it only chooses words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CostState {
    /// `cost` is all of it.
    Known,
    /// `cost` is all of it, and nothing.
    Free,
    /// `cost` is a part: another one that has a price was not counted.
    Incomplete,
    /// It may have been charged for, and nobody knows how much.
    Unknown,
    /// Nothing is charged for how it ended.
    Unbilled,
    /// What was asked for has no price: a list, the state of a video, or what Flowkeep
    /// answers itself.
    Priceless,
}

/// One row of the request log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestView {
    /// Row number, ascending with time; the paging key.
    #[ts(type = "number")]
    pub id: i64,
    /// What the client saw as `x-flowkeep-request-id`.
    pub request_id: String,
    /// Unix milliseconds.
    #[ts(type = "number")]
    pub started_at_ms: i64,
    /// Route, as `chat/completions`.
    pub route: String,
    /// Model the client asked for.
    pub model: Option<String>,
    /// Model that was used instead, through an alias or as a fallback.
    pub model_used: Option<String>,
    /// Client token's name.
    pub client: String,
    /// Client token's id, to filter by.
    pub client_id: String,
    /// Product in the client's `User-Agent`: tells tools with one token apart.
    pub user_agent: Option<String>,
    /// Label of the account that answered, also after it was removed.
    pub account: Option<String>,
    /// Its id, to filter by.
    pub account_id: Option<String>,
    /// Last four characters of the key that answered.
    pub key_last_four: Option<String>,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// HTTP status the client got.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// Our code or the upstream's words, redacted.
    pub error: Option<String>,
    /// `code` in the upstream's error envelope.
    #[ts(type = "number | null")]
    pub vendor_code: Option<i64>,
    /// The upstream's name for the request, to ask its support with.
    pub trace_id: Option<String>,
    /// Upstream requests made for it.
    pub attempts: u32,
    /// Absent when the upstream did not say.
    #[ts(type = "number | null")]
    pub prompt_tokens: Option<i64>,
    /// Absent when the upstream did not say.
    #[ts(type = "number | null")]
    pub completion_tokens: Option<i64>,
    /// Part of `prompt_tokens` served from the cache.
    #[ts(type = "number | null")]
    pub cached_tokens: Option<i64>,
    /// Part of `completion_tokens` spent on reasoning.
    #[ts(type = "number | null")]
    pub reasoning_tokens: Option<i64>,
    /// A guess of all tokens where the upstream told none.
    #[ts(type = "number | null")]
    pub estimated_tokens: Option<i64>,
    /// What was counted besides tokens.
    pub units: UnitsView,
    /// Absent when unknown, or nothing was charged; `cost_state` tells which.
    pub cost: Option<CostView>,
    /// What is known of the cost.
    pub cost_state: CostState,
    /// Milliseconds until the first byte for the client.
    #[ts(type = "number | null")]
    pub first_byte_ms: Option<i64>,
    /// Milliseconds in all.
    #[ts(type = "number")]
    pub duration_ms: i64,
}

/// Which page of the log; an absent part of the filter lets all through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct ListRequestsRequest {
    /// Rows with a smaller `id` only; absent for the newest.
    #[ts(optional, type = "number | null")]
    pub before: Option<i64>,
    /// 1 to 200; 50 when absent.
    #[ts(optional)]
    pub limit: Option<u32>,
    /// Which rows.
    #[ts(optional, as = "Option<RequestFilter>")]
    pub filter: RequestFilter,
}

/// Which rows of the log; an absent part lets all through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct RequestFilter {
    /// Words in model, client, error or trace id; at most 128 characters.
    #[ts(optional)]
    pub text: Option<String>,
    /// Model asked for or used, exactly.
    #[ts(optional)]
    pub model: Option<String>,
    /// Id or label of the account that answered.
    #[ts(optional)]
    pub account: Option<String>,
    /// Id or name of the client token.
    #[ts(optional)]
    pub client: Option<String>,
    /// Route, as `chat/completions`.
    #[ts(optional)]
    pub route: Option<String>,
    /// How it ended.
    #[ts(optional)]
    pub outcome: Option<Outcome>,
    /// Started at or after; Unix milliseconds.
    #[ts(optional, type = "number")]
    pub from_ms: Option<i64>,
    /// Started before; Unix milliseconds.
    #[ts(optional, type = "number")]
    pub to_ms: Option<i64>,
}

/// A page, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestPage {
    /// Rows.
    pub requests: Vec<RequestView>,
    /// `before` of the next page, absent at the end.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
    /// Whether older errors may have the text too: for a word of one or two letters
    /// only the newest 5,000 errors before this page are looked through.
    pub is_partial: bool,
}

/// Which request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct GetRequestRequest {
    /// Its `id`.
    #[ts(type = "number")]
    pub id: i64,
}

/// Why an account was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It owns what the request names.
    Owner,
    /// Its conversation is with this account.
    Session,
    /// It was the strategy's next.
    Strategy,
    /// It was out of service or cooling, and one request finds out.
    Retry,
}

/// Why an account was left, or how its attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The request itself is at fault.
    Rejected,
    /// The key is not known.
    KeyUnauthorized,
    /// The account has no balance.
    AccountExhausted,
    /// The account cannot pay for `Pro/` models.
    PaidOnly,
    /// The account may not use this model.
    ModelRestricted,
    /// The account is restricted as a whole.
    AccountRestricted,
    /// A quota of account and model is full.
    RateLimited,
    /// The model is out of capacity for everybody.
    ModelBusy,
    /// 5xx without a more precise meaning.
    UpstreamFailed,
    /// A 200 that is no answer.
    Broken,
    /// A redirect, which is never followed.
    Redirected,
    /// Not sent: DNS, TCP or TLS failed.
    NotSent,
    /// Sent, but closed before any byte of the answer.
    NoAnswer,
    /// Sent, but no answer in time.
    TimedOut,
    /// The client went away.
    ClientGone,
}

/// One upstream request of a request: why this key, and why not the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttemptView {
    /// Label of the account, also after it was removed.
    pub account: Option<String>,
    /// Its id.
    pub account_id: Option<String>,
    /// Model that was sent.
    pub model: Option<String>,
    /// Milliseconds from the start of the request to that of the attempt.
    #[ts(type = "number")]
    pub after_ms: i64,
    /// Why this account.
    pub chosen: Choice,
    /// HTTP status of the upstream; absent when it did not answer.
    pub status: Option<u16>,
    /// `code` in the upstream's error envelope.
    #[ts(type = "number | null")]
    pub vendor_code: Option<i64>,
    /// Milliseconds from the start of the attempt to the headers.
    #[ts(type = "number | null")]
    pub headers_ms: Option<i64>,
    /// Milliseconds from the start of the attempt to the first byte of the body.
    #[ts(type = "number | null")]
    pub first_byte_ms: Option<i64>,
    /// Milliseconds from the start of the attempt to its end.
    #[ts(type = "number | null")]
    pub end_ms: Option<i64>,
    /// Why it was left; absent when it answered.
    pub left: Option<Left>,
}

/// Everything about one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestDetails {
    /// The row of the log.
    pub request: RequestView,
    /// Its upstream requests, in order; empty when none was made or recorded.
    pub attempts: Vec<AttemptView>,
    /// Its bodies, where they were kept and have not expired.
    pub bodies: Option<CapturedBodies>,
}

/// What clearing the log removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClearRequestsReport {
    /// Rows.
    #[ts(type = "number")]
    pub removed: u64,
}

/// Format of an export of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A table for spreadsheets, with a head.
    Csv,
    /// A JSON object per line, as `list_requests` tells them.
    Jsonl,
}

/// What to write to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportRequestsRequest {
    /// Format.
    pub format: ExportFormat,
    /// Absolute path of a file that does not exist yet; one in the folder for
    /// downloads when absent.
    #[serde(default)]
    #[ts(optional)]
    pub path: Option<String>,
    /// Which rows.
    #[serde(default)]
    #[ts(optional, as = "Option<RequestFilter>")]
    pub filter: RequestFilter,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportRequestsReport {
    /// Where it is.
    pub path: String,
    /// Rows.
    #[ts(type = "number")]
    pub rows: u64,
    /// As [`RequestPage::is_partial`].
    pub is_partial: bool,
}
