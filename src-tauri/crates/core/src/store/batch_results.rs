//! Which files batches wrote, and which of these were counted.

use std::sync::Arc;

use rusqlite::{Row, named_params};

use super::{Store, StoreError};

/// The vendor keeps a result for a month (API reference §2.14); after this,
/// nobody asks for one any more, in milliseconds.
const LIFE_MS: i64 = 400 * 24 * 3_600_000;
/// No account has so many.
const MOST: i64 = 100_000;

const SELECT_NEWEST: &str = "SELECT file_id, batch_created_ms, counted_at_ms
    FROM batch_results ORDER BY noted_at_ms DESC LIMIT :most";
// Nothing makes a counted file uncounted.
const PUT: &str = "INSERT INTO batch_results
    (file_id, batch_created_ms, counted_at_ms, noted_at_ms)
    VALUES (:file, :created, :counted, :now)
    ON CONFLICT (file_id) DO UPDATE SET
        batch_created_ms = coalesce(excluded.batch_created_ms, batch_created_ms),
        counted_at_ms = coalesce(counted_at_ms, excluded.counted_at_ms)";
const DELETE_OLD: &str = "DELETE FROM batch_results WHERE noted_at_ms < :before";

/// A file that a batch wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchResult {
    /// The vendor's id of it.
    pub file: Arc<str>,
    /// When the batch was made, in Unix milliseconds, when that is known.
    pub batch_created_ms: Option<i64>,
    /// When what stands in it was counted, in Unix milliseconds.
    pub counted_at_ms: Option<i64>,
}

impl BatchResult {
    /// A file of which nothing else is known.
    #[must_use]
    pub fn of(file: &str) -> Self {
        Self {
            file: file.into(),
            batch_created_ms: None,
            counted_at_ms: None,
        }
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<BatchResult> {
    Ok(BatchResult {
        file: row.get("file_id")?,
        batch_created_ms: row.get("batch_created_ms")?,
        counted_at_ms: row.get("counted_at_ms")?,
    })
}

impl Store {
    /// The files of batches that are known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn batch_results(&self) -> Result<Vec<BatchResult>, StoreError> {
        self.read("list results of batches", |connection| {
            connection
                .prepare_cached(SELECT_NEWEST)?
                .query_map(named_params! { ":most": MOST }, row)?
                .collect()
        })
    }

    /// Writes down what is known of these, and forgets those of long ago.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_batch_results(&self, results: &[BatchResult]) -> Result<(), StoreError> {
        let now = self.now_ms();
        self.write("write down results of batches", |tx| {
            let mut put = tx.prepare_cached(PUT)?;
            for one in results {
                put.execute(named_params! {
                    ":file": &*one.file,
                    ":created": one.batch_created_ms,
                    ":counted": one.counted_at_ms,
                    ":now": now,
                })?;
            }
            tx.prepare_cached(DELETE_OLD)?
                .execute(named_params! { ":before": now - LIFE_MS })?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
