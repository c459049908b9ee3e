//! Taking rows out of the log, with everything they are looked up by. Sums stay.

use rusqlite::{Connection, Transaction, named_params};

use super::blocks::Blocks;
use super::{bodies, words};

const DELETE_ATTEMPTS: &str = "DELETE FROM attempts WHERE request IN
    (SELECT id FROM requests WHERE id >= :from AND id <= :to AND started_at_ms < :before)";
const DELETE: &str =
    "DELETE FROM requests WHERE id >= :from AND id <= :to AND started_at_ms < :before";

/// Which rows: ids from and to, and before which start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) before_ms: i64,
}

impl Range {
    /// All rows of these ids.
    pub(super) const fn of_ids(from: i64, to: i64) -> Self {
        Self {
            from,
            to,
            before_ms: i64::MAX,
        }
    }
}

/// Removes rows; says how many there were.
pub(super) fn remove(tx: &Transaction<'_>, ranges: &[Range]) -> rusqlite::Result<u64> {
    let mut blocks = Blocks::default();
    let mut removed = 0;
    for range in ranges {
        let counted = blocks.count(tx, range.from, range.to, range.before_ms)?;
        if counted == 0 {
            continue;
        }
        removed += counted;
        bodies::take_range(tx, range.from, range.to, range.before_ms)?;
        for sql in [words::DELETE, DELETE_ATTEMPTS, DELETE] {
            tx.prepare_cached(sql)?.execute(named_params! {
                ":from": range.from, ":to": range.to, ":before": range.before_ms,
            })?;
        }
    }
    blocks.take_out(tx)?;
    Ok(removed)
}

/// Pages given back to the disk in one step.
const PAGES: u32 = 256;

/// Gives some free pages back to the disk; false when there are none left.
pub(super) fn give_back(connection: &Connection) -> rusqlite::Result<bool> {
    let before = free_pages(connection)?;
    if before == 0 {
        return Ok(false);
    }
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    let mut pages = vacuum.raw_query();
    // It is a row per page.
    while pages.next()?.is_some() {}
    Ok(free_pages(connection)? < before)
}

pub(super) fn free_pages(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "freelist_count", |row| row.get(0))
}
