//! Reads the database of an older pool: `api_keys` and `logs` (`pool.db`,
//! `api_keys.db`).
//!
//! Nothing of the file is trusted but its bytes: it is looked through in memory,
//! for a limited time, and whatever its columns hold is taken as it is or left out.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use zeroize::Zeroizing;

use super::connection::{complaint, set_deadline};
use super::error::StoreError;
use crate::model::{ApiKey, Fingerprint};

/// How long the file may keep us busy.
const PATIENCE: Duration = Duration::from_mins(1);
/// Where a file says that it is in WAL mode, which a copy in memory cannot be.
const VERSIONS: std::ops::Range<usize> = 18..20;
const ROLLBACK: u8 = 1;
/// Milliseconds of a second.
const SECOND_MS: f64 = 1_000.0;

/// What was in it.
#[derive(Default)]
pub struct OlderPool {
    /// Rows of `api_keys`, in their order.
    pub keys: Vec<OlderKey>,
    /// Rows of `logs`, in their order.
    pub calls: Vec<OlderCall>,
}

/// A row of `api_keys`.
pub struct OlderKey {
    /// The key as it stands there; it may be none.
    pub key: Zeroizing<String>,
    /// Unix milliseconds.
    pub added_at_ms: Option<i64>,
    /// Of the last refresh, in the site's currency.
    pub balance: Option<f64>,
    /// Whether it was switched on.
    pub enabled: bool,
}

/// A row of `logs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderCall {
    /// Its number there.
    pub number: i64,
    /// Whose it was; absent when that is no key.
    pub key: Option<Fingerprint>,
    /// Last four characters of the key.
    pub last_four: Option<String>,
    /// The model that was asked for.
    pub model: Option<Arc<str>>,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// As it was counted; 0 often stands for unknown.
    pub prompt_tokens: Option<u64>,
    /// As it was counted; 0 often stands for unknown.
    pub completion_tokens: Option<u64>,
}

impl OlderPool {
    /// Reads a database from its bytes.
    ///
    /// # Errors
    /// When they are no sound database, or one without `api_keys`.
    pub fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let sql = |source| StoreError::Sql {
            doing: "read the older pool's database",
            source,
        };
        let connection = in_memory(bytes).map_err(sql)?;
        if let Some(detail) = complaint(&connection, "quick_check").map_err(sql)? {
            return Err(StoreError::Foreign { detail });
        }
        let columns = columns(&connection, "api_keys").map_err(sql)?;
        if !columns.contains("key") {
            let in_wal = bytes.get(VERSIONS).is_some_and(|modes| modes.contains(&2));
            let hint = if in_wal {
                "; stop the program that writes it, and import the file again"
            } else {
                ""
            };
            let detail = format!("it has no table api_keys with a column key{hint}");
            return Err(StoreError::Foreign { detail });
        }
        Ok(Self {
            keys: keys(&connection, &columns).map_err(sql)?,
            calls: calls(&connection).map_err(sql)?,
        })
    }

    /// The bytes of a database with what its write-ahead log has.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn bytes_of(path: &Path) -> Result<Vec<u8>, StoreError> {
        let read = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            Ok(connection.serialize("main")?.to_vec())
        };
        read().map_err(|source| StoreError::Open {
            path: path.to_owned(),
            source,
        })
    }
}

fn in_memory(bytes: &[u8]) -> rusqlite::Result<Connection> {
    let mut copy = Zeroizing::new(bytes.to_vec());
    if let Some(versions) = copy.get_mut(VERSIONS) {
        versions.fill(ROLLBACK);
    }
    let mut connection = Connection::open_in_memory()?;
    connection.deserialize_read_exact("main", copy.as_slice(), copy.len(), true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    set_deadline(&connection, PATIENCE)?;
    Ok(connection)
}

/// The columns of a table; none when there is no such table.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<HashSet<String>> {
    connection
        .prepare(
            "SELECT lower(info.name) FROM sqlite_schema AS tables,
            pragma_table_info(tables.name) AS info
            WHERE tables.type = 'table' AND tables.name = ?1",
        )?
        .query_map([table], |row| row.get(0))?
        .collect()
}

/// A column's name, or nothing where a table lacks it.
fn or_null<'a>(columns: &HashSet<String>, name: &'a str) -> &'a str {
    if columns.contains(name) { name } else { "NULL" }
}

fn keys(connection: &Connection, columns: &HashSet<String>) -> rusqlite::Result<Vec<OlderKey>> {
    let sql = format!(
        "SELECT key, {}, {}, {} FROM api_keys ORDER BY rowid",
        or_null(columns, "add_time"),
        or_null(columns, "balance"),
        or_null(columns, "enabled"),
    );
    connection
        .prepare(&sql)?
        .query_map([], |row| {
            Ok(OlderKey {
                key: Zeroizing::new(text(row, 0)?.unwrap_or_default().trim().to_owned()),
                added_at_ms: number(row, 1)?.and_then(millis),
                balance: number(row, 2)?.filter(|balance| balance.is_finite()),
                enabled: number(row, 3)?.is_none_or(|enabled| enabled != 0.0),
            })
        })?
        .collect()
}

fn calls(connection: &Connection) -> rusqlite::Result<Vec<OlderCall>> {
    let columns = columns(connection, "logs")?;
    if !columns.contains("call_time") {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT rowid, {}, {}, call_time, {}, {} FROM logs ORDER BY rowid",
        or_null(&columns, "used_key"),
        or_null(&columns, "model"),
        or_null(&columns, "input_tokens"),
        or_null(&columns, "output_tokens"),
    );
    let mut seen = Seen::default();
    let mut calls = Vec::new();
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(at_ms) = number(row, 3)?.and_then(millis) else {
            continue;
        };
        let (key, last_four) = seen.key(text(row, 1)?);
        calls.push(OlderCall {
            number: row.get(0)?,
            key,
            last_four,
            model: seen.model(text(row, 2)?),
            at_ms,
            prompt_tokens: number(row, 4)?.and_then(count),
            completion_tokens: number(row, 5)?.and_then(count),
        });
    }
    Ok(calls)
}

/// Keys and models come again and again: each is looked at once.
#[derive(Default)]
struct Seen {
    keys: HashMap<String, Option<(Fingerprint, String)>>,
    models: HashMap<String, Arc<str>>,
}

impl Seen {
    fn key(&mut self, word: Option<&str>) -> (Option<Fingerprint>, Option<String>) {
        let Some(word) = word.map(str::trim) else {
            return (None, None);
        };
        if !self.keys.contains_key(word) {
            let known = ApiKey::parse(word).ok();
            let known = known.map(|key| (key.fingerprint(), key.last_four().to_owned()));
            self.keys.insert(word.to_owned(), known);
        }
        match self.keys.get(word) {
            Some(Some((key, last_four))) => (Some(*key), Some(last_four.clone())),
            Some(None) | None => (None, None),
        }
    }

    fn model(&mut self, name: Option<&str>) -> Option<Arc<str>> {
        let name = name.map(str::trim).filter(|name| !name.is_empty())?;
        if let Some(known) = self.models.get(name) {
            return Some(Arc::clone(known));
        }
        let model: Arc<str> = super::names::bounded(name.into());
        self.models.insert(name.to_owned(), Arc::clone(&model));
        Some(model)
    }
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Option<&'a str>> {
    Ok(row.get_ref(column)?.as_str_or_null().unwrap_or_default())
}

/// A number, also when it is written as text.
#[expect(
    clippy::cast_precision_loss,
    reason = "times in seconds, counts and balances are far below 2^53"
)]
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<f64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.trim().parse().ok()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    })
}

/// Unix seconds as milliseconds; a time outside of 1970 to 9999 is none.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn millis(seconds: f64) -> Option<i64> {
    (0.0..253_402_300_800.0)
        .contains(&seconds)
        .then(|| (seconds * SECOND_MS).round() as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked"
)]
fn count(number: f64) -> Option<u64> {
    (0.0..=f64::from(u32::MAX))
        .contains(&number)
        .then_some(number as u64)
}

#[cfg(test)]
mod tests;
