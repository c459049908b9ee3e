//! How many bytes of `usage.db` are the log's: rows, trails, and what they are
//! looked up by. What stays when rows go is not: sums and names would otherwise
//! push the log out of a small limit, and removing rows would not help.
//!
//! The log is everything in use but what stays. What stays is counted page by page
//! (`dbstat`), which is a small part of the file and grows by a few rows per hour,
//! so it is counted only while the file is beyond the limit, and again after ten
//! minutes at the earliest. Until then the log may be taken for larger than it is
//! by what came to stay meanwhile. Kept bodies have a limit and a sum of their own
//! ([`super::bodies`]); they are no part of the log here.

use std::sync::Mutex;

use rusqlite::{Connection, named_params};

use super::{lock, removal};

/// Trees of `usage.db` that stay when rows of the log go.
pub(super) const STAYING: [&str; 7] = [
    "names",
    "sqlite_autoindex_names_1",
    "usage_hourly",
    "usage_slices",
    "latency_slices",
    "key_totals",
    "taken_over",
];
/// Reads the pages of one tree, and no others.
pub(super) const SELECT_BYTES: &str = "SELECT coalesce(sum(pgsize), 0) FROM dbstat
    WHERE schema = 'main' AND aggregate = 1 AND name = :name";
pub(super) const SELECT_BODIES: &str = "SELECT bytes FROM bodies_kept";
/// What stays is not counted more often than this, in milliseconds.
const COUNT_EVERY_MS: u64 = 600_000;

#[derive(Clone, Copy, Debug)]
struct Counted {
    bytes: u64,
    /// On the monotonic clock.
    at_ms: u64,
}

/// Knows how much of the file stays, as counted last.
#[derive(Debug, Default)]
pub(super) struct LogSize(Mutex<Option<Counted>>);

impl LogSize {
    /// Whether the log takes more than `most` bytes. `now_ms` is monotonic.
    pub(super) fn is_above(
        &self,
        most: u64,
        connection: &Connection,
        now_ms: u64,
    ) -> rusqlite::Result<bool> {
        let used = used(connection)?;
        if used <= most {
            return Ok(false);
        }
        let bodies: i64 = connection
            .prepare_cached(SELECT_BODIES)?
            .query_row([], |row| row.get(0))?;
        let others = self.staying(connection, now_ms)? + u64::try_from(bodies).unwrap_or(0);
        Ok(used.saturating_sub(others) > most)
    }

    fn staying(&self, connection: &Connection, now_ms: u64) -> rusqlite::Result<u64> {
        let known = *lock(&self.0);
        if let Some(known) = known
            && now_ms.saturating_sub(known.at_ms) < COUNT_EVERY_MS
        {
            return Ok(known.bytes);
        }
        let mut select = connection.prepare_cached(SELECT_BYTES)?;
        let mut bytes = 0;
        for name in STAYING {
            let tree: i64 = select.query_row(named_params! { ":name": name }, |row| row.get(0))?;
            bytes += u64::try_from(tree).unwrap_or(0);
        }
        *lock(&self.0) = Some(Counted {
            bytes,
            at_ms: now_ms,
        });
        Ok(bytes)
    }
}

/// Bytes of the pages that hold something.
fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let pages = number("page_count")? - removal::free_pages(connection)?;
    Ok(u64::try_from(pages * number("page_size")?).unwrap_or(0))
}

#[cfg(test)]
mod tests;
