//! The log by page number, as older consoles ask for it.
//!
//! Ids have no gaps unless calls of an older pool were taken back, so a page is
//! found by its id however far down it is; only a log with gaps or a filter is
//! walked, and no longer than a reader may take (S25).

use rusqlite::{Connection, named_params};

use super::requests::{self, RequestRow};
use super::{Store, StoreError};

/// Up to so many matches are sorted; more are met soon enough by walking the log.
const FEW: i64 = 100_000;

/// Which page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// Counts from 0, newest first.
    pub page: u64,
    /// Rows of a page.
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

pub(super) const COUNT: &str = "SELECT count(*) FROM requests";
pub(super) const SELECT_RIM: &str =
    "SELECT (SELECT min(id) FROM requests), (SELECT max(id) FROM requests)";
pub(super) const SELECT_FROM: &str = "SELECT id FROM requests WHERE id <= :newest
    ORDER BY id DESC LIMIT :limit OFFSET :offset";

/// The words that a filter means.
macro_rules! meant {
    () => {
        "WITH meant AS MATERIALIZED (SELECT name_id FROM names
        WHERE name_id <> 0 AND name LIKE :pattern ESCAPE '\\') "
    };
}

pub(super) const COUNT_OF_MODEL: &str = concat!(
    meant!(),
    "SELECT (SELECT count(*) FROM requests INDEXED BY requests_model_asked
        WHERE model_asked IN meant)
    + (SELECT count(*) FROM requests INDEXED BY requests_model_used
        WHERE model_used IS NOT NULL AND model_used IN meant
        AND (model_asked IS NULL OR model_asked NOT IN meant))"
);
/// Sorts the matches: for few of them.
pub(super) const SELECT_OF_RARE_MODEL: &str = concat!(
    meant!(),
    "SELECT id FROM requests INDEXED BY requests_model_asked WHERE model_asked IN meant
    UNION SELECT id FROM requests INDEXED BY requests_model_used
        WHERE model_used IS NOT NULL AND model_used IN meant
    ORDER BY id DESC LIMIT :limit OFFSET :offset"
);
/// Walks the log: for many matches, which are met soon.
pub(super) const SELECT_OF_MODEL: &str = concat!(
    meant!(),
    "SELECT id FROM requests WHERE +model_asked IN meant OR +model_used IN meant
    ORDER BY id DESC LIMIT :limit OFFSET :offset"
);

/// What a part of a name looks like to `LIKE`, with `\` as its escape.
fn pattern(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// Rows before the page; absent when the page is behind the end.
fn offset(query: &LogQuery, total: i64) -> Option<i64> {
    let offset = query.page.checked_mul(u64::from(query.page_size))?;
    i64::try_from(offset).ok().filter(|offset| *offset < total)
}

fn ids(
    connection: &Connection,
    sql: &str,
    parameters: &[(&str, &dyn rusqlite::ToSql)],
) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(sql)?
        .query_map(parameters, |row| row.get(0))?
        .collect()
}

fn count(connection: &Connection, sql: &str, pattern: Option<&str>) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(sql)?;
    match pattern {
        Some(pattern) => {
            statement.query_row(named_params! { ":pattern": pattern }, |row| row.get(0))
        }
        None => statement.query_row([], |row| row.get(0)),
    }
}

fn whole_log(connection: &Connection, query: &LogQuery) -> rusqlite::Result<(i64, Vec<i64>)> {
    let total = count(connection, COUNT, None)?;
    let Some(offset) = offset(query, total) else {
        return Ok((total, Vec::new()));
    };
    let (oldest, newest): (i64, i64) = connection
        .prepare_cached(SELECT_RIM)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let gapless = newest - oldest + 1 == total;
    let (newest, offset) = if gapless {
        (newest - offset, 0)
    } else {
        (newest, offset)
    };
    let found = ids(
        connection,
        SELECT_FROM,
        named_params! { ":newest": newest, ":limit": query.page_size, ":offset": offset },
    )?;
    Ok((total, found))
}

fn of_model(
    connection: &Connection,
    query: &LogQuery,
    part: &str,
) -> rusqlite::Result<(i64, Vec<i64>)> {
    let pattern = pattern(part);
    let total = count(connection, COUNT_OF_MODEL, Some(&pattern))?;
    let Some(offset) = offset(query, total) else {
        return Ok((total, Vec::new()));
    };
    let sql = if total <= FEW {
        SELECT_OF_RARE_MODEL
    } else {
        SELECT_OF_MODEL
    };
    let found = ids(
        connection,
        sql,
        named_params! { ":pattern": pattern, ":limit": query.page_size, ":offset": offset },
    )?;
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
            let (total, ids) = match query.model.as_deref() {
                Some(part) if !part.is_empty() => of_model(&moment, query, part)?,
                _ => whole_log(&moment, query)?,
            };
            let rows = ids.into_iter().map(|id| {
                let record = requests::one(&moment, id)?;
                Ok(RequestRow { id, record })
            });
            let rows = rows.collect::<rusqlite::Result<_>>()?;
            Ok(LogPage { rows, total })
        })
    }
}

#[cfg(test)]
mod tests;
