//! Keeping the log within its limits, and clearing it. The sums stay: what was
//! used was used (D11).
//!
//! Rows go in small steps, and the writer has its turn between two of them.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, named_params};

use super::blocks::ids_of;
use super::log_size::LogSize;
use super::removal::{self, Range};
use super::{Store, StoreError};

/// Rows of one step: a fraction of the 50 ms that the writer may wait, also on a
/// slow disk.
const STEP: i64 = 512;
/// Shortest time that the file is left to the writer after a step. It is at
/// least as long as the step was.
const REST: Duration = Duration::from_millis(5);
const DAY_MS: i64 = 86_400_000;

pub(super) const SELECT_FROM: &str =
    "SELECT id FROM requests WHERE id >= :from ORDER BY id LIMIT 1 OFFSET :offset";
pub(super) const SELECT_OLD_BLOCK: &str = "SELECT block FROM log_blocks
    WHERE first_ms < :before ORDER BY block LIMIT 1";
const COUNT: &str = "SELECT coalesce(sum(rows), 0) FROM log_blocks";

/// How much of the log is kept; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Rows that started longer ago go.
    pub days: u32,
    /// When there are more rows, the oldest go.
    pub rows: u64,
    /// When the log takes more of `usage.db`, in bytes, the oldest go. Sums and
    /// names, which stay, are no part of it ([`super::log_size`]).
    pub bytes: u64,
}

/// What was done to keep the log within its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Rows that went.
    pub removed: u64,
    /// The longest time for which the file was kept from the writer.
    pub longest_step: Duration,
}

/// Steps with a rest after each.
struct Steps<'a> {
    connection: &'a mut Connection,
    done: Retained,
}

impl Steps<'_> {
    /// Notes how long the writer was kept waiting, and gives it as long a turn.
    fn rest(&mut self, took: Duration) {
        self.done.longest_step = self.done.longest_step.max(took);
        std::thread::sleep(took.max(REST));
    }

    fn remove(&mut self, range: Range) -> rusqlite::Result<u64> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Before this it was the writer's turn.
        let start = Instant::now();
        let removed = removal::remove(&tx, &[range])?;
        tx.commit()?;
        self.done.removed += removed;
        self.rest(start.elapsed());
        Ok(removed)
    }

    /// Removes the oldest `most` rows, or one step of them.
    fn remove_oldest(&mut self, most: i64, newest: i64) -> rusqlite::Result<u64> {
        let (Some(oldest), _) = rim(self.connection)? else {
            return Ok(0);
        };
        let last: Option<i64> = self
            .connection
            .prepare_cached(SELECT_FROM)?
            .query_row(
                named_params! { ":from": oldest, ":offset": most.clamp(1, STEP) - 1 },
                |row| row.get(0),
            )
            .optional()?;
        let last = last.unwrap_or(i64::MAX).min(newest);
        self.remove(Range::of_ids(oldest, last))
    }

    fn keep_days(&mut self, before_ms: i64) -> rusqlite::Result<()> {
        loop {
            let block: Option<i64> = self
                .connection
                .prepare_cached(SELECT_OLD_BLOCK)?
                .query_row(named_params! { ":before": before_ms }, |row| row.get(0))
                .optional()?;
            let Some(block) = block else {
                return Ok(());
            };
            let (first, last) = ids_of(block);
            let mut removed = 0;
            for from in (first..=last).step_by(usize::try_from(STEP).unwrap_or(1)) {
                removed += self.remove(Range {
                    from,
                    to: (from + STEP - 1).min(last),
                    before_ms,
                })?;
            }
            if removed == 0 {
                // Its extent is wider than its rows: not known to happen.
                return Ok(());
            }
        }
    }

    fn keep_rows(&mut self, most: u64) -> rusqlite::Result<()> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        loop {
            let rows: i64 = self
                .connection
                .prepare_cached(COUNT)?
                .query_row([], |row| row.get(0))?;
            if rows <= most || self.remove_oldest(rows - most, i64::MAX)? == 0 {
                return Ok(());
            }
        }
    }

    fn keep_bytes(&mut self, most: u64, size: &LogSize, now_ms: u64) -> rusqlite::Result<()> {
        while size.is_above(most, self.connection, now_ms)? {
            if self.remove_oldest(STEP, i64::MAX)? == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    fn give_back(&mut self) -> rusqlite::Result<()> {
        loop {
            let start = Instant::now();
            if !removal::give_back(self.connection)? {
                return Ok(());
            }
            self.rest(start.elapsed());
        }
    }
}

fn rim(connection: &Connection) -> rusqlite::Result<(Option<i64>, Option<i64>)> {
    let mut oldest = connection.prepare_cached("SELECT min(id) FROM requests")?;
    let mut newest = connection.prepare_cached("SELECT max(id) FROM requests")?;
    Ok((
        oldest.query_row([], |row| row.get(0))?,
        newest.query_row([], |row| row.get(0))?,
    ))
}

impl Store {
    /// Removes what is beyond the limits, in small steps, and gives the room
    /// back to the disk. Sums and names stay.
    ///
    /// # Errors
    /// When rows cannot be removed; then some may be gone.
    pub fn retain(&self, retention: &Retention) -> Result<Retained, StoreError> {
        let now = self.inner.clock.now();
        self.in_steps("keep the log within its limits", |steps| {
            if retention.days > 0 {
                steps.keep_days(now.unix_ms - i64::from(retention.days) * DAY_MS)?;
            }
            if retention.rows > 0 {
                steps.keep_rows(retention.rows)?;
            }
            if retention.bytes > 0 {
                steps.keep_bytes(retention.bytes, &self.inner.log_size, now.monotonic_ms)?;
            }
            steps.give_back()
        })
    }

    /// Removes every row of the log that is there now, in small steps, and gives
    /// the room back to the disk. Sums and names stay. Says how many there were.
    ///
    /// # Errors
    /// When they cannot be removed; then some may be gone.
    pub fn clear_requests(&self) -> Result<u64, StoreError> {
        let cleared = self.in_steps("clear the log", |steps| {
            let (_, Some(newest)) = rim(steps.connection)? else {
                return Ok(());
            };
            while steps.remove_oldest(STEP, newest)? > 0 {}
            steps.give_back()
        })?;
        Ok(cleared.removed)
    }

    fn in_steps(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Steps<'_>) -> rusqlite::Result<()>,
    ) -> Result<Retained, StoreError> {
        let mut connection = self.inner.usage.reopen()?;
        let mut steps = Steps {
            connection: &mut connection,
            done: Retained::default(),
        };
        work(&mut steps).map_err(|source| StoreError::Sql { doing, source })?;
        Ok(steps.done)
    }
}

#[cfg(test)]
mod tests;
