//! The words of the tray, from the same files as the window's.

use std::collections::HashMap;
use std::sync::LazyLock;

use flowkeep_core::settings::Language;

type Messages = HashMap<String, String>;

static ENGLISH: LazyLock<Messages> =
    LazyLock::new(|| parse(include_str!("../../ui/messages/en.json")));
static CHINESE: LazyLock<Messages> =
    LazyLock::new(|| parse(include_str!("../../ui/messages/zh-CN.json")));

/// What the shell says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// Opens the window.
    Open,
    /// Copies the base URL.
    CopyAddress,
    /// Pauses the gateway.
    Pause,
    /// Resumes it.
    Resume,
    /// Ends the app.
    Quit,
    /// The gateway starts.
    Starting,
    /// It answers.
    Running,
    /// It answers, but has no keys.
    NoKeys,
    /// Paused by the user.
    Paused,
    /// Another program has the port.
    PortTaken,
    /// It cannot listen.
    Failed,
    /// It ends.
    Stopping,
    /// Title of the dialog when the app cannot start.
    StartFailed,
}

impl Text {
    fn key(self) -> &'static str {
        match self {
            Self::Open => "tray_open",
            Self::CopyAddress => "tray_copy_address",
            Self::Pause => "tray_pause",
            Self::Resume => "tray_resume",
            Self::Quit => "tray_quit",
            Self::Starting => "gateway_starting",
            Self::Running => "gateway_running",
            Self::NoKeys => "gateway_no_keys",
            Self::Paused => "gateway_paused",
            Self::PortTaken => "gateway_port_taken",
            Self::Failed => "gateway_failed",
            Self::Stopping => "gateway_stopping",
            Self::StartFailed => "tray_start_failed",
        }
    }
}

/// The text in this language; its key when a translation is missing.
pub(crate) fn text(language: Language, text: Text) -> &'static str {
    let messages: &'static Messages = if speaks_chinese(language) {
        &CHINESE
    } else {
        &ENGLISH
    };
    messages.get(text.key()).map_or(text.key(), String::as_str)
}

fn speaks_chinese(language: Language) -> bool {
    match language {
        Language::ZhCn => true,
        Language::En => false,
        Language::System => sys_locale::get_locale()
            .is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh")),
    }
}

/// A file of another form would be found by the tests; here it costs the words only.
fn parse(json: &str) -> Messages {
    let parsed = serde_json::from_str::<HashMap<String, serde_json::Value>>(json);
    parsed
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(key, value)| match value {
            serde_json::Value::String(text) => Some((key, text)),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
