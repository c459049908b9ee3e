//! `prices.toml`: the user's own prices, written as a whole.
//!
//! Rows have the form of the shipped `data/prices.json`, as `[[rows]]`. Rows that
//! cannot be used stay in the file when others are replaced, and a file that is no
//! TOML is kept as `prices.toml.damaged`. Comments stay ([`super::price_document`]).
//! Who changes the file holds `prices.lock` from reading it until it is written, so
//! that two processes do not undo each other's changes.

use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::own_rows::OwnRows;
use super::price_document::{PriceDocument, UnwritableRow};
use crate::price::PriceRow;
use crate::private;

const NAME: &str = "prices.toml";
const DAMAGED: &str = "prices.toml.damaged";
const LOCK: &str = "prices.lock";
/// How long another process may take to change the file.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at the lock.
const POLL: Duration = Duration::from_millis(10);
/// Bytes of a digest that tell two versions of the file apart.
const REVISION: usize = 8;

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
    /// Another process changes it and does not finish.
    #[error("another Flowkeep keeps {path} locked; end it and try again")]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// A row cannot be written.
    #[error("write {path}")]
    Row {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: UnwritableRow,
    },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    rows: Vec<toml::Value>,
}

/// Held while the file is changed; dropping it gives the lock free.
#[derive(Debug)]
pub(super) struct PriceLock {
    _file: File,
}

/// The file at one look.
pub(super) struct Found {
    /// Tells this version of the file from others.
    pub(super) revision: Arc<str>,
    /// Its rows, each by itself; none when there is no file.
    pub(super) own: Result<OwnRows, PriceFileError>,
}

/// The file in a data folder.
#[derive(Clone, Debug)]
pub(super) struct PriceFile {
    path: PathBuf,
    damaged: PathBuf,
    lock: PathBuf,
}

impl PriceFile {
    pub(super) fn in_folder(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(NAME),
            damaged: data_dir.join(DAMAGED),
            lock: data_dir.join(LOCK),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it. Who wants to change it afterwards holds [`Self::lock`].
    pub(super) fn look(&self) -> Found {
        match private::read(&self.path) {
            Ok(bytes) => {
                let bytes = bytes.as_ref().map(|bytes| &bytes[..]);
                Found {
                    revision: revision(bytes),
                    own: bytes.map_or_else(|| Ok(OwnRows::default()), |bytes| self.parse(bytes)),
                }
            }
            Err(error) => Found {
                revision: "unreadable".into(),
                own: Err(self.failed("read", error)),
            },
        }
    }

    /// # Errors
    /// Names the line from which on it is no TOML.
    fn parse(&self, bytes: &[u8]) -> Result<OwnRows, PriceFileError> {
        // Broken UTF-8 is no TOML: the parser then says where.
        let text = String::from_utf8_lossy(bytes);
        let written: Written = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let message = error.message().replace('\n', " ");
            self.malformed(format!("line {line}: {message}"))
        })?;
        Ok(OwnRows::read(written.rows))
    }

    /// Waits for other processes that change the file.
    ///
    /// # Errors
    /// When one does not finish, or there can be no lock.
    pub(super) fn lock(&self) -> Result<PriceLock, PriceFileError> {
        let failed = |source| PriceFileError::Io {
            action: "lock",
            path: self.lock.clone(),
            source,
        };
        let file = private::open_or_create(&self.lock).map_err(failed)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(PriceLock { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(POLL);
                }
                Err(TryLockError::WouldBlock) => {
                    let path = self.lock.clone();
                    return Err(PriceFileError::Locked { path });
                }
                // Some network drives have no locks; changes are rare.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(PriceLock { _file: file });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// Replaces the rows that can be used. Needs the [`PriceLock`].
    ///
    /// # Errors
    /// When the file cannot be written; then the old one stands.
    pub(super) fn save(&self, rows: &[PriceRow], _: &PriceLock) -> Result<(), PriceFileError> {
        let bytes = private::read(&self.path).map_err(|error| self.failed("read", error))?;
        let bytes = bytes.as_ref().map_or(&[][..], |bytes| &bytes[..]);
        let (document, mut own) = if let Ok(apart) = self.apart(bytes) {
            apart
        } else {
            self.set_aside()?;
            (PriceDocument::default(), OwnRows::default())
        };
        own.over_the_shipped();
        let kept = own.refused_beside(rows);
        if !kept.is_empty() {
            let count = kept.len();
            tracing::warn!(
                count,
                "rows of prices.toml that cannot be used were left in it"
            );
        }
        let places: Vec<_> = rows.iter().map(|row| (row, own.place_of(row))).collect();
        let text = document.with(&places, &kept);
        let text = text.map_err(|source| PriceFileError::Row {
            path: self.path.clone(),
            source,
        })?;
        private::replace(&self.path, text.as_bytes()).map_err(|error| self.failed("write", error))
    }

    /// The text and the rows of a file.
    fn apart(&self, bytes: &[u8]) -> Result<(PriceDocument, OwnRows), PriceFileError> {
        let own = self.parse(bytes)?;
        let document = PriceDocument::read(&String::from_utf8_lossy(bytes));
        let document = document.map_err(|error| self.malformed(error.message().to_owned()))?;
        let tables = document.ok_or_else(|| self.malformed("rows: no tables".to_owned()))?;
        Ok((tables, own))
    }

    fn set_aside(&self) -> Result<(), PriceFileError> {
        let kept = std::fs::rename(&self.path, &self.damaged);
        kept.map_err(|error| self.failed("set aside", error))?;
        tracing::warn!(file = %self.damaged.display(), "kept the damaged prices here");
        Ok(())
    }

    fn malformed(&self, reason: String) -> PriceFileError {
        PriceFileError::Malformed {
            path: self.path.clone(),
            reason,
        }
    }

    fn failed(&self, action: &'static str, source: std::io::Error) -> PriceFileError {
        PriceFileError::Io {
            action,
            path: self.path.clone(),
            source,
        }
    }
}

/// A name for this version of the file.
fn revision(bytes: Option<&[u8]>) -> Arc<str> {
    let Some(bytes) = bytes else {
        return "none".into();
    };
    let digest = Sha256::digest(bytes);
    let hex = |mut text: String, byte: &u8| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    };
    digest.iter().take(REVISION).fold(String::new(), hex).into()
}

#[cfg(test)]
mod tests;
