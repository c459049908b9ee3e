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
