//! Kept bodies: written with their rows, read one request at a time, and removed
//! for good (D17).
//!
//! What was removed can be read neither in the file nor in its write-ahead log:
//! SQLite overwrites it, and the log is emptied after. A body that has expired is
//! not shown, whether it was removed yet or not.

mod care;

use rusqlite::{
    CachedStatement, Connection, OptionalExtension as _, Row, Transaction, named_params,
};

pub use care::BodyCare;

use super::{Store, StoreError};
use crate::model::{Capture, KeptBody, LeftOut, RequestRecord};

/// What a row takes besides its words, about, in bytes.
const ROW: usize = 128;
/// Of the file; SQLite's default.
const PAGE: usize = 4_096;

const INSERT: &str = "INSERT INTO bodies (request, expires_at_ms, size,
    request_bytes, request_type, request_cut, request_left_out, request_text,
    response_bytes, response_type, response_cut, response_left_out, response_text)
    VALUES (:request, :expires, :size,
    :request_bytes, :request_type, :request_cut, :request_left_out, :request_text,
    :response_bytes, :response_type, :response_cut, :response_left_out, :response_text)";
const ADD: &str = "UPDATE bodies_kept SET bytes = bytes + :bytes";
pub(super) const SELECT_ONE: &str = "SELECT expires_at_ms,
    request_bytes, request_type, request_cut, request_left_out, request_text,
    response_bytes, response_type, response_cut, response_left_out, response_text
    FROM bodies WHERE request = :request AND expires_at_ms > :now";
const SELECT_SOME: &str = "SELECT 1 FROM bodies WHERE request >= :from AND request <= :to LIMIT 1";
/// Bodies of the rows that go, by the words of `removal`.
const TAKE_RANGE: &str = "DELETE FROM bodies WHERE request IN
    (SELECT id FROM requests WHERE id >= :from AND id <= :to AND started_at_ms < :before)
    RETURNING size";
const TAKE_ONE: &str = "DELETE FROM bodies WHERE request = :request RETURNING size";
const TAKE_ALL: &str = "DELETE FROM bodies";
const SELECT_TABLE: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'bodies'";
const SELECT_ANY: &str = "SELECT 1 FROM bodies LIMIT 1";
const SELECT_BYTES: &str = "SELECT bytes FROM bodies_kept";
const TAKEN: &str = "UPDATE bodies_kept SET bytes = bytes - :bytes, unwiped = unwiped + 1";

/// While it lives, SQLite overwrites what it frees. Not at other times: it would cost
/// every removal of rows. It ends with every way out of a transaction, because a
/// connection goes on after one that failed.
#[derive(Debug)]
struct Overwriting<'tx>(&'tx Connection);

impl<'tx> Overwriting<'tx> {
    fn begin(connection: &'tx Connection) -> rusqlite::Result<Self> {
        // Made first: also half a change is taken back.
        let overwriting = Self(connection);
        overwriting.set(true)?;
        Ok(overwriting)
    }

    fn set(&self, on: bool) -> rusqlite::Result<()> {
        self.0
            .pragma_update_and_check(None, "secure_delete", on, |_| Ok(()))
    }
}

impl Drop for Overwriting<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.set(false) {
            tracing::warn!(%error, "SQLite goes on overwriting what it frees");
        }
    }
}

/// What a batch keeps of bodies.
#[derive(Debug, Default)]
pub(super) struct Keeping<'tx> {
    bytes: i64,
    overwriting: Option<Overwriting<'tx>>,
}

impl<'tx> Keeping<'tx> {
    /// Writes the bodies of a record, if it has any. A row without any costs
    /// nothing.
    pub(super) fn add(
        &mut self,
        tx: &'tx Transaction<'_>,
        id: i64,
        record: &RequestRecord,
    ) -> rusqlite::Result<()> {
        let Some(capture) = &record.capture else {
            return Ok(());
        };
        if self.overwriting.is_none() {
            // Also a page that is moved as the table grows leaves words behind.
            self.overwriting = Some(Overwriting::begin(tx)?);
        }
        let size = size(capture);
        insert(&mut tx.prepare_cached(INSERT)?, id, size, capture)?;
        self.bytes += size;
        Ok(())
    }

    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        if self.bytes > 0 {
            tx.prepare_cached(ADD)?
                .execute(named_params! { ":bytes": self.bytes })?;
        }
        Ok(())
    }
}

fn size(capture: &Capture) -> i64 {
    let words = |body: &KeptBody| body.text.as_ref().map_or(0, String::len);
    let mut bytes = ROW + words(&capture.request) + words(&capture.response);
    if bytes > PAGE / 2 {
        // No other row has room beside it.
        bytes = bytes.next_multiple_of(PAGE);
    }
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn insert(
    statement: &mut CachedStatement<'_>,
    id: i64,
    size: i64,
    capture: &Capture,
) -> rusqlite::Result<()> {
    let (request, response) = (&capture.request, &capture.response);
    let stored = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let why = |left_out: Option<LeftOut>| left_out.map(LeftOut::as_str);
    let values = named_params! {
        ":request": id,
        ":expires": capture.expires_at_ms,
        ":size": size,
        ":request_bytes": stored(request.bytes),
        ":request_type": request.content_type,
        ":request_cut": request.is_cut,
        ":request_left_out": why(request.left_out),
        ":request_text": request.text,
        ":response_bytes": stored(response.bytes),
        ":response_type": response.content_type,
        ":response_cut": response.is_cut,
        ":response_left_out": why(response.left_out),
        ":response_text": response.text,
    };
    statement.execute(values).map(|_| ())
}

/// Removes the bodies of rows that go.
pub(super) fn take_range(
    tx: &Transaction<'_>,
    from: i64,
    to: i64,
    before_ms: i64,
) -> rusqlite::Result<()> {
    let range = named_params! { ":from": from, ":to": to };
    if !tx.prepare_cached(SELECT_SOME)?.exists(range)? {
        return Ok(());
    }
    overwriting(tx, || {
        let range = named_params! { ":from": from, ":to": to, ":before": before_ms };
        let mut statement = tx.prepare_cached(TAKE_RANGE)?;
        let sizes = statement.query_map(range, |row| row.get::<_, i64>(0))?;
        sizes.sum::<rusqlite::Result<i64>>()
    })
}

/// Removes the bodies of these requests.
fn take(tx: &Transaction<'_>, requests: &[i64]) -> rusqlite::Result<()> {
    overwriting(tx, || {
        let mut statement = tx.prepare_cached(TAKE_ONE)?;
        let mut size = |request: &i64| {
            statement
                .query_row(named_params! { ":request": request }, |row| row.get(0))
                .optional()
        };
        let mut bytes: i64 = 0;
        for request in requests {
            bytes += size(request)?.unwrap_or(0);
        }
        Ok(bytes)
    })
}

/// Has SQLite overwrite what `remove` removes, and notes that it was in the
/// write-ahead log.
fn overwriting(
    tx: &Transaction<'_>,
    remove: impl FnOnce() -> rusqlite::Result<i64>,
) -> rusqlite::Result<()> {
    let overwriting = Overwriting::begin(tx)?;
    let removed = remove()?;
    drop(overwriting);
    tx.prepare_cached(TAKEN)?
        .execute(named_params! { ":bytes": removed })?;
    Ok(())
}

/// Removes all bodies of a file that is about to be copied; of one that has no such
/// table, nothing.
pub(super) fn forget_before_backup(connection: &mut Connection) -> rusqlite::Result<()> {
    let has = |sql: &str| connection.prepare(sql)?.exists([]);
    // A file without any is not touched: its migration may fail (F36).
    if !has(SELECT_TABLE)? || !has(SELECT_ANY)? {
        return Ok(());
    }
    let tx = connection.transaction()?;
    overwriting(&tx, || {
        tx.execute(TAKE_ALL, [])?;
        tx.query_row(SELECT_BYTES, [], |row| row.get(0))
    })?;
    tx.commit()
}

fn body(row: &Row<'_>, which: &str) -> rusqlite::Result<KeptBody> {
    let of = |column: &str| format!("{which}_{column}");
    let bytes: i64 = row.get(of("bytes").as_str())?;
    let left_out: Option<String> = row.get(of("left_out").as_str())?;
    Ok(KeptBody {
        bytes: u64::try_from(bytes).unwrap_or(0),
        content_type: row.get(of("type").as_str())?,
        text: row.get(of("text").as_str())?,
        is_cut: row.get(of("cut").as_str())?,
        left_out: left_out.as_deref().and_then(LeftOut::parse),
    })
}

impl Store {
    /// The bodies of a request, by the id of its row, where they were kept and
    /// have not expired.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn request_bodies(&self, id: i64) -> Result<Option<Capture>, StoreError> {
        let now = self.now_ms();
        self.read_usage("read the bodies of a request", |connection| {
            connection
                .prepare_cached(SELECT_ONE)?
                .query_row(named_params! { ":request": id, ":now": now }, |row| {
                    Ok(Capture {
                        request: body(row, "request")?,
                        response: body(row, "response")?,
                        expires_at_ms: row.get("expires_at_ms")?,
                        held: None,
                    })
                })
                .optional()
        })
    }
}

#[cfg(test)]
mod tests;
