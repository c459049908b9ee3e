//! Calls that were taken over from an older pool: which are there, and taking
//! them back.

use std::collections::HashSet;

use rusqlite::{Connection, TransactionBehavior, named_params};
use uuid::Uuid;

use super::names::Names;
use super::removal::{self, Range};
use super::requests::{self, Words};
use super::rollup::Rollup;
use super::{Store, StoreError};

/// The client of calls that an older pool made.
pub const OLDER_POOL: &str = "older-pool";
/// The route of a call that nobody wrote down.
pub const UNKNOWN_ROUTE: &str = "unknown";

/// Rows of one transaction.
const BATCH: usize = 2_000;

/// Calls that were taken over have no user agent.
macro_rules! taken_over {
    () => {
        " FROM log_zones CROSS JOIN requests
        ON requests.id >= log_zones.block * 2000 AND requests.id < (log_zones.block + 1) * 2000
        WHERE log_zones.dimension = 3 AND log_zones.other = 0 AND user_agent IS NULL
        AND log_zones.name = (SELECT name_id FROM names WHERE name = :client)
        AND +requests.client = log_zones.name"
    };
}

pub(super) const SELECT_IDS: &str = concat!("SELECT request_id", taken_over!());
const SELECT_NUMBERS: &str = concat!("SELECT requests.id, request_id", taken_over!());

impl Store {
    /// The ids of all calls that were taken over.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn history_ids(&self) -> Result<HashSet<Uuid>, StoreError> {
        self.read_usage("list the older pool's calls", |connection| {
            connection
                .prepare_cached(SELECT_IDS)?
                .query_map(named_params! { ":client": OLDER_POOL }, |row| {
                    row.get(0).map(Uuid::from_bytes)
                })?
                .collect()
        })
    }

    /// Removes calls that were taken over, with their share of the sums; says how
    /// many there were.
    ///
    /// # Errors
    /// When they cannot be removed; then some may be gone.
    pub fn forget_history(&self, calls: &HashSet<Uuid>) -> Result<u32, StoreError> {
        if calls.is_empty() {
            return Ok(0);
        }
        let mut connection = self.inner.usage.reopen()?;
        let mut run = || {
            let numbers = numbers(&connection, calls)?;
            for batch in numbers.chunks(BATCH) {
                forget(&mut connection, batch)?;
            }
            Ok(u32::try_from(numbers.len()).unwrap_or(u32::MAX))
        };
        run().map_err(|source| StoreError::Sql {
            doing: "remove the older pool's calls",
            source,
        })
    }
}

fn numbers(connection: &Connection, calls: &HashSet<Uuid>) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare(SELECT_NUMBERS)?;
    let mut rows = statement.query(named_params! { ":client": OLDER_POOL })?;
    let mut numbers = Vec::with_capacity(calls.len());
    while let Some(row) = rows.next()? {
        if calls.contains(&Uuid::from_bytes(row.get("request_id")?)) {
            numbers.push(row.get("id")?);
        }
    }
    Ok(numbers)
}

fn forget(connection: &mut Connection, numbers: &[i64]) -> rusqlite::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut rollup = Rollup::default();
    let mut names = Names::default();
    for id in numbers {
        let record = requests::one(&tx, *id)?.record;
        let words = Words::of(&record, &mut names, &tx)?;
        rollup.add(&record, words);
    }
    let ranges: Vec<Range> = numbers.iter().map(|id| Range::of_ids(*id, *id)).collect();
    removal::remove(&tx, &ranges)?;
    rollup.taken_back().save(&tx)?;
    Rollup::sweep(&tx)?;
    tx.commit()
}

#[cfg(test)]
mod tests;
