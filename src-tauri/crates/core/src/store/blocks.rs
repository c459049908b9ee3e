//! The log in blocks of 2,000 ids: how many rows each has, between which
//! moments they started, and whose they are (tables `log_blocks`, `log_zones`).
//! It takes the place of indexes on `requests`: a search looks only into blocks
//! that have what it wants, and a page is found by counting blocks.

use std::collections::BTreeSet;

use rusqlite::{Transaction, named_params, params};

use super::columns::outcome_code;
use super::requests::{Words, stored_start};
use super::sums::Tally;
use crate::model::RequestRecord;

/// Ids of a block; also in the migrations.
pub(super) const BLOCK: i64 = 2_000;

/// What joins `requests` to the block in `log_blocks`.
macro_rules! in_block {
    () => {
        "requests.id >= log_blocks.block * 2000 AND requests.id < (log_blocks.block + 1) * 2000"
    };
}

pub(super) use in_block;

/// The size and the zones stand as numbers in statements.
const _: () = assert!(BLOCK == 2_000 && zone::MODEL == 1);

/// The numbers of zones' dimensions in `usage.db`; never reused.
pub(super) mod zone {
    pub(in crate::store) const MODEL: i64 = 1;
    pub(in crate::store) const ACCOUNT: i64 = 2;
    pub(in crate::store) const CLIENT: i64 = 3;
    pub(in crate::store) const ROUTE: i64 = 4;
    pub(in crate::store) const OUTCOME: i64 = 5;
}

const UPSERT_BLOCK: &str = "INSERT INTO log_blocks (block, rows, first_ms, last_ms)
    VALUES (?, ?, ?, ?)
    ON CONFLICT (block) DO UPDATE SET rows = rows + excluded.rows,
    first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)";
const UPSERT_ZONE: &str = "INSERT INTO log_zones (dimension, block, name, other, rows)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (dimension, block, name, other) DO UPDATE SET rows = rows + excluded.rows";
pub(super) const SELECT_BLOCK_ROWS: &str = "SELECT id, started_at_ms, outcome, route, model_asked,
    model_used, account_id, client, user_agent FROM requests
    WHERE id >= :from AND id <= :to AND started_at_ms < :before";

const SHRINK: &str = "UPDATE log_blocks SET rows = rows - :rows WHERE block = :block";
const SHRINK_ZONE: &str = "UPDATE log_zones SET rows = rows - :rows
    WHERE dimension = :dimension AND block = :block AND name = :name AND other = :other";
const DELETE_EMPTY_BLOCK: &str = "DELETE FROM log_blocks WHERE block = :block AND rows <= 0";
const DELETE_EMPTY_ZONES: &str = "DELETE FROM log_zones
    WHERE dimension = :dimension AND block = :block AND rows <= 0";
const DELETE_TRACES: &str = "DELETE FROM log_traces
    WHERE block = :block AND NOT EXISTS (SELECT 1 FROM log_blocks WHERE block = :block)";
/// So that a block is not looked into again and again for what is too old.
const MEASURE: &str = "UPDATE log_blocks SET (first_ms, last_ms) =
    (SELECT coalesce(min(started_at_ms), first_ms), coalesce(max(started_at_ms), last_ms)
    FROM requests WHERE id >= :from AND id <= :to) WHERE block = :block";

/// The block of an id.
pub(super) const fn block_of(id: i64) -> i64 {
    id.div_euclid(BLOCK)
}

/// The first and the last id of a block.
pub(super) const fn ids_of(block: i64) -> (i64, i64) {
    let first = block.saturating_mul(BLOCK);
    (first, first.saturating_add(BLOCK - 1))
}

/// Rows that share a name in a block: dimension, block, name, other name.
type Zone = [i64; 4];

#[derive(Clone, Copy, Debug)]
struct Extent {
    rows: i64,
    first_ms: i64,
    last_ms: i64,
}

/// What a batch adds to the blocks, or takes from them.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    extents: Tally<i64, Extent>,
    zones: Tally<Zone, i64>,
}

/// What the zones know about a row.
struct Marks {
    started_ms: i64,
    outcome: i64,
    route: i64,
    model: (i64, i64),
    account: i64,
    client: (i64, i64),
}

impl Blocks {
    /// Adds a row.
    pub(super) fn add(&mut self, id: i64, record: &RequestRecord, words: Words) {
        let marks = Marks {
            started_ms: stored_start(record),
            outcome: outcome_code(record.outcome),
            route: words.route,
            model: (
                words.model_asked.unwrap_or(0),
                words.model_used.unwrap_or(0),
            ),
            account: words.account.unwrap_or(0),
            client: (words.client, words.user_agent.unwrap_or(0)),
        };
        self.mark(id, &marks);
    }

    fn mark(&mut self, id: i64, marks: &Marks) {
        let block = block_of(id);
        let at = marks.started_ms;
        let extent = self.extents.entry(block).or_insert(Extent {
            rows: 0,
            first_ms: at,
            last_ms: at,
        });
        extent.rows += 1;
        extent.first_ms = extent.first_ms.min(at);
        extent.last_ms = extent.last_ms.max(at);
        for zone in [
            [zone::MODEL, block, marks.model.0, marks.model.1],
            [zone::ACCOUNT, block, marks.account, 0],
            [zone::CLIENT, block, marks.client.0, marks.client.1],
            [zone::ROUTE, block, marks.route, 0],
            [zone::OUTCOME, block, marks.outcome, 0],
        ] {
            *self.zones.entry(zone).or_default() += 1;
        }
    }

    /// Counts rows that are about to be removed: those with an id from `from` to
    /// `to` that started before `before_ms`. Says how many they are.
    pub(super) fn count(
        &mut self,
        tx: &Transaction<'_>,
        from: i64,
        to: i64,
        before_ms: i64,
    ) -> rusqlite::Result<u64> {
        let mut select = tx.prepare_cached(SELECT_BLOCK_ROWS)?;
        let parameters = named_params! { ":from": from, ":to": to, ":before": before_ms };
        let mut rows = select.query(parameters)?;
        let mut counted = 0;
        while let Some(row) = rows.next()? {
            let name = |at: usize| row.get::<_, Option<i64>>(at).map(Option::unwrap_or_default);
            let marks = Marks {
                started_ms: row.get(1)?,
                outcome: row.get(2)?,
                route: row.get(3)?,
                model: (name(4)?, name(5)?),
                account: name(6)?,
                client: (row.get(7)?, name(8)?),
            };
            self.mark(row.get(0)?, &marks);
            counted += 1;
        }
        Ok(counted)
    }

    /// Writes what was added.
    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut upsert = tx.prepare_cached(UPSERT_BLOCK)?;
        for (block, extent) in &self.extents {
            upsert.execute(params![block, extent.rows, extent.first_ms, extent.last_ms])?;
        }
        let mut upsert = tx.prepare_cached(UPSERT_ZONE)?;
        for ([dimension, block, name, other], rows) in &self.zones {
            upsert.execute(params![dimension, block, name, other, rows])?;
        }
        Ok(())
    }

    /// Takes what was counted out again, after the rows were removed.
    pub(super) fn take_out(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        for ([dimension, block, name, other], rows) in &self.zones {
            tx.prepare_cached(SHRINK_ZONE)?.execute(named_params! {
                ":dimension": dimension, ":block": block, ":name": name, ":other": other,
                ":rows": rows,
            })?;
        }
        let touched: BTreeSet<(i64, i64)> =
            self.zones.keys().map(|zone| (zone[0], zone[1])).collect();
        for (dimension, block) in touched {
            tx.prepare_cached(DELETE_EMPTY_ZONES)?
                .execute(named_params! { ":dimension": dimension, ":block": block })?;
        }
        for (block, extent) in &self.extents {
            tx.prepare_cached(SHRINK)?
                .execute(named_params! { ":block": block, ":rows": extent.rows })?;
            tx.prepare_cached(DELETE_EMPTY_BLOCK)?
                .execute(named_params! { ":block": block })?;
            tx.prepare_cached(DELETE_TRACES)?
                .execute(named_params! { ":block": block })?;
            let (from, to) = ids_of(*block);
            tx.prepare_cached(MEASURE)?
                .execute(named_params! { ":block": block, ":from": from, ":to": to })?;
        }
        Ok(())
    }
}
