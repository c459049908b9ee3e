//! Finished requests and today's usage.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Label of the account that answered.
    pub account: Option<String>,
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
    /// Milliseconds until the first byte for the client.
    #[ts(type = "number | null")]
    pub first_byte_ms: Option<i64>,
    /// Milliseconds in all.
    #[ts(type = "number")]
    pub duration_ms: i64,
}

/// Which page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct ListRequestsRequest {
    /// Rows with a smaller `id` only; absent for the newest.
    #[ts(type = "number | null")]
    pub before: Option<i64>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

/// A page, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestPage {
    /// Rows.
    pub requests: Vec<RequestView>,
    /// `before` of the next page, absent at the end.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
}

/// Sums over a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayUsage {
    /// Finished requests.
    #[ts(type = "number")]
    pub calls: i64,
    /// Of these, not successful.
    #[ts(type = "number")]
    pub failed: i64,
    /// Known prompt tokens.
    #[ts(type = "number")]
    pub prompt_tokens: i64,
    /// Known completion tokens.
    #[ts(type = "number")]
    pub completion_tokens: i64,
    /// Known cached tokens.
    #[ts(type = "number")]
    pub cached_tokens: i64,
    /// Successful calls whose usage the upstream did not tell.
    #[ts(type = "number")]
    pub calls_without_usage: i64,
}

/// Sums for one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelUsage {
    /// Model id.
    pub model: String,
    /// Sums.
    pub usage: DayUsage,
}

/// Today, in the local time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageToday {
    /// Unix milliseconds of local midnight.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// Everything.
    pub total: DayUsage,
    /// The ten models with the most tokens.
    pub models: Vec<ModelUsage>,
    /// Calls per local hour, 0 to 23.
    #[ts(type = "number[]")]
    pub calls_by_hour: Vec<i64>,
    /// Tokens per local hour, 0 to 23.
    #[ts(type = "number[]")]
    pub tokens_by_hour: Vec<i64>,
}
