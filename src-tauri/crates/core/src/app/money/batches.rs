//! What a batch cost: told by the file of its results while that passes.
//!
//! Each line is priced by itself, at what a batch pays (half, as a rule), by the
//! prices that held when the batch was made, where that is known, else by those of
//! now. A file is counted once, and only when all of it has passed: what is asked
//! for in parts, broken off or asked for again counts nothing. The record of the
//! download has the sums; of several models it names the one with the most tokens.
//! What is not seen here, because the result lies at an address of the storage, is
//! not known.

mod takings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

pub(in crate::app) use self::takings::{Takings, Total};

use crate::app::relay::Call;
use crate::app::{App, locked};
use crate::model::{AccountId, Route};
use crate::store::BatchResult;

/// The files that batches wrote, as far as they are known.
#[derive(Debug, Default)]
pub(in crate::app) struct BatchResults(Mutex<Files>);

#[derive(Debug, Default)]
struct Files {
    known: HashMap<Arc<str>, BatchResult>,
    /// What does not stand in the database yet.
    unsaved: Vec<Arc<str>>,
}

impl Files {
    /// Changes what is known of a file; `true` when that is news.
    fn change(&mut self, file: &str, change: impl FnOnce(&mut BatchResult)) -> bool {
        let before = self.known.get(file);
        let mut result = before.cloned().unwrap_or_else(|| BatchResult::of(file));
        change(&mut result);
        if before == Some(&result) {
            return false;
        }
        let file = Arc::clone(&result.file);
        self.unsaved.push(Arc::clone(&file));
        self.known.insert(file, result);
        true
    }
}

impl BatchResults {
    /// A batch that was made then, in Unix milliseconds, wrote this file; `true`
    /// when that is news.
    pub(in crate::app) fn note(&self, file: &str, batch_created_ms: i64) -> bool {
        locked(&self.0).change(file, |result| {
            result.batch_created_ms = Some(batch_created_ms);
        })
    }

    /// When the batch was made that wrote this file.
    fn batch_created_ms(&self, file: &str) -> Option<i64> {
        locked(&self.0).known.get(file)?.batch_created_ms
    }

    /// Whether what stands in the file is still to be counted, which it is not from
    /// now on.
    fn claim(&self, file: &str, now_ms: i64) -> bool {
        let mut files = locked(&self.0);
        let is_counted = |result: &BatchResult| result.counted_at_ms.is_some();
        if files.known.get(file).is_some_and(is_counted) {
            return false;
        }
        files.change(file, |result| result.counted_at_ms = Some(now_ms));
        true
    }

    /// Takes what the database says. What could not be written stays.
    pub(in crate::app) fn load(&self, rows: Vec<BatchResult>) {
        let mut files = locked(&self.0);
        for row in rows {
            let known = files.known.entry(Arc::clone(&row.file));
            known.or_insert(row);
        }
    }

    /// What does not stand in the database yet.
    pub(in crate::app) fn unsaved(&self) -> Vec<BatchResult> {
        let files = locked(&self.0);
        let known = |file: &Arc<str>| files.known.get(file).cloned();
        files.unsaved.iter().filter_map(known).collect()
    }

    /// These stand in the database now.
    pub(in crate::app) fn saved(&self, written: &[BatchResult]) {
        let mut files = locked(&self.0);
        let Files { known, unsaved } = &mut *files;
        unsaved.retain(|file| !written.iter().any(|row| known.get(file) == Some(row)));
    }
}

impl App {
    /// The files that batches wrote.
    pub(in crate::app) fn batch_results(&self) -> &BatchResults {
        &self.0.ledger.results
    }

    /// What is needed to count the results that an answer may have; `None` where
    /// it is no whole file.
    pub(in crate::app) fn takings(
        &self,
        call: &Call,
        status: StatusCode,
        account: &AccountId,
    ) -> Option<Box<Takings>> {
        let Route::FileContent(file) = &call.route else {
            return None;
        };
        if call.method != Method::GET || status != StatusCode::OK {
            return None;
        }
        let file = percent_decode_str(file).decode_utf8_lossy();
        let file = file.trim();
        let created_ms = self.batch_results().batch_created_ms(file);
        let at_ms = created_ms.unwrap_or_else(|| self.now().unix_ms);
        let site = self.site_of(account);
        Some(Box::new(Takings::of(file, self.prices(), (site, at_ms))))
    }

    /// What the results of a file come to that has passed as a whole; `None` when
    /// it has none, or was counted before.
    pub(in crate::app) fn count_results(&self, takings: Takings) -> Option<Total> {
        let file = Arc::clone(takings.file());
        let total = takings.total()?;
        if !self.batch_results().claim(&file, self.now().unix_ms) {
            return None;
        }
        // Nothing waits for the disk on the way of a request.
        if tokio::runtime::Handle::try_current().is_ok() {
            let app = self.clone();
            self.0.tasks.spawn(async move {
                if let Err(error) = app.blocking(Self::save_batch_results).await {
                    tracing::warn!(%error, "a batch that was counted may be counted again after a restart");
                }
            });
        }
        Some(total)
    }

    /// Writes down what became known of files of results. Blocks.
    pub(in crate::app) fn save_batch_results(&self) -> Result<(), flowkeep_contract::ApiError> {
        let unsaved = self.batch_results().unsaved();
        if !unsaved.is_empty() {
            self.0.store.put_batch_results(&unsaved)?;
            self.batch_results().saved(&unsaved);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
