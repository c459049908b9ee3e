//! `prices.toml`: the user's own prices, written as a whole.
//!
//! Rows have the form of the shipped `data/prices.json`, as `[[rows]]`. Rows that
//! cannot be used stay in the file when others are replaced, and a file that is no
//! TOML is kept as `prices.toml.damaged`. Comments are not kept by a save.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::own_rows::OwnRows;
use crate::price::PriceRow;
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
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    rows: Vec<toml::Value>,
}

#[derive(Serialize)]
struct ToWrite {
    rows: Vec<toml::Value>,
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

    /// The rows, each by itself; none when there is no file.
    ///
    /// # Errors
    /// Names the line from which on it is no TOML.
    pub(super) fn read(&self) -> Result<OwnRows, PriceFileError> {
        let bytes = private::read(&self.path).map_err(|error| self.failed("read", error))?;
        let Some(bytes) = bytes else {
            return Ok(OwnRows::default());
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
        Ok(OwnRows::read(written.rows))
    }

    /// Replaces the rows that can be used.
    ///
    /// # Errors
    /// When the file cannot be written; then the old one stands.
    pub(super) fn save(&self, rows: &[PriceRow]) -> Result<(), PriceFileError> {
        let refused = match self.read() {
            Ok(mut own) => {
                own.over_the_shipped();
                own.refused_beside(rows)
            }
            Err(PriceFileError::Malformed { .. }) => {
                let kept = std::fs::rename(&self.path, &self.damaged);
                kept.map_err(|error| self.failed("set aside", error))?;
                tracing::warn!(file = %self.damaged.display(), "kept the damaged prices here");
                Vec::new()
            }
            Err(error @ PriceFileError::Io { .. }) => return Err(error),
        };
        if !refused.is_empty() {
            let count = refused.len();
            tracing::warn!(
                count,
                "rows of prices.toml that cannot be used were left in it"
            );
        }
        let unwritable = |error: toml::ser::Error| PriceFileError::Malformed {
            path: self.path.clone(),
            reason: error.to_string(),
        };
        let rows = rows.iter().map(toml::Value::try_from);
        let rows = rows
            .chain(refused.into_iter().map(Ok))
            .collect::<Result<_, _>>();
        let rows = rows.map_err(unwritable)?;
        let text = toml::to_string(&ToWrite { rows }).map_err(unwritable)?;
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
