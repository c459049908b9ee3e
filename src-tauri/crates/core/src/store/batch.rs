//! What a batch of finished requests writes: rows, trails, and everything that
//! is counted or looked up by, in one transaction (D11).

use rusqlite::{Transaction, named_params};

use super::attempts;
use super::blocks::Blocks;
use super::bodies::Keeping;
use super::history;
use super::names::Names;
use super::requests::{self, Words};
use super::rollup::Rollup;
use super::traces::Traces;
use super::words;
use crate::model::RequestRecord;

const SELECT_END: &str = "SELECT last_id FROM log_end";
const UPDATE_END: &str = "UPDATE log_end SET last_id = :id";

/// Adds records to the log and to all sums.
pub(super) fn append(
    tx: &Transaction<'_>,
    names: &mut Names,
    records: &[RequestRecord],
) -> rusqlite::Result<()> {
    let mut rollup = Rollup::default();
    let mut blocks = Blocks::default();
    let mut traces = Traces::default();
    let mut keeping = Keeping::default();
    let mut insert = requests::prepare_insert(tx)?;
    let mut insert_attempt = attempts::prepare_insert(tx)?;
    let mut insert_words = words::prepare_insert(tx)?;
    let mut id: i64 = tx
        .prepare_cached(SELECT_END)?
        .query_row([], |row| row.get(0))?;
    for record in records {
        let of_record = Words::of(record, names, tx)?;
        if !history::is_new(tx, id + 1, record, of_record)? {
            continue;
        }
        id += 1;
        requests::insert(&mut insert, id, record, of_record)?;
        attempts::insert(&mut insert_attempt, id, record, names, tx)?;
        words::insert(&mut insert_words, id, record)?;
        keeping.add(tx, id, record)?;
        rollup.add(record, of_record);
        blocks.add(id, record, of_record);
        traces.add(id, record.trace_id.as_deref());
    }
    tx.prepare_cached(UPDATE_END)?
        .execute(named_params! { ":id": id })?;
    rollup.save(tx)?;
    blocks.save(tx)?;
    keeping.save(tx)?;
    traces.save(tx)
}
