//! Clearing the log. The sums stay: what was used was used (D11).

use rusqlite::{Connection, TransactionBehavior, named_params};

use super::{Store, StoreError};

/// Rows of one step, so that the writer never waits long.
const STEP: u32 = 1_000;
/// Pages given back to the disk in one step.
const PAGES: u32 = 256;

const SELECT_NEWEST: &str = "SELECT max(id) FROM requests";
pub(super) const DELETE_STEP: &str = "DELETE FROM requests WHERE id IN
    (SELECT id FROM requests WHERE id <= :newest ORDER BY id LIMIT :step)";

impl Store {
    /// Removes every row of the log that is there now, in small steps, and gives
    /// the room back to the disk. Sums and names stay. Says how many there were.
    ///
    /// # Errors
    /// When they cannot be removed; then some may be gone.
    pub fn clear_requests(&self) -> Result<u64, StoreError> {
        let mut connection = self.inner.usage.reopen()?;
        clear(&mut connection).map_err(|source| StoreError::Sql {
            doing: "clear the log",
            source,
        })
    }
}

fn clear(connection: &mut Connection) -> rusqlite::Result<u64> {
    let newest: Option<i64> = connection.query_row(SELECT_NEWEST, [], |row| row.get(0))?;
    let Some(newest) = newest else {
        return Ok(0);
    };
    let mut removed = 0;
    loop {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let step = tx
            .prepare_cached(DELETE_STEP)?
            .execute(named_params! { ":newest": newest, ":step": STEP })?;
        tx.commit()?;
        if step == 0 {
            break;
        }
        removed += u64::try_from(step).unwrap_or_default();
    }
    give_back(connection)?;
    Ok(removed)
}

/// Pages are given back a few at a time; each step is a transaction of its own.
fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    let mut left = free_pages(connection)?;
    while left > 0 {
        let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut pages = vacuum.raw_query();
        // It is a row per page.
        while pages.next()?.is_some() {}
        let now = free_pages(connection)?;
        if now >= left {
            break;
        }
        left = now;
    }
    Ok(())
}

fn free_pages(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "freelist_count", |row| row.get(0))
}

#[cfg(test)]
mod tests;
