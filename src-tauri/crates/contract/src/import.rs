//! Importing keys: what is sent, and what becomes of each line.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::SiteName;

/// Keys as text: `key [label] [account=…] [site=…] [balance=…] [weight=…]` per
/// line, CSV with a header, or JSON.
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

impl ImportOutcome {
    /// Whether the key is not added although it is not there.
    #[must_use]
    pub const fn is_rejection(self) -> bool {
        matches!(self, Self::Malformed | Self::Unauthorized)
    }
}

/// Why a line got its outcome, for a text in the user's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportReason {
    /// It does not begin with `sk-`.
    Prefix,
    /// Too short or too long for a key.
    Length,
    /// It has characters that no key has.
    Character,
    /// An entry without a key.
    NoKey,
    /// No valid JSON.
    Unreadable,
    /// `site` is none.
    Site,
    /// `balance` is no amount.
    Balance,
    /// `weight` is not 0 to 1000.
    Weight,
    /// Its account lives at another site.
    SiteConflict,
    /// No site that was asked knows the key (401).
    Refused,
    /// The upstream could not be asked.
    Unanswered,
    /// Nobody was asked.
    NotChecked,
}

/// One line of the report; lines that are blank or comments are left out.
/// A line with several keys stands once per key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportLine {
    /// Line number, from 1; in JSON and databases the number of the entry.
    pub line: u32,
    /// `sk-…` and the last four characters, or the start of a malformed word.
    pub masked: String,
    /// The user's name for the key, if one was given.
    pub label: Option<String>,
    /// Account that was named.
    pub account: Option<String>,
    /// Where the key is used; absent when it is the upstream of the settings.
    pub site: Option<SiteName>,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// Why.
    pub reason: Option<ImportReason>,
    /// Why, in English and with details.
    pub message: Option<String>,
}

/// The outcome of an import, or of its dry run.
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
    /// Recorded calls of an older pool taken over.
    pub calls: u32,
    /// Undoes the import for 30 seconds; absent when nothing was added.
    pub undo: Option<String>,
}

/// What an import is made of, as found out from its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// A key per line.
    #[default]
    Lines,
    /// CSV with a header.
    Csv,
    /// JSON.
    Json,
    /// The database of an older pool.
    OlderPool,
}

/// What is to be imported; nothing is added yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PreviewImportRequest {
    /// Pasted text, at most 16 MiB.
    #[serde(default)]
    #[ts(optional)]
    pub text: Option<String>,
    /// A file in Base64, at most 24 MiB of it; goes before `text`.
    #[serde(default)]
    #[ts(optional)]
    pub file: Option<String>,
    /// Ask `GET /models` with each key.
    #[serde(default = "yes")]
    pub validate: bool,
}

impl std::fmt::Debug for PreviewImportRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = |text: &Option<String>| text.as_ref().map(String::len);
        f.debug_struct("PreviewImportRequest")
            .field("text", &bytes(&self.text))
            .field("file", &bytes(&self.file))
            .field("validate", &self.validate)
            .finish()
    }
}

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    /// Carries it out with `confirm_import`, within ten minutes.
    pub preview: String,
    /// How it was read.
    pub format: ImportFormat,
    /// What would become of each line.
    pub report: ImportReport,
    /// Recorded calls of an older pool in it.
    pub calls: u32,
}

/// Carries out what was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmImportRequest {
    /// From the preview.
    pub preview: String,
    /// Add keys that the upstream answered with 401 as well.
    #[serde(default)]
    pub force: bool,
    /// Take the recorded calls of an older pool over as well.
    #[serde(default)]
    pub history: bool,
}

/// Takes an import back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UndoImportRequest {
    /// From the report.
    pub undo: String,
}

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoImportReport {
    /// Keys removed.
    pub removed: u32,
    /// Recorded calls removed.
    pub calls: u32,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportProgress {
    /// Keys checked.
    pub done: u32,
    /// Keys to check.
    pub total: u32,
}
