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
