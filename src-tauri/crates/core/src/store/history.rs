//! Calls that were taken over from an older pool: each counts once, for ever, and
//! can be taken back.
//!
//! What was taken over stands in a table of its own (`taken_over`), written in the
//! same transaction as the row and the sums. So a call is known, and can be taken
//! out of the sums, also when its row has left the log.

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::{
    Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, named_params, params,
};
use uuid::Uuid;

use super::names::Names;
use super::removal::{self, Range};
use super::requests::{Words, stored_start};
use super::rollup::Rollup;
use super::sums::{stored_count, stored_nano};
use super::{Store, StoreError};
use crate::model::{Cost, Currency, Money, Nano, Outcome, RequestRecord, Usage};

/// The client of calls that an older pool made.
pub const OLDER_POOL: &str = "older-pool";
/// The route of a call that nobody wrote down.
pub const UNKNOWN_ROUTE: &str = "unknown";

/// Calls of one transaction.
const BATCH: usize = 2_000;

pub(super) const SELECT_IDS: &str = "SELECT request_id FROM taken_over";
const INSERT: &str =
    "INSERT INTO taken_over (request_id, log_id, started_at_ms, account_id, key_id,
    model, prompt_tokens, completion_tokens, currency, cost_nano, saved_nano, cost_incomplete)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING";
pub(super) const UPDATE_COST: &str = "UPDATE taken_over
    SET currency = :currency, cost_nano = :cost, saved_nano = :saved, cost_incomplete = :incomplete
    WHERE request_id = :id";
pub(super) const DELETE: &str = "DELETE FROM taken_over WHERE request_id = :id
    RETURNING log_id, started_at_ms, account_id, key_id, model, prompt_tokens, completion_tokens,
    currency, cost_nano, saved_nano, cost_incomplete";

/// What all calls that are taken over have in common: the older pool wrote down
/// only those that were answered, and not which route they took or for how long.
#[must_use]
pub fn older_call(request_id: Uuid, started_at_ms: i64) -> RequestRecord {
    RequestRecord {
        route: UNKNOWN_ROUTE.to_owned(),
        client: OLDER_POOL.into(),
        status: 200,
        outcome: Outcome::Success,
        attempts: 1,
        ..RequestRecord::begun(request_id, started_at_ms)
    }
}

/// Whether it was taken over.
pub(super) fn is_older_call(record: &RequestRecord) -> bool {
    *record.client == *OLDER_POOL
}

/// Whether a record that is about to become row `log_id` may: a call that was
/// taken over before is there already, or was and is counted.
pub(super) fn is_new(
    tx: &Transaction<'_>,
    log_id: i64,
    record: &RequestRecord,
    words: Words,
) -> rusqlite::Result<bool> {
    if !is_older_call(record) {
        return Ok(true);
    }
    let cost = record.cost.as_ref();
    let noted = tx.prepare_cached(INSERT)?.execute(params![
        record.request_id.as_bytes(),
        log_id,
        stored_start(record),
        words.account.unwrap_or(0),
        words.key.unwrap_or(0),
        words.model_asked.unwrap_or(0),
        stored_count(record.usage.prompt_tokens),
        stored_count(record.usage.completion_tokens),
        cost.map(|cost| cost.money.currency()),
        cost.map(|cost| stored_nano(cost.money.nano())),
        cost.and(record.saved_nano).map(stored_nano),
        cost.map(|cost| cost.incomplete),
    ])?;
    Ok(noted > 0)
}

/// Notes that a record has another cost now.
pub(super) fn reprice(tx: &Transaction<'_>, record: &RequestRecord) -> rusqlite::Result<()> {
    if !is_older_call(record) {
        return Ok(());
    }
    let cost = record.cost.as_ref();
    tx.prepare_cached(UPDATE_COST)?
        .execute(named_params! {
            ":currency": cost.map(|cost| cost.money.currency()),
            ":cost": cost.map(|cost| stored_nano(cost.money.nano())),
            ":saved": cost.and(record.saved_nano).map(stored_nano),
            ":incomplete": cost.map(|cost| cost.incomplete),
            ":id": record.request_id.as_bytes(),
        })
        .map(|_| ())
}

/// A call as it was counted.
struct Counted {
    log_id: i64,
    record: RequestRecord,
    account: Option<i64>,
    key: Option<i64>,
    model: Option<i64>,
}

impl Counted {
    fn read(row: &Row<'_>, request_id: Uuid) -> rusqlite::Result<Self> {
        let name = |column: &str| {
            let number = row.get::<_, i64>(column);
            number.map(|number| (number != 0).then_some(number))
        };
        let count = |column: &str| {
            let count = row.get::<_, Option<u32>>(column);
            count.map(|count| count.map(u64::from))
        };
        let currency: Option<Currency> = row.get("currency")?;
        let nano: Option<i64> = row.get("cost_nano")?;
        let incomplete: Option<bool> = row.get("cost_incomplete")?;
        let cost = currency.zip(nano).map(|(currency, nano)| Cost {
            money: Money::new(Nano::new(nano), currency),
            price: Arc::default(),
            incomplete: incomplete.unwrap_or_default(),
        });
        let model = name("model")?;
        let record = RequestRecord {
            // Sums go by its number; that there is one counts here.
            model_asked: model.map(|_| Arc::default()),
            usage: Usage {
                prompt_tokens: count("prompt_tokens")?,
                completion_tokens: count("completion_tokens")?,
                ..Usage::default()
            },
            cost,
            saved_nano: row.get("saved_nano")?,
            ..older_call(request_id, row.get("started_at_ms")?)
        };
        Ok(Self {
            log_id: row.get("log_id")?,
            record,
            account: name("account_id")?,
            key: name("key_id")?,
            model,
        })
    }

    fn words(&self, route: i64, client: i64) -> Words {
        Words {
            route,
            model_asked: self.model,
            model_used: None,
            key: self.key,
            key_last_four: None,
            account: self.account,
            client,
            user_agent: None,
            price: None,
        }
    }
}

impl Store {
    /// The ids of all calls that were taken over, also of those that have left the
    /// log since.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn history_ids(&self) -> Result<HashSet<Uuid>, StoreError> {
        self.read_usage("list the older pool's calls", |connection| {
            connection
                .prepare_cached(SELECT_IDS)?
                .query_map([], |row| row.get(0).map(Uuid::from_bytes))?
                .collect()
        })
    }

    /// Removes calls that were taken over, with their share of the sums, whether
    /// their rows are still in the log or not; says how many there were. Goes
    /// fastest in the order in which they were written.
    ///
    /// # Errors
    /// When they cannot be removed; then some may be gone.
    pub fn forget_history(&self, calls: &[Uuid]) -> Result<u32, StoreError> {
        if calls.is_empty() {
            return Ok(0);
        }
        let mut connection = self.inner.usage.reopen()?;
        let mut run = || {
            let mut forgotten = 0;
            for batch in calls.chunks(BATCH) {
                forgotten += forget(&mut connection, batch)?;
            }
            Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
        };
        run().map_err(|source| StoreError::Sql {
            doing: "remove the older pool's calls",
            source,
        })
    }
}

fn forget(connection: &mut Connection, calls: &[Uuid]) -> rusqlite::Result<usize> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut names = Names::default();
    let route = names.number(&tx, UNKNOWN_ROUTE)?;
    let client = names.number(&tx, OLDER_POOL)?;
    let mut rollup = Rollup::default();
    let mut rows = Vec::with_capacity(calls.len());
    for call in calls {
        let counted = tx
            .prepare_cached(DELETE)?
            .query_row(named_params! { ":id": call.as_bytes() }, |row| {
                Counted::read(row, *call)
            })
            .optional()?;
        if let Some(counted) = counted {
            rollup.add(&counted.record, counted.words(route, client));
            rows.push(counted.log_id);
        }
    }
    let forgotten = rows.len();
    removal::remove(&tx, &ranges(rows))?;
    let rollup = rollup.taken_back();
    rollup.save(&tx)?;
    rollup.sweep(&tx)?;
    tx.commit()?;
    Ok(forgotten)
}

/// Ids that follow one another, together.
fn ranges(mut ids: Vec<i64>) -> Vec<Range> {
    ids.sort_unstable();
    ids.chunk_by(|one, next| one + 1 == *next)
        .filter_map(|run| Some(Range::of_ids(*run.first()?, *run.last()?)))
        .collect()
}

#[cfg(test)]
mod tests;
