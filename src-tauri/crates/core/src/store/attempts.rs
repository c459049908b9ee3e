//! The upstream requests of a request.
//!
//! Nearly all requests succeed at their first attempt, and their own row tells
//! all about it but three figures; those stand in the row. Every other trail is
//! kept in the table `attempts`.

use rusqlite::{CachedStatement, Connection, Row, Transaction, named_params, params};

use super::names::Names;
use super::requests;
use super::{Store, StoreError};
use crate::model::{AccountId, AttemptRecord, Choice, Outcome, RequestRecord};

const INSERT: &str = "INSERT INTO attempts (request, step, account_id, model, after_ms, chosen,
    status, vendor_code, headers_ms, first_byte_ms, end_ms, left)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
pub(super) const SELECT: &str = "SELECT account.name AS account_id, model.name AS model, after_ms,
    chosen, status, vendor_code, headers_ms, first_byte_ms, end_ms, left
    FROM attempts
    JOIN names AS account ON account.name_id = attempts.account_id
    LEFT JOIN names AS model ON model.name_id = attempts.model
    WHERE request = :request ORDER BY step";
pub(super) const SELECT_ONLY: &str =
    "SELECT chosen, after_ms, headers_ms FROM requests WHERE id = :id AND chosen IS NOT NULL";

/// Most attempts kept of one request.
const MOST: usize = 64;

/// The only attempt, when the row of the request tells the rest of it.
pub(super) fn told_by_the_row(record: &RequestRecord) -> Option<&AttemptRecord> {
    let [only] = record.trail.as_slice() else {
        return None;
    };
    let sent = record.model_used.as_ref().or(record.model_asked.as_ref());
    let told = record.outcome == Outcome::Success
        && only.left.is_none()
        && only.status == Some(record.status)
        && only.vendor_code == record.vendor_code
        && Some(&only.account) == record.account.as_ref()
        && only.model.as_ref() == sent;
    told.then_some(only)
}

/// The statement of [`insert`].
pub(super) fn prepare_insert<'tx>(
    tx: &'tx Transaction<'_>,
) -> rusqlite::Result<CachedStatement<'tx>> {
    tx.prepare_cached(INSERT)
}

/// Adds the trail of a request, if its row does not tell it.
pub(super) fn insert(
    statement: &mut CachedStatement<'_>,
    request: i64,
    record: &RequestRecord,
    names: &mut Names,
    tx: &Transaction<'_>,
) -> rusqlite::Result<()> {
    if told_by_the_row(record).is_some() {
        return Ok(());
    }
    for (step, attempt) in (0_i64..).zip(record.trail.iter().take(MOST)) {
        let account = names.number(tx, attempt.account.as_str())?;
        let model = attempt.model.as_deref();
        let model = model.map(|model| names.number(tx, model)).transpose()?;
        statement.execute(params![
            request,
            step,
            account,
            model,
            attempt.after_ms,
            attempt.chosen,
            attempt.status,
            attempt.vendor_code,
            attempt.headers_ms,
            attempt.first_byte_ms,
            attempt.end_ms,
            attempt.left,
        ])?;
    }
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<AttemptRecord> {
    Ok(AttemptRecord {
        account: row.get("account_id")?,
        model: row.get("model")?,
        after_ms: row.get("after_ms")?,
        chosen: row.get("chosen")?,
        status: row.get("status")?,
        vendor_code: row.get("vendor_code")?,
        headers_ms: row.get("headers_ms")?,
        first_byte_ms: row.get("first_byte_ms")?,
        end_ms: row.get("end_ms")?,
        left: row.get("left")?,
    })
}

fn only(connection: &Connection, id: i64) -> rusqlite::Result<Vec<AttemptRecord>> {
    let found =
        connection
            .prepare_cached(SELECT_ONLY)?
            .query_row(named_params! { ":id": id }, |row| {
                let chosen: Choice = row.get("chosen")?;
                let after_ms: Option<u32> = row.get("after_ms")?;
                Ok((chosen, after_ms.unwrap_or(0), row.get("headers_ms")?))
            });
    let (chosen, after_ms, headers_ms) = match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(Vec::new()),
        found => found?,
    };
    let record = requests::one(connection, id)?.record;
    Ok(vec![AttemptRecord {
        account: record.account.unwrap_or_else(|| AccountId::from("")),
        model: record.model_used.or(record.model_asked),
        after_ms,
        chosen,
        status: Some(record.status),
        vendor_code: record.vendor_code,
        headers_ms,
        first_byte_ms: record.first_byte_ms.map(|ms| ms.saturating_sub(after_ms)),
        end_ms: Some(record.duration_ms.saturating_sub(after_ms)),
        left: None,
    }])
}

impl Store {
    /// The upstream requests of a request in their order; none when it is not in
    /// the log or none were recorded. Of an attempt that succeeded at once, the
    /// first byte and the end are those of the request.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn request_attempts(&self, id: i64) -> Result<Vec<AttemptRecord>, StoreError> {
        self.read_usage("list the attempts of a request", |connection| {
            let trail: Vec<_> = connection
                .prepare_cached(SELECT)?
                .query_map(named_params! { ":request": id }, row)?
                .collect::<rusqlite::Result<_>>()?;
            if trail.is_empty() {
                only(connection, id)
            } else {
                Ok(trail)
            }
        })
    }
}

#[cfg(test)]
mod tests;
