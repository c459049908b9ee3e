//! Importing keys: reading the text, checking, adding.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use flowkeep_contract::{
    ApiError, ErrorCode, Event, ImportKeysRequest, ImportLine, ImportOutcome, ImportProgress,
    ImportReport, Topic,
};
use futures_util::StreamExt as _;

use super::App;
use super::probe::{Probed, probe};
use crate::model::{ApiKey, Condition, Fingerprint, KeyId, KeyState, MalformedKey};
use crate::store::NewKey;
use crate::upstream::redact::redact;

const MAX_TEXT: usize = 16 * 1024 * 1024;
const MAX_LABEL: usize = 120;
const MAX_REPORTED: usize = 1000;
/// Keys asked about at the same time: few enough not to look like an attack.
const PROBES_AT_ONCE: usize = 8;

/// A well-formed line of an import.
#[derive(Clone, Debug)]
pub struct ImportEntry {
    /// Line number, from 1.
    pub line: u32,
    /// The key.
    pub key: ApiKey,
    /// Its label, if one was given.
    pub label: Option<String>,
}

/// A line that is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportEntryError {
    /// Line number, from 1.
    pub line: u32,
    /// The beginning of the word, without what could be a secret.
    pub masked: String,
    /// What is wrong with it.
    pub reason: MalformedKey,
}

/// Reads `key [label]` lines with any separator, and lines of keys only; blank
/// lines and `#` comments are skipped.
#[must_use]
pub fn read_lines(text: &str) -> Vec<Result<ImportEntry, ImportEntryError>> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .zip(1_u32..)
        .flat_map(|(content, line)| read_line(content, line))
        .collect()
}

fn read_line(content: &str, line: u32) -> Vec<Result<ImportEntry, ImportEntryError>> {
    let separates =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '"' | '\'' | '，' | '；');
    let content = content.trim_matches(separates);
    if content.is_empty() || content.starts_with('#') {
        return Vec::new();
    }
    let words = content.split(separates).filter(|word| !word.is_empty());
    let keys: Option<Vec<_>> = words.map(|word| ApiKey::parse(word).ok()).collect();
    if let Some(keys) = keys {
        let entry = |key| ImportEntry {
            line,
            key,
            label: None,
        };
        return keys.into_iter().map(|key| Ok(entry(key))).collect();
    }
    let (word, rest) = content.split_once(separates).unwrap_or((content, ""));
    // Labels are stored and shown as they are: no place for a second key (S17).
    let label: String = redact(rest.trim_matches(separates), &[])
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_LABEL)
        .collect();
    vec![match ApiKey::parse(word) {
        Ok(key) => Ok(ImportEntry {
            line,
            key,
            label: (!label.is_empty()).then_some(label),
        }),
        Err(reason) => Err(ImportEntryError {
            line,
            masked: mask_word(word),
            reason,
        }),
    }]
}

/// A malformed word may still be most of a key, so only its start is shown.
fn mask_word(word: &str) -> String {
    let start: String = word.chars().filter(|c| !c.is_control()).take(6).collect();
    if word.chars().count() > 6 {
        format!("{start}…")
    } else {
        start
    }
}

fn mask_key(key: &ApiKey) -> String {
    format!("sk-…{}", key.last_four())
}

impl App {
    /// Adds the keys of a text. Lines are judged one by one; what is added is in
    /// the vault and the database when this returns.
    ///
    /// # Errors
    /// When there is nothing to import, another import runs, or vault or
    /// database refuse; then no key was added.
    pub async fn import_keys(&self, request: ImportKeysRequest) -> Result<ImportReport, ApiError> {
        if request.text.len() > MAX_TEXT {
            return Err(ApiError::new(
                ErrorCode::ImportTooLarge,
                format!("an import has at most {} MiB", MAX_TEXT >> 20),
            ));
        }
        let Ok(_one_at_a_time) = self.0.importing.try_lock() else {
            return Err(ApiError::new(
                ErrorCode::ImportRunning,
                "another import is running",
            ));
        };
        let lines = read_lines(&request.text);
        if lines.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NothingToImport,
                "no key in this text",
            ));
        }
        let known = self
            .blocking(|app| Ok(app.0.store.known_fingerprints()?))
            .await?;
        let mut tally = Tally::default();
        let fresh = tally.sort_out(lines, &known);
        let checked = self.check_all(fresh, request.validate).await;
        let accepted = tally.judge(checked, request.force);
        self.add_keys(accepted).await?;
        Ok(tally.into_report())
    }

    /// Asks about each key, a few at a time, and tells how far it is.
    async fn check_all(
        &self,
        entries: Vec<ImportEntry>,
        validate: bool,
    ) -> Vec<(ImportEntry, Probed)> {
        if !validate {
            let unasked = || Probed::Unanswered("not checked".to_owned());
            return entries
                .into_iter()
                .map(|entry| (entry, unasked()))
                .collect();
        }
        let total = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let upstream = self.upstream();
        let mut checked = Vec::with_capacity(entries.len());
        let mut probes = futures_util::stream::iter(entries.into_iter().map(|entry| {
            let upstream = Arc::clone(&upstream);
            async move {
                let probed = probe(&upstream, &entry.key).await;
                (entry, probed)
            }
        }))
        .buffered(PROBES_AT_ONCE);
        self.emit(Event::ImportProgress(ImportProgress { done: 0, total }));
        while let Some(one) = probes.next().await {
            checked.push(one);
            let done = u32::try_from(checked.len()).unwrap_or(u32::MAX);
            self.emit(Event::ImportProgress(ImportProgress { done, total }));
        }
        checked
    }

    /// Vault first, then the database: a key without a row is harmless, a row
    /// without a key would be a key that the user believes to have.
    async fn add_keys(&self, accepted: Vec<Accepted>) -> Result<(), ApiError> {
        if accepted.is_empty() {
            return Ok(());
        }
        self.blocking(move |app| {
            let secrets: Vec<_> = accepted
                .iter()
                .map(|key| (key.id.clone(), key.entry.key.clone()))
                .collect();
            let bundles = app.0.vault.add(&secrets)?;
            let bundles: HashMap<KeyId, u32> = bundles.into_iter().collect();
            let site = app.upstream().base().to_owned();
            let rows: Vec<_> = accepted
                .iter()
                .map(|key| key.row(bundles.get(&key.id).copied().unwrap_or(0), &site))
                .collect();
            if let Err(error) = app.0.store.insert_keys(&rows) {
                let ids: Vec<_> = secrets.into_iter().map(|(id, _)| id).collect();
                if let Err(left) = app.0.vault.remove(&ids) {
                    tracing::warn!(error = %left, "secrets of a failed import stay in the vault");
                }
                return Err(error.into());
            }
            app.reload_pool()
        })
        .await?;
        self.changed(&[Topic::Keys, Topic::Status]);
        Ok(())
    }
}

/// A key that will be added.
struct Accepted {
    id: KeyId,
    entry: ImportEntry,
    state: KeyState,
    condition: Option<Condition>,
}

impl Accepted {
    fn row(&self, bundle: u32, site: &str) -> NewKey {
        let last_four = self.entry.key.last_four().to_owned();
        NewKey {
            key_id: self.id.clone(),
            label: self
                .entry
                .label
                .clone()
                .unwrap_or_else(|| format!("…{last_four}")),
            account_label: None,
            site: site.to_owned(),
            fingerprint: self.entry.key.fingerprint(),
            last_four,
            bundle,
            state: self.state,
            condition: self.condition.clone(),
        }
    }
}

/// Collects what becomes of each line.
#[derive(Default)]
struct Tally {
    report: ImportReport,
}

impl Tally {
    /// Takes out what is malformed, known or there twice.
    fn sort_out(
        &mut self,
        lines: Vec<Result<ImportEntry, ImportEntryError>>,
        known: &HashSet<Fingerprint>,
    ) -> Vec<ImportEntry> {
        let mut seen = HashSet::new();
        let mut fresh = Vec::new();
        for line in lines {
            match line {
                Err(error) => {
                    let message = Some(error.reason.to_string());
                    self.note(error.line, error.masked, ImportOutcome::Malformed, message);
                }
                Ok(entry) if known.contains(&entry.key.fingerprint()) => {
                    self.note(entry.line, mask_key(&entry.key), ImportOutcome::Known, None);
                }
                Ok(entry) if !seen.insert(entry.key.fingerprint()) => {
                    let masked = mask_key(&entry.key);
                    self.note(entry.line, masked, ImportOutcome::Duplicate, None);
                }
                Ok(entry) => fresh.push(entry),
            }
        }
        fresh
    }

    fn judge(&mut self, checked: Vec<(ImportEntry, Probed)>, force: bool) -> Vec<Accepted> {
        let mut accepted = Vec::with_capacity(checked.len());
        for (entry, probed) in checked {
            let masked = mask_key(&entry.key);
            let (outcome, state, message) = match probed {
                Probed::Known => (ImportOutcome::Added, KeyState::Usable, None),
                Probed::Unanswered(why) => (
                    ImportOutcome::AddedUnchecked,
                    KeyState::Unchecked,
                    Some(why),
                ),
                Probed::Unknown => {
                    let why = "the upstream does not know this key (401); a key of the other \
                               site looks like this too";
                    let outcome = if force {
                        ImportOutcome::AddedUnauthorized
                    } else {
                        ImportOutcome::Unauthorized
                    };
                    (outcome, KeyState::Unauthorized, Some(why.to_owned()))
                }
            };
            self.note(entry.line, masked, outcome, message.clone());
            if outcome != ImportOutcome::Unauthorized {
                accepted.push(Accepted {
                    id: KeyId::generate(),
                    entry,
                    state,
                    condition: message.map(|text| Condition {
                        text,
                        ..Condition::default()
                    }),
                });
            }
        }
        accepted
    }

    fn note(&mut self, line: u32, masked: String, outcome: ImportOutcome, message: Option<String>) {
        let report = &mut self.report;
        match outcome {
            ImportOutcome::Added | ImportOutcome::AddedUnauthorized => report.added += 1,
            ImportOutcome::AddedUnchecked => {
                report.added += 1;
                report.unchecked += 1;
            }
            ImportOutcome::Known | ImportOutcome::Duplicate => report.known += 1,
            ImportOutcome::Malformed | ImportOutcome::Unauthorized => report.rejected += 1,
        }
        report.lines.push(ImportLine {
            line,
            masked,
            outcome,
            message,
        });
    }

    /// Rejected lines first; they are what the user must look at.
    fn into_report(mut self) -> ImportReport {
        let rejected = |line: &ImportLine| {
            matches!(
                line.outcome,
                ImportOutcome::Malformed | ImportOutcome::Unauthorized
            )
        };
        self.report
            .lines
            .sort_by_key(|line| (!rejected(line), line.line));
        let left_out = self.report.lines.len().saturating_sub(MAX_REPORTED);
        self.report.lines.truncate(MAX_REPORTED);
        self.report.lines_left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
        self.report
    }
}

#[cfg(test)]
mod tests;
