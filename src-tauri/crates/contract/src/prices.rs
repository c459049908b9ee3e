//! Prices, those of the user among them, and what to do when they have changed.
//!
//! Amounts are decimal texts in the currency of the site (`"0.02"`), so that no
//! float lies between a price list and a bill.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One of the vendor's sites; it decides the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum PriceSite {
    /// siliconflow.cn, in renminbi.
    Cn,
    /// siliconflow.com, in US dollars.
    Com,
}

/// Part of a day; past midnight when `until` is before `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PriceHours {
    /// First moment, as `02:00:00`.
    pub from: String,
    /// First moment after it.
    pub until: String,
}

/// Prices of tokens from a length of input on. The whole request has one tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PriceTier {
    /// Smallest input of the tier, in tokens; the first tier begins at 0.
    #[serde(default)]
    #[ts(type = "number")]
    pub from_input_tokens: u64,
    /// Per million tokens of input.
    pub input: String,
    /// Per million tokens of output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub output: Option<String>,
    /// Per million tokens of input found in the cache; without, as other input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cached: Option<String>,
}

/// What a model costs, while and when the row holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PriceView {
    /// Name, unlike that of any other row; requests name the one they used.
    pub id: String,
    /// Where the price is asked.
    pub site: PriceSite,
    /// Model, or a pattern with `*`.
    pub model: String,
    /// First day, as `2026-09-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from: Option<String>,
    /// First day on which it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub until: Option<String>,
    /// IANA zone of days and hours; without, that of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub zone: Option<String>,
    /// Hours of each day; all of them without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hours: Option<PriceHours>,
    /// Per million tokens, by length of the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<PriceTier>>")]
    pub tokens: Vec<PriceTier>,
    /// Per million tokens of pictures read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub image_tokens: Option<String>,
    /// Per picture made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub image: Option<String>,
    /// Per video clip made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clip: Option<String>,
    /// Per 1,000 UTF-8 bytes of text that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thousand_bytes: Option<String>,
    /// Per second of sound that is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub second: Option<String>,
    /// What a batch pays of it, in percent; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub batch_percent: Option<u8>,
    /// Where the figures are from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub source: String,
    /// What a reader should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

/// Days of the shipped figures, as `2026-07-21`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceDates {
    /// Of siliconflow.cn.
    pub cn: String,
    /// Of siliconflow.com.
    pub com: String,
}

/// All prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceList {
    /// How old the shipped ones are.
    pub as_of: PriceDates,
    /// The user's own; where one holds, it goes before any shipped one.
    pub overrides: Vec<PriceView>,
    /// Those that came with Flowkeep.
    pub shipped: Vec<PriceView>,
    /// Tells this version of the user's own from others.
    pub revision: String,
    /// After a change: rows of `prices.toml` that were not used until now, as an own
    /// price contradicted them, and hold from now on.
    pub now_in_force: Vec<String>,
}

/// The user's own prices, in place of those there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetPriceOverridesRequest {
    /// All of them.
    pub rows: Vec<PriceView>,
    /// `revision` of the list that was changed: where another one is in force now,
    /// nothing is changed. Whatever is there is replaced when it is absent.
    #[serde(default)]
    #[ts(optional)]
    pub revision: Option<String>,
}

/// The requests that are to be priced anew: those that began in this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecomputeCostsRequest {
    /// Unix milliseconds.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Unix milliseconds, no longer included.
    #[ts(type = "number")]
    pub to_ms: i64,
}

/// How far pricing anew has come, or what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecomputeCostsReport {
    /// Requests looked at.
    #[ts(type = "number")]
    pub seen: u64,
    /// Requests whose cost is another one now.
    #[ts(type = "number")]
    pub changed: u64,
    /// Requests to look at, about.
    #[ts(type = "number")]
    pub total: u64,
    /// Whether it was cancelled before all were looked at.
    pub is_cancelled: bool,
}

/// Why a row of the user's own prices was not taken, so that a form can say it at the
/// field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PriceFault {
    /// No model, or a very long one.
    Model,
    /// A zone that is not in the IANA database.
    Zone,
    /// Its last day is before its first.
    Days,
    /// Hours that begin and end at the same time.
    Hours,
    /// It holds at the same time as another of the user's rows.
    Overlap,
    /// Tiers that do not begin at 0 tokens, or do not rise.
    Tiers,
    /// Some tiers have a price for output and some have none.
    Output,
    /// Cached input costs more than other input.
    Cached,
    /// No amount, or one below 0.
    Amount,
    /// More than 100 percent for a batch.
    Batch,
}
