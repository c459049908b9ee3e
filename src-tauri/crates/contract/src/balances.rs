//! Balances with where they come from, and refreshing them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a balance comes from (design D5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BalanceSource {
    /// `GET /user/info` said so.
    Reported,
    /// The user typed it.
    Manual,
    /// The last known value minus the priced usage since.
    Estimated,
}

/// A balance with its source and age. Unknown balances are absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BalanceView {
    /// Billionths of the currency's unit.
    #[ts(type = "number")]
    pub nano: i64,
    /// ISO 4217: `CNY` or `USD`.
    pub currency: String,
    /// Where it comes from.
    pub source: BalanceSource,
    /// The last known value, in billionths; the same unless it is estimated.
    #[ts(type = "number")]
    pub known_nano: i64,
    /// Unix milliseconds of the last known value.
    #[ts(type = "number")]
    pub as_of_ms: i64,
}

/// Why the upstream did not tell a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BalanceFailureReason {
    /// 410: the vendor has taken the question away.
    Retired,
    /// 401: it does not know any key of the account.
    Unauthorized,
    /// Another status than 200.
    Status,
    /// 200, and no balance in it.
    Unreadable,
    /// No answer.
    Unanswered,
}

/// The last question about a balance failed; what was known before stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BalanceFailure {
    /// Why, for a text in the user's language.
    pub reason: BalanceFailureReason,
    /// Why, in English and with details.
    pub text: String,
    /// Unix milliseconds of the question.
    #[ts(type = "number")]
    pub at_ms: i64,
}

/// A balance as the user knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetBalanceRequest {
    /// Account id.
    pub account_id: String,
    /// Billionths of the currency's unit; null forgets what is known.
    #[ts(type = "number | null")]
    pub nano: Option<i64>,
    /// `CNY` or `USD`; that of the account's site when absent.
    #[serde(default)]
    #[ts(optional)]
    pub currency: Option<String>,
}

/// Which accounts are asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Account ids; all accounts when absent.
    #[serde(default)]
    #[ts(optional)]
    pub account_ids: Option<Vec<String>>,
}

/// What a refresh came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefreshReport {
    /// Keys asked about.
    pub checked: u32,
    /// Of these, known to the upstream.
    pub valid: u32,
    /// Of these, unknown to it, asked twice (401).
    pub invalid: u32,
    /// Of these, without an answer; they stay as they were.
    pub failed: u32,
    /// Keys and balances that are not what they were before.
    pub changed: u32,
    /// Accounts whose balance the upstream told.
    pub balances: u32,
    /// Accounts whose balance it did not tell; they stay as they were.
    pub balances_failed: u32,
    /// It was called off before the end.
    pub cancelled: bool,
    /// Unix milliseconds.
    #[ts(type = "number")]
    pub ended_at_ms: i64,
}

/// How far a refresh is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefreshProgress {
    /// Keys asked about.
    pub done: u32,
    /// Keys to ask about.
    pub total: u32,
    /// What it came to, when it has ended.
    pub report: Option<RefreshReport>,
}

/// How the refreshing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefreshStatus {
    /// How far the present one is; absent when none is under way.
    pub running: Option<RefreshProgress>,
    /// What the last one came to, since the start.
    pub last: Option<RefreshReport>,
    /// Seconds between two; 0 is off.
    pub interval_s: u32,
    /// Unix milliseconds of the next one that begins by itself.
    #[ts(type = "number | null")]
    pub next_at_ms: Option<i64>,
}
