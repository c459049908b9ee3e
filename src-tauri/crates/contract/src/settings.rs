//! Settings as the UI sees and changes them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Language of window and tray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Language {
    /// The system's, English when we do not speak it.
    #[default]
    #[serde(rename = "system")]
    System,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// The system's.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the pool chooses among accounts (design D7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The highest known or estimated balance.
    #[default]
    HighestBalance,
    /// In turn.
    RoundRobin,
    /// The first until it cannot, then the next.
    FillFirst,
    /// In turn, by their weights.
    Weighted,
    /// The least used.
    LeastUsed,
}

/// A name, or a pattern with `*`, and the models that stand in for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ModelAlias {
    /// What a client asks for.
    pub name: String,
    /// The model that is used, and its fallbacks in their order.
    pub models: Vec<String>,
}

/// All settings, with the values in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    /// Port of the gateway; a change takes effect with the next start of it.
    pub port: u16,
    /// Upstream base URL.
    pub upstream: String,
    /// Whether clients need a token on loopback.
    pub require_token: bool,
    /// Language.
    pub language: Language,
    /// Theme.
    pub theme: Theme,
    /// Seconds until upstream sends the first byte.
    pub first_byte_s: u32,
    /// Seconds between two chunks of a stream.
    pub stream_idle_s: u32,
    /// Upstream requests that one request may cost in all.
    pub max_attempts: u32,
    /// How the pool chooses an account.
    pub strategy: Strategy,
    /// Whether a conversation stays with its account while that serves.
    pub session_affinity: bool,
    /// Requests that an account may have under way; 0 is no limit.
    pub max_concurrency: u32,
    /// Requests that may wait for an account with room.
    pub queue_length: u32,
    /// Seconds that a request waits at most.
    pub queue_s: u32,
    /// Seconds between two looks at balances; 0 is off.
    pub refresh_interval_s: u32,
    /// Balance at which an account is said to be low, in whole units; 0 is never.
    pub low_balance: u32,
    /// Days that the log is kept; 0 is for ever.
    pub retention_days: u32,
    /// Requests that the log holds at most; 0 is no limit.
    pub retention_rows: u32,
    /// Largest size of the log in MiB; 0 is no limit.
    pub retention_mib: u32,
    /// KiB that are kept of a body, where bodies are kept.
    pub capture_body_kib: u32,
    /// Largest size of all kept bodies in MiB; the oldest go.
    pub capture_mib: u32,
    /// Hours after which a kept body is removed.
    pub capture_hours: u32,
    /// Whether `/metrics` needs no password on loopback.
    pub open_metrics: bool,
    /// OTLP/HTTP collector that metrics are sent to; empty sends none.
    pub otlp_endpoint: String,
    /// Seconds between two sendings.
    pub otlp_interval_s: u32,
    /// Names that stand for models, in the order of the alphabet.
    pub aliases: Vec<ModelAlias>,
    /// Those that ship, to go back to.
    pub shipped_aliases: Vec<ModelAlias>,
    /// What is wrong in the aliases of `settings.toml`; these are not used.
    pub alias_faults: Vec<String>,
    /// Names of settings that a flag or variable overrides now.
    pub overridden: Vec<String>,
    /// Set when `settings.toml` could not be read; the last good values serve.
    pub warning: Option<String>,
}

/// A change; absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsPatch {
    /// 1024 to 65535.
    #[ts(optional)]
    pub port: Option<u16>,
    /// `https://…`, or `http://` on loopback.
    #[ts(optional)]
    pub upstream: Option<String>,
    /// Off is possible on loopback only.
    #[ts(optional)]
    pub require_token: Option<bool>,
    /// Language.
    #[ts(optional)]
    pub language: Option<Language>,
    /// Theme.
    #[ts(optional)]
    pub theme: Option<Theme>,
    /// 1 to 86400.
    #[ts(optional)]
    pub first_byte_s: Option<u32>,
    /// 1 to 86400.
    #[ts(optional)]
    pub stream_idle_s: Option<u32>,
    /// 1 to 1000.
    #[ts(optional)]
    pub max_attempts: Option<u32>,
    /// How the pool chooses an account.
    #[ts(optional)]
    pub strategy: Option<Strategy>,
    /// Whether a conversation stays with its account while that serves.
    #[ts(optional)]
    pub session_affinity: Option<bool>,
    /// 0 to 100000; 0 is no limit.
    #[ts(optional)]
    pub max_concurrency: Option<u32>,
    /// 0 to 100000.
    #[ts(optional)]
    pub queue_length: Option<u32>,
    /// 0 to 3600.
    #[ts(optional)]
    pub queue_s: Option<u32>,
    /// 0 to 2592000; 0 is off.
    #[ts(optional)]
    pub refresh_interval_s: Option<u32>,
    /// 0 to 1000000; 0 is never.
    #[ts(optional)]
    pub low_balance: Option<u32>,
    /// 0 to 36500; 0 is for ever.
    #[ts(optional)]
    pub retention_days: Option<u32>,
    /// 0 is no limit.
    #[ts(optional)]
    pub retention_rows: Option<u32>,
    /// 0 to 1048576; 0 is no limit.
    #[ts(optional)]
    pub retention_mib: Option<u32>,
    /// 1 to 1024.
    #[ts(optional)]
    pub capture_body_kib: Option<u32>,
    /// 1 to 1024.
    #[ts(optional)]
    pub capture_mib: Option<u32>,
    /// 1 to 720.
    #[ts(optional)]
    pub capture_hours: Option<u32>,
    /// Whether `/metrics` needs no password on loopback.
    #[ts(optional)]
    pub open_metrics: Option<bool>,
    /// `http://…` or `https://…`; empty sends none.
    #[ts(optional)]
    pub otlp_endpoint: Option<String>,
    /// 1 to 86400.
    #[ts(optional)]
    pub otlp_interval_s: Option<u32>,
    /// The whole table, instead of the present one.
    #[ts(optional)]
    pub aliases: Option<Vec<ModelAlias>>,
}

/// Pause or resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetPausedRequest {
    /// Paused: `/v1` answers 503 `paused`, running requests finish.
    pub paused: bool,
}

/// Start at login, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetAutostartRequest {
    /// On or off.
    pub enabled: bool,
}
