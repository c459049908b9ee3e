//! Finished requests: written by the journal, read page by page.

use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, Row, Transaction, named_params, params};

use super::attempts;
use super::columns::shortened;
use super::names::Names;
use super::sums::{stored_count, stored_nano};
use super::{Store, StoreError};
use crate::model::{AccountId, Cost, Currency, KeyId, Money, Nano, RequestRecord, Units, Usage};

/// Longest text of an error or trace id, in bytes (300 characters of UTF-8).
const LONGEST_TEXT: usize = 1_200;
/// Largest page.
pub(super) const MOST_ROWS: u32 = 1_000;

/// A row of `requests`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Row number, ascending with the time of the end; the paging key.
    pub id: i64,
    /// What the request left behind. Its trail is not read with it
    /// ([`Store::request_attempts`]).
    pub record: RequestRecord,
}

const INSERT: &str =
    "INSERT INTO requests (id, started_at_ms, outcome, route, model_asked, model_used,
    account_id, client, user_agent, key_id, key_last_four, stream, status, attempts,
    prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, image_tokens, images,
    clips, bytes, sound_ms, estimated_tokens, currency, cost_nano, saved_nano, price,
    cost_incomplete, first_byte_ms, duration_ms, chosen, after_ms, headers_ms, vendor_code,
    request_id, trace_id, error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
    ?, ?, ?, ?, ?, ?, ?, ?, ?)";

macro_rules! select {
    () => {
        "SELECT requests.id, request_id, started_at_ms, route.name AS route,
        model_asked.name AS model_asked, model_used.name AS model_used, key.name AS key_id,
        key_last_four.name AS key_last_four, account.name AS account_id, client.name AS client,
        user_agent.name AS user_agent, price.name AS price, stream, status, outcome, error,
        vendor_code, trace_id, attempts, prompt_tokens, completion_tokens, cached_tokens,
        reasoning_tokens, image_tokens, images, clips, bytes, sound_ms, estimated_tokens,
        currency, cost_nano, saved_nano, cost_incomplete, first_byte_ms, duration_ms
        FROM requests
        JOIN names AS route ON route.name_id = requests.route
        JOIN names AS client ON client.name_id = requests.client
        LEFT JOIN names AS user_agent ON user_agent.name_id = requests.user_agent
        LEFT JOIN names AS model_asked ON model_asked.name_id = requests.model_asked
        LEFT JOIN names AS model_used ON model_used.name_id = requests.model_used
        LEFT JOIN names AS key ON key.name_id = requests.key_id
        LEFT JOIN names AS key_last_four ON key_last_four.name_id = requests.key_last_four
        LEFT JOIN names AS account ON account.name_id = requests.account_id
        LEFT JOIN names AS price ON price.name_id = requests.price "
    };
}

pub(super) const SELECT_PAGE: &str = concat!(
    select!(),
    "WHERE requests.id < :before ORDER BY requests.id DESC LIMIT :limit"
);
pub(super) const SELECT_ONE: &str = concat!(select!(), "WHERE requests.id = :id");

/// The numbers of a record's words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) route: i64,
    pub(super) model_asked: Option<i64>,
    pub(super) model_used: Option<i64>,
    pub(super) key: Option<i64>,
    pub(super) key_last_four: Option<i64>,
    pub(super) account: Option<i64>,
    pub(super) client: i64,
    pub(super) user_agent: Option<i64>,
    pub(super) price: Option<i64>,
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
            key_last_four: optional(record.key_last_four.as_deref())?,
            account: optional(record.account.as_ref().map(AccountId::as_str))?,
            user_agent: optional(record.user_agent.as_deref())?,
            price: optional(record.cost.as_ref().map(|cost| &*cost.price))?,
            route: names.number(tx, &record.route)?,
            client: names.number(tx, &record.client)?,
        })
    }
}

/// The start as it is stored; there was no request before 1970.
pub(super) fn stored_start(record: &RequestRecord) -> i64 {
    record.started_at_ms.max(0)
}

/// The statement of [`insert`].
pub(super) fn prepare_insert<'tx>(
    tx: &'tx Transaction<'_>,
) -> rusqlite::Result<CachedStatement<'tx>> {
    tx.prepare_cached(INSERT)
}

/// Adds a row.
pub(super) fn insert(
    statement: &mut CachedStatement<'_>,
    id: i64,
    record: &RequestRecord,
    words: Words,
) -> rusqlite::Result<()> {
    let (usage, units, cost) = (record.usage, record.units, record.cost.as_ref());
    let only = attempts::told_by_the_row(record);
    // By position: looking the names of 38 parameters up takes longer than the row.
    let values = params![
        id,
        stored_start(record),
        record.outcome,
        words.route,
        words.model_asked,
        words.model_used,
        words.account,
        words.client,
        words.user_agent,
        words.key,
        words.key_last_four,
        record.stream,
        record.status,
        record.attempts,
        stored_count(usage.prompt_tokens),
        stored_count(usage.completion_tokens),
        stored_count(usage.cached_tokens),
        stored_count(usage.reasoning_tokens),
        stored_count(units.image_tokens),
        stored_count(units.images),
        stored_count(units.clips),
        stored_count(units.bytes),
        stored_count(units.sound_ms),
        record.estimated_tokens,
        cost.map(|cost| cost.money.currency()),
        cost.map(|cost| stored_nano(cost.money.nano())),
        cost.and(record.saved_nano).map(stored_nano),
        words.price,
        cost.map(|cost| cost.incomplete),
        record.first_byte_ms,
        record.duration_ms,
        only.map(|only| only.chosen),
        only.map(|only| only.after_ms),
        only.and_then(|only| only.headers_ms),
        record.vendor_code,
        record.request_id.as_bytes(),
        record.trace_id.as_deref().map(stored_text),
        record.error.as_deref().map(stored_text),
    ];
    statement.execute(values).map(|_| ())
}

/// The part of a text that is kept.
pub(super) fn stored_text(text: &str) -> &str {
    shortened(text, LONGEST_TEXT)
}

/// Reads a row that is there.
pub(super) fn one(connection: &Connection, id: i64) -> rusqlite::Result<RequestRow> {
    connection
        .prepare_cached(SELECT_ONE)?
        .query_row(named_params! { ":id": id }, row)
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
        user_agent: word("user_agent")?,
        stream: row.get("stream")?,
        status: row.get("status")?,
        outcome: row.get("outcome")?,
        error: row.get("error")?,
        vendor_code: row.get("vendor_code")?,
        trace_id: row.get("trace_id")?,
        attempts: row.get("attempts")?,
        usage: usage(row)?,
        units: units(row)?,
        estimated_tokens: row.get("estimated_tokens")?,
        cost: cost(row)?,
        saved_nano: row.get("saved_nano")?,
        first_byte_ms: row.get("first_byte_ms")?,
        duration_ms: row.get("duration_ms")?,
        ..RequestRecord::begun(request_id, started_at_ms)
    };
    Ok(RequestRow {
        id: row.get("id")?,
        record,
    })
}

fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    let count: Option<u32> = row.get(column)?;
    Ok(count.map(u64::from))
}

fn usage(row: &Row<'_>) -> rusqlite::Result<Usage> {
    Ok(Usage {
        prompt_tokens: count(row, "prompt_tokens")?,
        completion_tokens: count(row, "completion_tokens")?,
        cached_tokens: count(row, "cached_tokens")?,
        reasoning_tokens: count(row, "reasoning_tokens")?,
    })
}

fn units(row: &Row<'_>) -> rusqlite::Result<Units> {
    Ok(Units {
        image_tokens: count(row, "image_tokens")?,
        images: count(row, "images")?,
        clips: count(row, "clips")?,
        bytes: count(row, "bytes")?,
        sound_ms: count(row, "sound_ms")?,
    })
}

fn cost(row: &Row<'_>) -> rusqlite::Result<Option<Cost>> {
    let currency: Option<Currency> = row.get("currency")?;
    let nano: Option<i64> = row.get("cost_nano")?;
    let (Some(currency), Some(nano)) = (currency, nano) else {
        return Ok(None);
    };
    Ok(Some(Cost {
        money: Money::new(Nano::new(nano), currency),
        price: row.get::<_, Option<Arc<str>>>("price")?.unwrap_or_default(),
        incomplete: row
            .get::<_, Option<bool>>("cost_incomplete")?
            .unwrap_or_default(),
    }))
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

    /// One row of the log, if it is there.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn request(&self, id: i64) -> Result<Option<RequestRow>, StoreError> {
        self.read_usage("read a request", |connection| match one(connection, id) {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            found => found.map(Some),
        })
    }
}

#[cfg(test)]
mod tests;
