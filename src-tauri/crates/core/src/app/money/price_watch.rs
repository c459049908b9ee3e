//! Prices that another process has written, or the user with an editor: taken up
//! within a second, without a restart.
//!
//! A file that cannot be used changes nothing: the prices in force stay, and the
//! log says why, once for each version of the file.

use std::sync::Mutex;
use std::time::SystemTime;

use flowkeep_contract::Topic;

use super::price_file::PriceFile;
use crate::app::{App, error::chain, locked};

/// What tells a version of the file from the one before: two versions of one size
/// within one tick of the disk's clock (some milliseconds) are taken for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

/// The version of the file that was looked at last; nothing while there is none.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Option<Stamp>>);

impl Seen {
    /// Takes note of the file as it is now; true when it is not the one seen last.
    pub(super) fn look(&self, file: &PriceFile) -> bool {
        let now = stamp(file);
        std::mem::replace(&mut *locked(&self.0), now) != now
    }
}

/// A file that cannot be looked at counts as none; reading it tells why.
fn stamp(file: &PriceFile) -> Option<Stamp> {
    let found = std::fs::symlink_metadata(file.path()).ok()?;
    Some(Stamp {
        modified: found.modified().ok()?,
        bytes: found.len(),
    })
}

impl App {
    /// Takes up a `prices.toml` that is not the one seen last. Costs one look at
    /// the folder while nothing has changed; made to be polled. Blocks.
    pub(in crate::app) fn follow_prices(&self) {
        let ledger = &self.0.ledger;
        // Not while this process writes it, or the older table could win.
        let _edit = locked(&ledger.edits);
        if !ledger.seen.look(&ledger.file) {
            return;
        }
        match ledger.read_again() {
            Ok(warning) => {
                if let Some(warning) = warning {
                    tracing::warn!("{warning}");
                }
                self.changed(&[Topic::Settings]);
            }
            Err(error) => {
                let why = chain(&error);
                tracing::warn!("{why}; the prices that were in force stay");
            }
        }
    }
}

#[cfg(test)]
mod tests;
