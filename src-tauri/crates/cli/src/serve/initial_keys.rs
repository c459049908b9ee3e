//! `FLOWKEEP_KEYS`: keys that are added at the start.
//!
//! They are added unchecked, so that an upstream that is down cannot hold the
//! start up; the first request with a key tells what it is worth.

use flowkeep_contract::{ImportKeysRequest, ImportOutcome};
use flowkeep_core::app::App;
use secrecy::{ExposeSecret as _, SecretString};

/// Adds the keys that are new. Trouble is logged and does not stop the start.
pub(super) async fn add(app: &App, keys: Option<&SecretString>) {
    let Some(text) = keys.map(|keys| one_per_line(keys.expose_secret())) else {
        return;
    };
    if text.is_empty() {
        return;
    }
    let request = ImportKeysRequest {
        text,
        validate: false,
        force: false,
    };
    let report = match app.import_keys(request).await {
        Ok(report) => report,
        Err(error) => {
            tracing::warn!(%error, "the keys of FLOWKEEP_KEYS were not added");
            return;
        }
    };
    for line in &report.lines {
        if line.outcome == ImportOutcome::Malformed {
            let reason = line.message.as_deref().unwrap_or_default();
            tracing::warn!(word = %line.masked, reason, "FLOWKEEP_KEYS has a word that is no key");
        }
    }
    let (added, known) = (report.added, report.known);
    tracing::info!(added, known, "took the keys of FLOWKEEP_KEYS");
}

/// Commas and blanks separate keys there, so a key has no label.
fn one_per_line(keys: &str) -> String {
    keys.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests;
