//! `prices.toml`: the user's own prices, written as a whole.
//!
//! Rows have the form of the shipped `data/prices.json`, as `[[rows]]`. A damaged
//! file is never overwritten: it is kept as `prices.toml.damaged`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::price::{PriceError, PriceRow};
use crate::private;

const NAME: &str = "prices.toml";
const DAMAGED: &str = "prices.toml.damaged";
const FIRST_LINES: &str = "# Prices of your own. Where one holds, it goes before those that came with Flowkeep.\n\
    # Amounts are texts, per million tokens, picture, clip, 1,000 bytes or second.\n\n";

/// Why the user's prices cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PriceFileError {
    /// The file cannot be read or written.
    #[error("{action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no TOML of the expected form.
    #[error("{path} is not usable: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line and fault.
        reason: String,
    },
    /// A row cannot be meant, or two contradict each other.
    #[error("{path} is not usable")]
    Rows {
        /// The file.
        path: PathBuf,
        /// Which.
        #[source]
        source: PriceError,
    },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    rows: Vec<PriceRow>,
}

#[derive(Serialize)]
struct ToWrite<'a> {
    rows: &'a [PriceRow],
}

/// The file in a data folder.
#[derive(Clone, Debug)]
pub(super) struct PriceFile {
    path: PathBuf,
    damaged: PathBuf,
}

impl PriceFile {
    pub(super) fn in_folder(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(NAME),
            damaged: data_dir.join(DAMAGED),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The rows; none when there is no file.
    ///
    /// # Errors
    /// Names the line that cannot be read.
    pub(super) fn read(&self) -> Result<Vec<PriceRow>, PriceFileError> {
        let bytes = private::read(&self.path).map_err(|error| self.failed("read", error))?;
        let Some(bytes) = bytes else {
            return Ok(Vec::new());
        };
        // Broken UTF-8 is no TOML: the parser then says where.
        let text = String::from_utf8_lossy(&bytes);
        let written: Written = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            PriceFileError::Malformed {
                path: self.path.clone(),
                reason: format!("line {line}: {}", error.message().replace('\n', " ")),
            }
        })?;
        Ok(written.rows)
    }

    /// Replaces the rows.
    ///
    /// # Errors
    /// When the file cannot be written; then the old one stands.
    pub(super) fn save(&self, rows: &[PriceRow]) -> Result<(), PriceFileError> {
        if matches!(self.read(), Err(PriceFileError::Malformed { .. })) {
            let kept = std::fs::rename(&self.path, &self.damaged);
            kept.map_err(|error| self.failed("set aside", error))?;
            tracing::warn!(file = %self.damaged.display(), "kept the damaged prices here");
        }
        let text =
            toml::to_string(&ToWrite { rows }).map_err(|error| PriceFileError::Malformed {
                path: self.path.clone(),
                reason: error.to_string(),
            })?;
        let text = format!("{FIRST_LINES}{text}");
        private::replace(&self.path, text.as_bytes()).map_err(|error| self.failed("write", error))
    }

    fn failed(&self, action: &'static str, source: std::io::Error) -> PriceFileError {
        PriceFileError::Io {
            action,
            path: self.path.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests;
