//! New costs for requests that are in the log, and their sums with them.

use rusqlite::{Connection, Transaction, TransactionBehavior, named_params};

use super::blocks::{block_of, in_block};
use super::history;
use super::names::Names;
use super::requests::{self, RequestRow, Words};
use super::rollup::Rollup;
use super::sums::{UsageSums, stored_nano};
use super::{Store, StoreError};
use crate::model::Priced;

/// Most rows of one step.
const MOST: u32 = 1_000;

pub(super) const SELECT_IDS: &str = concat!(
    "SELECT requests.id FROM log_blocks CROSS JOIN requests ON ",
    in_block!(),
    " WHERE log_blocks.block >= :block AND log_blocks.last_ms >= :from
    AND log_blocks.first_ms < :to
    AND requests.id > :after AND started_at_ms >= :from AND started_at_ms < :to
    ORDER BY log_blocks.block, requests.id LIMIT :limit"
);
pub(super) const COUNT: &str = "SELECT coalesce(sum(rows), 0) FROM log_blocks
    WHERE last_ms >= :from AND first_ms < :to";
const UPDATE: &str = "UPDATE requests SET currency = :currency, cost_nano = :cost,
    saved_nano = :saved, price = :price, cost_incomplete = :incomplete WHERE id = :id";

/// Some rows of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RepriceStep {
    /// Started then or later, Unix milliseconds.
    pub from_ms: i64,
    /// Started before.
    pub to_ms: i64,
    /// Rows with a larger id only.
    pub after_id: i64,
    /// At most so many; held to 1 to 1,000.
    pub limit: u32,
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repriced {
    /// The last row seen; absent when none was left.
    pub last_id: Option<i64>,
    /// Rows seen.
    pub seen: u64,
    /// Of these, changed.
    pub changed: u64,
}

fn ids(connection: &Connection, step: &RepriceStep) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(SELECT_IDS)?
        .query_map(
            named_params! {
                ":block": block_of(step.after_id), ":after": step.after_id,
                ":from": step.from_ms, ":to": step.to_ms, ":limit": step.limit.clamp(1, MOST),
            },
            |row| row.get(0),
        )?
        .collect()
}

/// One row and its sums; true when it was changed.
fn change(
    tx: &Transaction<'_>,
    names: &mut Names,
    rollup: &mut Rollup,
    row: RequestRow,
    priced: Option<Priced>,
) -> rusqlite::Result<bool> {
    let mut record = row.record;
    let before = UsageSums::of(&record).negated();
    let (cost, saved_nano) = match priced {
        Some(priced) => (Some(priced.cost), priced.saved_nano.map(stored_nano)),
        None => (None, None),
    };
    if record.cost == cost && record.saved_nano == saved_nano {
        return Ok(false);
    }
    (record.cost, record.saved_nano) = (cost, saved_nano);
    let words = Words::of(&record, names, tx)?;
    let cost = record.cost.as_ref();
    tx.prepare_cached(UPDATE)?.execute(named_params! {
        ":currency": cost.map(|cost| cost.money.currency()),
        ":cost": cost.map(|cost| stored_nano(cost.money.nano())),
        ":saved": saved_nano,
        ":price": words.price,
        ":incomplete": cost.map(|cost| cost.incomplete),
        ":id": row.id,
    })?;
    history::reprice(tx, &record)?;
    let mut sums = UsageSums::of(&record);
    sums.add(before);
    rollup.correct(&record, words, sums);
    Ok(true)
}

impl Store {
    /// About how many rows started in this time (Unix milliseconds), at least as many
    /// as there are: whole blocks are counted.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn rows_between(&self, from_ms: i64, to_ms: i64) -> Result<u64, StoreError> {
        self.read_usage("count the rows to price anew", |connection| {
            connection
                .prepare_cached(COUNT)?
                .query_row(named_params! { ":from": from_ms, ":to": to_ms }, |row| {
                    row.get::<_, i64>(0)
                })
                .map(i64::unsigned_abs)
        })
    }

    /// Asks `price` for the cost and the saving of every row of a step, as it is in
    /// the log, and writes what has changed, with the sums, in one transaction.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing was changed.
    pub fn reprice(
        &self,
        step: &RepriceStep,
        price: &mut dyn FnMut(&RequestRow) -> Option<Priced>,
    ) -> Result<Repriced, StoreError> {
        let mut connection = self.inner.usage.reopen()?;
        let mut run = || {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut done = Repriced::default();
            let mut names = Names::default();
            let mut rollup = Rollup::default();
            for id in ids(&tx, step)? {
                let row = requests::one(&tx, id)?;
                let priced = price(&row);
                done.seen += 1;
                done.last_id = Some(id);
                done.changed += u64::from(change(&tx, &mut names, &mut rollup, row, priced)?);
            }
            rollup.save(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        run().map_err(|source| StoreError::Sql {
            doing: "write new costs",
            source,
        })
    }
}

#[cfg(test)]
mod tests;
