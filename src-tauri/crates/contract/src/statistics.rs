//! What was used and what it cost, over any time and by any dimension.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which requests are counted; an absent part counts all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct UsageFilter {
    /// Model that was used, exactly.
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
}

/// Amounts of money; currencies are never added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Amounts {
    /// Billionths of a yuan.
    #[ts(type = "number")]
    pub cny_nano: i64,
    /// Billionths of a US dollar.
    #[ts(type = "number")]
    pub usd_nano: i64,
}

/// Sums over finished requests. What is unknown is in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageTotals {
    /// Finished requests.
    #[ts(type = "number")]
    pub calls: i64,
    /// Of these, not successful.
    #[ts(type = "number")]
    pub failed: i64,
    /// Upstream requests made.
    #[ts(type = "number")]
    pub attempts: i64,
    /// Known prompt tokens.
    #[ts(type = "number")]
    pub prompt_tokens: i64,
    /// Known completion tokens.
    #[ts(type = "number")]
    pub completion_tokens: i64,
    /// Part of `prompt_tokens` served from the cache.
    #[ts(type = "number")]
    pub cached_tokens: i64,
    /// Part of `completion_tokens` spent on reasoning.
    #[ts(type = "number")]
    pub reasoning_tokens: i64,
    /// Successful calls on routes that are paid by tokens, of which the upstream did
    /// not tell how many.
    #[ts(type = "number")]
    pub calls_without_usage: i64,
    /// Calls that may have been charged and whose cost is not known: of a model
    /// without a price, or broken off before the upstream told what was used.
    #[ts(type = "number")]
    pub calls_without_cost: i64,
    /// Calls whose cost is known, at least a part of it.
    #[ts(type = "number")]
    pub calls_with_cost: i64,
    /// Of these, those that cost more than is known, as when an answer was broken
    /// off.
    #[ts(type = "number")]
    pub calls_cost_incomplete: i64,
    /// What these cost, as far as it is known.
    pub cost: Amounts,
    /// What cached tokens saved against the full price.
    pub saved: Amounts,
    /// Pictures made.
    #[ts(type = "number")]
    pub images: i64,
    /// Video clips made.
    #[ts(type = "number")]
    pub clips: i64,
    /// UTF-8 bytes of text spoken.
    #[ts(type = "number")]
    pub bytes: i64,
    /// Milliseconds of sound heard.
    #[ts(type = "number")]
    pub sound_ms: i64,
}

/// What follows from sums; absent when there is nothing to divide by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct UsageRates {
    /// Successful calls of all, 0 to 1.
    pub success_rate: Option<f64>,
    /// Cached prompt tokens of all prompt tokens, 0 to 1.
    pub cached_share: Option<f64>,
    /// Completion tokens per second that a model wrote: from the first byte of a
    /// stream on, or over the whole time of any other answer.
    pub tokens_per_second: Option<f64>,
}

/// How long successful calls took, to 6 %; absent when there was none. Of one
/// model, account, client or route all calls are known; of several of these at
/// once only the newest 20,000 of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Percentiles {
    /// Calls that were timed.
    #[ts(type = "number")]
    pub calls: i64,
    /// Half of them took at most so many milliseconds.
    pub p50_ms: Option<u32>,
    /// Nine of ten.
    pub p90_ms: Option<u32>,
    /// 95 of 100.
    pub p95_ms: Option<u32>,
    /// 99 of 100.
    pub p99_ms: Option<u32>,
}

/// Which time to sum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct UsageOverviewRequest {
    /// Unix milliseconds; from the first request when absent.
    #[ts(optional, type = "number")]
    pub from_ms: Option<i64>,
    /// Unix milliseconds, not included; up to the last request when absent.
    #[ts(optional, type = "number")]
    pub to_ms: Option<i64>,
    /// Which requests.
    #[ts(optional, as = "Option<UsageFilter>")]
    pub filter: UsageFilter,
}

/// Everything about a time in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct UsageOverview {
    /// Sums.
    pub totals: UsageTotals,
    /// What follows from them.
    pub rates: UsageRates,
    /// Until the first byte of successful calls.
    pub first_byte: Percentiles,
    /// In all.
    pub duration: Percentiles,
}

/// Length of a part of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStep {
    /// Whole hours of UTC.
    Hour,
    /// Days of the time zone; 23 or 25 hours when its clocks change.
    Day,
    /// Months of the time zone.
    Month,
}

/// Which time, and how it is parted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UsageSeriesRequest {
    /// Unix milliseconds. When absent: today for hours, the last 30 days for
    /// days, the last 12 months for months.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub from_ms: Option<i64>,
    /// Unix milliseconds, not included; the end of today when absent.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub to_ms: Option<i64>,
    /// Length of a part; at most 2,000 parts.
    pub step: SeriesStep,
    /// IANA name, as `Asia/Shanghai`; the one of the program's machine when absent.
    #[serde(default)]
    #[ts(optional)]
    pub time_zone: Option<String>,
    /// Which requests.
    #[serde(default)]
    #[ts(optional, as = "Option<UsageFilter>")]
    pub filter: UsageFilter,
}

/// One part of a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SeriesPoint {
    /// Local begin: `2026-11-23T14:00`, `2026-11-23` or `2026-11`.
    pub label: String,
    /// Unix milliseconds.
    #[ts(type = "number")]
    pub start_ms: i64,
    /// Unix milliseconds, not included.
    #[ts(type = "number")]
    pub end_ms: i64,
    /// Sums; all 0 when nothing happened.
    pub totals: UsageTotals,
}

/// A time in its parts, without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageSeries {
    /// Length of a part.
    pub step: SeriesStep,
    /// IANA name of the time zone, or its offset.
    pub time_zone: String,
    /// Oldest first.
    pub points: Vec<SeriesPoint>,
}

/// What usage is told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UsageDimension {
    /// Model that was used.
    Model,
    /// Account that answered.
    Account,
    /// Key that answered.
    Key,
    /// Client token.
    Client,
    /// Route.
    Route,
    /// How requests ended.
    Outcome,
    /// Product in the client's `User-Agent`; cannot be filtered.
    Tool,
}

/// Which time, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UsageBreakdownRequest {
    /// Dimension.
    pub by: UsageDimension,
    /// Unix milliseconds; from the first request when absent.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub from_ms: Option<i64>,
    /// Unix milliseconds, not included; up to the last request when absent.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub to_ms: Option<i64>,
    /// Which requests.
    #[serde(default)]
    #[ts(optional, as = "Option<UsageFilter>")]
    pub filter: UsageFilter,
    /// 1 to 1,000; 20 when absent.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<u32>,
    /// Whether percentiles are wanted as well; by model, account, client and route.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub latencies: bool,
}

/// The part of one model, account, key, client, route, outcome or tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct UsageShare {
    /// Id or name, to filter by; empty for requests that have none. Of an hour with
    /// more than 64 tools the rest is `(others)`.
    pub name: String,
    /// What the user calls it, also after it was removed.
    pub label: String,
    /// Sums.
    pub totals: UsageTotals,
    /// What follows from them.
    pub rates: UsageRates,
    /// Until the first byte of successful calls; by model, account, client and
    /// route only.
    pub first_byte: Option<Percentiles>,
    /// In all, likewise.
    pub duration: Option<Percentiles>,
}

/// Usage told apart, most tokens first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UsageBreakdown {
    /// Dimension.
    pub by: UsageDimension,
    /// The largest ones.
    pub shares: Vec<UsageShare>,
}

/// How fast an account's balance goes down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AccountBurn {
    /// Account id.
    pub account_id: String,
    /// Its label.
    pub account: String,
    /// ISO 4217 of the amounts.
    pub currency: String,
    /// Known costs per day, over the last 7 days, or since the account was added
    /// or first answered in them; at least one day. Billionths.
    #[ts(type = "number")]
    pub per_day_nano: i64,
    /// Known or estimated balance; absent when unknown.
    #[ts(type = "number | null")]
    pub balance_nano: Option<i64>,
    /// Days until the balance is used up at that rate; absent when the balance
    /// is unknown or nothing is spent.
    pub days_left: Option<f64>,
}

/// How fast balances go down.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct BurnRate {
    /// Accounts that have keys, in the order of their addition.
    pub accounts: Vec<AccountBurn>,
}
