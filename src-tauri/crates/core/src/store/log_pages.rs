//! The log by page number, as older consoles ask for it.
//!
//! The rows of every block are counted, so a page is found by adding up blocks,
//! however far down it is, and only its own rows are looked at.

use rusqlite::{Connection, named_params};

use super::blocks::ids_of;
use super::names;
use super::requests::{self, MOST_ROWS, RequestRow};
use super::{Store, StoreError};

/// Which page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// Counts from 0, newest first.
    pub page: u64,
    /// Rows of a page, at most 1,000.
    pub page_size: u32,
    /// Any part of the asked or the used model, in any case of ASCII letters.
    pub model: Option<String>,
}

/// A page by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// Newest first.
    pub rows: Vec<RequestRow>,
    /// Rows of all pages.
    pub total: i64,
}

pub(super) const SELECT_COUNTS: &str = "SELECT block, rows FROM log_blocks ORDER BY block DESC";
/// As often as a block has rows of different names, in the order of blocks.
pub(super) const SELECT_COUNTS_OF_MODEL: &str = "SELECT block, rows FROM log_zones
    WHERE dimension = 1 AND (name IN (SELECT value FROM json_each(:names))
    OR other IN (SELECT value FROM json_each(:names))) ORDER BY block DESC";
pub(super) const SELECT_IDS: &str = "SELECT id FROM requests WHERE id >= :first AND id <= :last
    AND (:names IS NULL OR model_asked IN (SELECT value FROM json_each(:names))
    OR model_used IN (SELECT value FROM json_each(:names)))
    ORDER BY id DESC LIMIT :limit OFFSET :offset";

/// The numbers of the names that a filter means, as a JSON list.
fn meant(connection: &Connection, part: &str) -> rusqlite::Result<String> {
    let numbers = names::containing(connection, part)?;
    let list: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(format!("[{}]", list.join(",")))
}

/// Blocks with their rows, newest first.
fn counts(connection: &Connection, names: Option<&str>) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut select = connection.prepare_cached(match names {
        Some(_) => SELECT_COUNTS_OF_MODEL,
        None => SELECT_COUNTS,
    })?;
    let mut rows = match names {
        Some(names) => select.query(named_params! { ":names": names })?,
        None => select.query([])?,
    };
    let mut counts: Vec<(i64, i64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (block, count) = (row.get(0)?, row.get(1)?);
        match counts.last_mut() {
            Some((last, sum)) if *last == block => *sum += count,
            _ => counts.push((block, count)),
        }
    }
    Ok(counts)
}

fn ids(
    connection: &Connection,
    query: &LogQuery,
    names: Option<&str>,
) -> rusqlite::Result<(i64, Vec<i64>)> {
    let counts = counts(connection, names)?;
    let total = counts.iter().map(|(_, count)| count).sum();
    let mut left = i64::from(query.page_size.clamp(1, MOST_ROWS));
    let page = i64::try_from(query.page).ok();
    let offset = page.and_then(|page| page.checked_mul(left));
    let Some(mut offset) = offset.filter(|offset| *offset < total) else {
        return Ok((total, Vec::new()));
    };
    let mut found = Vec::new();
    let mut select = connection.prepare_cached(SELECT_IDS)?;
    for (block, count) in counts {
        if offset >= count {
            offset -= count;
            continue;
        }
        let (first, last) = ids_of(block);
        let mut rows = select.query(named_params! {
            ":first": first, ":last": last, ":names": names, ":limit": left, ":offset": offset,
        })?;
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
            left -= 1;
        }
        offset = 0;
        if left == 0 {
            break;
        }
    }
    Ok((total, found))
}

impl Store {
    /// A page of the log by its number, newest first, of one moment.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn log_page(&self, query: &LogQuery) -> Result<LogPage, StoreError> {
        self.read_usage("list a page of requests", |connection| {
            // The count and the rows are of the same moment.
            let moment = connection.unchecked_transaction()?;
            let part = query.model.as_deref().filter(|part| !part.is_empty());
            let names = part.map(|part| meant(&moment, part)).transpose()?;
            let (total, ids) = ids(&moment, query, names.as_deref())?;
            let rows = ids.into_iter().map(|id| requests::one(&moment, id));
            let rows = rows.collect::<rusqlite::Result<_>>()?;
            Ok(LogPage { rows, total })
        })
    }
}

#[cfg(test)]
mod tests;
