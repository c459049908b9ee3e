//! Finished requests: written by the journal, read page by page.

use std::sync::Arc;

use rusqlite::{Connection, Row, Transaction, named_params};

use super::columns::shortened;
use super::names::Names;
use super::{Store, StoreError};
use crate::model::{AccountId, KeyId, RequestRecord, Usage};

/// Longest text of an error or trace id, in bytes (300 characters of UTF-8).
const LONGEST_TEXT: usize = 1_200;
/// Largest page.
const MOST_ROWS: u32 = 1_000;

/// A row of `requests`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Row number, ascending with the time of the end; the paging key.
    pub id: i64,
    /// What the request left behind.
    pub record: RequestRecord,
}

const INSERT: &str = "INSERT INTO requests (request_id, started_at_ms, route, model_asked,
    model_used, key_id, key_last_four, account_id, client, stream, status, outcome, error,
    vendor_code, trace_id, attempts, prompt_tokens, completion_tokens, cached_tokens,
    reasoning_tokens, first_byte_ms, duration_ms)
    VALUES (:request_id, :started_at, :route, :model_asked, :model_used, :key, :key_last_four,
    :account, :client, :stream, :status, :outcome, :error, :vendor_code, :trace_id, :attempts,
    :prompt_tokens, :completion_tokens, :cached_tokens, :reasoning_tokens, :first_byte,
    :duration)";
pub(super) const SELECT_PAGE: &str = "SELECT requests.id, request_id, started_at_ms,
    route.name AS route, model_asked.name AS model_asked, model_used.name AS model_used,
    key.name AS key_id, key_last_four, account.name AS account_id, client.name AS client,
    stream, status, outcome, error, vendor_code, trace_id, attempts, prompt_tokens,
    completion_tokens, cached_tokens, reasoning_tokens, first_byte_ms, duration_ms
    FROM requests
    JOIN names AS route ON route.name_id = requests.route
    JOIN names AS client ON client.name_id = requests.client
    LEFT JOIN names AS model_asked ON model_asked.name_id = requests.model_asked
    LEFT JOIN names AS model_used ON model_used.name_id = requests.model_used
    LEFT JOIN names AS key ON key.name_id = requests.key_id
    LEFT JOIN names AS account ON account.name_id = requests.account_id
    WHERE requests.id < :before ORDER BY requests.id DESC LIMIT :limit";

/// The numbers of a record's words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) route: i64,
    pub(super) model_asked: Option<i64>,
    pub(super) model_used: Option<i64>,
    pub(super) key: Option<i64>,
    pub(super) account: Option<i64>,
    pub(super) client: i64,
}

impl Words {
    pub(super) fn of(
        record: &RequestRecord,
        names: &mut Names,
        tx: &Transaction<'_>,
    ) -> rusqlite::Result<Self> {
        let mut optional = |name: Option<&str>| name.map(|name| names.number(tx, name)).transpose();
        Ok(Self {
            model_asked: optional(record.model_asked.as_deref())?,
            model_used: optional(record.model_used.as_deref())?,
            key: optional(record.key.as_ref().map(KeyId::as_str))?,
            account: optional(record.account.as_ref().map(AccountId::as_str))?,
            route: names.number(tx, &record.route)?,
            client: names.number(tx, &record.client)?,
        })
    }
}

/// A token count as it is stored. A single absurd count must not make the sums
/// overflow, so it ends at 2^32 - 1.
pub(super) fn stored_count(count: Option<u64>) -> Option<i64> {
    count.map(|count| i64::from(u32::try_from(count).unwrap_or(u32::MAX)))
}

/// The start as it is stored; there was no request before 1970.
pub(super) fn stored_start(record: &RequestRecord) -> i64 {
    record.started_at_ms.max(0)
}

/// Adds a row.
pub(super) fn insert(
    tx: &Transaction<'_>,
    record: &RequestRecord,
    words: Words,
) -> rusqlite::Result<()> {
    let usage = record.usage;
    tx.prepare_cached(INSERT)?
        .execute(named_params! {
            ":request_id": record.request_id.as_bytes(),
            ":started_at": stored_start(record),
            ":route": words.route,
            ":model_asked": words.model_asked,
            ":model_used": words.model_used,
            ":key": words.key,
            ":key_last_four": record.key_last_four,
            ":account": words.account,
            ":client": words.client,
            ":stream": record.stream,
            ":status": record.status,
            ":outcome": record.outcome,
            ":error": record.error.as_deref().map(|text| shortened(text, LONGEST_TEXT)),
            ":vendor_code": record.vendor_code,
            ":trace_id": record.trace_id.as_deref().map(|text| shortened(text, LONGEST_TEXT)),
            ":attempts": record.attempts,
            ":prompt_tokens": stored_count(usage.prompt_tokens),
            ":completion_tokens": stored_count(usage.completion_tokens),
            ":cached_tokens": stored_count(usage.cached_tokens),
            ":reasoning_tokens": stored_count(usage.reasoning_tokens),
            ":first_byte": record.first_byte_ms,
            ":duration": record.duration_ms,
        })
        .map(|_| ())
}

/// Reads a row that is there.
pub(super) fn one(connection: &Connection, id: i64) -> rusqlite::Result<RequestRecord> {
    let found = connection.prepare_cached(SELECT_PAGE)?.query_row(
        named_params! { ":before": id.saturating_add(1), ":limit": 1 },
        row,
    )?;
    Ok(found.record)
}

fn row(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    let word = |column: &str| row.get::<_, Option<Arc<str>>>(column);
    let request_id = uuid::Uuid::from_bytes(row.get("request_id")?);
    let started_at_ms = row.get("started_at_ms")?;
    let record = RequestRecord {
        route: row.get("route")?,
        model_asked: word("model_asked")?,
        model_used: word("model_used")?,
        key: row.get("key_id")?,
        key_last_four: row.get("key_last_four")?,
        account: row.get("account_id")?,
        client: row.get("client")?,
        stream: row.get("stream")?,
        status: row.get("status")?,
        outcome: row.get("outcome")?,
        error: row.get("error")?,
        vendor_code: row.get("vendor_code")?,
        trace_id: row.get("trace_id")?,
        attempts: row.get("attempts")?,
        usage: usage(row)?,
        first_byte_ms: row.get("first_byte_ms")?,
        duration_ms: row.get("duration_ms")?,
        ..RequestRecord::begun(request_id, started_at_ms)
    };
    Ok(RequestRow {
        id: row.get("id")?,
        record,
    })
}

fn usage(row: &Row<'_>) -> rusqlite::Result<Usage> {
    let count = |column: &str| -> rusqlite::Result<Option<u64>> {
        let count: Option<u32> = row.get(column)?;
        Ok(count.map(u64::from))
    };
    Ok(Usage {
        prompt_tokens: count("prompt_tokens")?,
        completion_tokens: count("completion_tokens")?,
        cached_tokens: count("cached_tokens")?,
        reasoning_tokens: count("reasoning_tokens")?,
    })
}

impl Store {
    /// A page of the log, newest first: rows with an id below `before`, or the
    /// newest. `limit` is held to 1 to 1,000.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn requests_page(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<RequestRow>, StoreError> {
        self.read_usage("list requests", |connection| {
            connection
                .prepare_cached(SELECT_PAGE)?
                .query_map(
                    named_params! {
                        ":before": before.unwrap_or(i64::MAX),
                        ":limit": limit.clamp(1, MOST_ROWS),
                    },
                    row,
                )?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests;
