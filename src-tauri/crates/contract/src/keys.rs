//! Keys as they are shown, and the import.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Unix milliseconds of the last known value.
    #[ts(type = "number")]
    pub as_of_ms: i64,
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
    /// Last four characters of the secret.
    pub last_four: String,
    /// State of key and account together, the worse of the two.
    pub state: KeyState,
    /// Why, unless usable.
    pub reason: Option<StateReason>,
    /// Models that are cooling down.
    pub cooling: Vec<CoolingView>,
    /// Absent when unknown.
    pub balance: Option<BalanceView>,
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

/// Text with one `key [label]` per line, any separator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportKeysRequest {
    /// Pasted text or a file's content, at most 16 MiB.
    pub text: String,
    /// Ask `GET /models` with each key before adding it.
    #[serde(default = "yes")]
    pub validate: bool,
    /// Add keys that the upstream answers with 401 as well.
    #[serde(default)]
    pub force: bool,
}

fn yes() -> bool {
    true
}

impl std::fmt::Debug for ImportKeysRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportKeysRequest")
            .field("bytes", &self.text.len())
            .field("validate", &self.validate)
            .field("force", &self.force)
            .finish()
    }
}

/// What became of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// New and answered by the upstream.
    Added,
    /// New; the upstream could not be asked.
    AddedUnchecked,
    /// New and added although the upstream refused it (`force`).
    AddedUnauthorized,
    /// Already in the pool.
    Known,
    /// Stands twice in this import.
    Duplicate,
    /// Not the shape of a key.
    Malformed,
    /// The upstream answered 401; not added.
    Unauthorized,
}

/// One line of the report; lines that are blank or comments are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportLine {
    /// Line number, from 1.
    pub line: u32,
    /// `sk-…` and the last four characters, or the start of a malformed word.
    pub masked: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// Why, for the ones not added.
    pub message: Option<String>,
}

/// The outcome of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportReport {
    /// Keys added.
    pub added: u32,
    /// Of these, unchecked.
    pub unchecked: u32,
    /// Lines whose key was known already or stands twice.
    pub known: u32,
    /// Lines rejected.
    pub rejected: u32,
    /// One entry per line, at most 1,000; rejected ones first.
    pub lines: Vec<ImportLine>,
    /// Lines that `lines` leaves out.
    pub lines_left_out: u32,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportProgress {
    /// Keys checked.
    pub done: u32,
    /// Keys to check.
    pub total: u32,
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
