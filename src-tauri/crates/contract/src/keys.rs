//! Keys and their accounts as they are shown and changed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BalanceFailure, BalanceView};

/// What keeps a key from being used, or that nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Answers, as far as we know.
    Usable,
    /// Never checked: the upstream could not be reached at import.
    Unchecked,
    /// The account has no balance (30001).
    Exhausted,
    /// The account may not use what was asked (real name, model permission).
    Restricted,
    /// The upstream does not know the key (401).
    Unauthorized,
    /// The secret could not be read from the vault.
    Unreadable,
    /// Switched off by the user.
    Disabled,
}

/// Why a key is in its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StateReason {
    /// The upstream's words, redacted, or ours.
    pub text: String,
    /// HTTP status that was seen.
    pub status: Option<u16>,
    /// `code` in the upstream's error envelope.
    #[ts(type = "number | null")]
    pub vendor_code: Option<i64>,
    /// Unix milliseconds since when.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// Unix milliseconds when it is tried again, if by itself.
    #[ts(type = "number | null")]
    pub next_retry_ms: Option<i64>,
}

/// A model on which the key's account is cooling down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CoolingView {
    /// Upstream model id; `*` for all, `Pro/*` for the paid ones.
    pub model: String,
    /// Why, and until when (`next_retry_ms`).
    pub reason: StateReason,
}

/// Which upstream an account belongs to, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SiteName {
    /// siliconflow.cn, billed in renminbi.
    Cn,
    /// siliconflow.com, billed in US dollars.
    Com,
    /// Another address.
    Custom,
}

/// The upstream that an account's requests go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SiteView {
    /// Which one.
    pub name: SiteName,
    /// Base URL in force.
    pub base: String,
    /// It is the upstream of the settings, whatever that becomes.
    pub follows_settings: bool,
    /// ISO 4217: `CNY` or `USD`. An address that is not the vendor's is billed as
    /// siliconflow.cn is.
    pub currency: String,
}

/// One key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyView {
    /// Stable id.
    pub id: String,
    /// The user's name for it.
    pub label: String,
    /// Account label; keys of one account share limits and balance.
    pub account: String,
    /// Stable id of the account.
    pub account_id: String,
    /// Where the account lives.
    pub site: SiteView,
    /// Last four characters of the secret.
    pub last_four: String,
    /// Whether the user has it switched on.
    pub enabled: bool,
    /// Share under the strategy `weighted`.
    pub weight: u32,
    /// State of key and account together, the worse of the two.
    pub state: KeyState,
    /// Why, unless usable.
    pub reason: Option<StateReason>,
    /// Models that are cooling down.
    pub cooling: Vec<CoolingView>,
    /// The account's; absent when unknown.
    pub balance: Option<BalanceView>,
    /// Why the balance could not be asked for the last time; absent when it was told.
    pub balance_failure: Option<BalanceFailure>,
    /// Requests that the account may have under way; absent leaves it to the settings.
    pub max_concurrency: Option<u32>,
    /// Requests answered with this key since it was added.
    #[ts(type = "number")]
    pub usage_count: i64,
    /// Requests under way now.
    pub in_flight: u32,
    /// Unix milliseconds.
    #[ts(type = "number")]
    pub added_at_ms: i64,
    /// Unix milliseconds of the last request, if any.
    #[ts(type = "number | null")]
    pub last_used_at_ms: Option<i64>,
}

/// All keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyList {
    /// In the order of their addition.
    pub keys: Vec<KeyView>,
}

/// Which keys to remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveKeysRequest {
    /// Key ids.
    pub ids: Vec<String>,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemoveKeysReport {
    /// Keys removed.
    pub removed: u32,
    /// Ids that no key has.
    pub unknown: Vec<String>,
}

/// A change of keys; absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetKeyRequest {
    /// Key ids.
    pub ids: Vec<String>,
    /// The user's name for it, for one key at a time.
    #[serde(default)]
    #[ts(optional)]
    pub label: Option<String>,
    /// Whether it may serve.
    #[serde(default)]
    #[ts(optional)]
    pub enabled: Option<bool>,
    /// Share under the strategy `weighted`, 0 to 1000.
    #[serde(default)]
    #[ts(optional)]
    pub weight: Option<u32>,
    /// Label of the account it belongs to, made when there is none; empty for an
    /// account of its own.
    #[serde(default)]
    #[ts(optional)]
    pub account: Option<String>,
}

/// What was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetKeyReport {
    /// Keys changed.
    pub changed: u32,
    /// Ids that no key has.
    pub unknown: Vec<String>,
}

/// A change of an account; absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetAccountRequest {
    /// Account id.
    pub id: String,
    /// The user's name for it; no two accounts have the same.
    #[serde(default)]
    #[ts(optional)]
    pub label: Option<String>,
    /// `cn`, `com`, a base URL, or `default` for the upstream of the settings.
    #[serde(default)]
    #[ts(optional)]
    pub site: Option<String>,
    /// Requests that it may have under way, up to 100000; 0 leaves it to the settings.
    #[serde(default)]
    #[ts(optional)]
    pub max_concurrency: Option<u32>,
}
