//! Finding a request by its whole trace id: two bytes of a hash for every row,
//! in the order of the ids, 2,000 to a block (table `log_traces`). All of them
//! are looked through at once, 20 MB for ten million rows, and the few rows
//! whose hash fits are asked themselves. An index would take forty bytes a row.

use rusqlite::{Connection, OptionalExtension as _, Transaction, named_params, params};

use super::blocks::{BLOCK, block_of, ids_of};
use super::requests::stored_text;
use super::sums::Tally;

/// Shorter texts are not taken for a trace id, in bytes.
const SHORTEST: usize = 8;
/// Bytes of a hash.
const WIDTH: usize = 2;

const SELECT: &str = "SELECT hashes FROM log_traces WHERE block = :block";
const REPLACE: &str = "INSERT INTO log_traces (block, hashes) VALUES (?, ?)
    ON CONFLICT (block) DO UPDATE SET hashes = excluded.hashes";
pub(super) const SELECT_ALL: &str = "SELECT block, hashes FROM log_traces
    WHERE block >= :oldest AND block <= :newest ORDER BY block DESC";

/// 16 bits of FNV-1a, which stays the same in every version. 0 is no trace id.
fn hash(trace: &str) -> [u8; WIDTH] {
    let hash = trace.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let folded = ((hash >> 16) ^ (hash & 0xffff)).max(1);
    let [low, high, ..] = folded.to_le_bytes();
    [low, high]
}

/// The hashes of a batch.
#[derive(Debug, Default)]
pub(super) struct Traces {
    blocks: Tally<i64, Vec<(usize, [u8; WIDTH])>>,
}

/// Where the hash of a row stands in its block.
fn place(id: i64) -> usize {
    usize::try_from(id.rem_euclid(BLOCK)).unwrap_or(0) * WIDTH
}

impl Traces {
    pub(super) fn add(&mut self, id: i64, trace: Option<&str>) {
        let Some(trace) = trace else {
            return;
        };
        let block = self.blocks.entry(block_of(id)).or_default();
        block.push((place(id), hash(stored_text(trace))));
    }

    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        for (block, added) in &self.blocks {
            let known: Option<Vec<u8>> = tx
                .prepare_cached(SELECT)?
                .query_row(named_params! { ":block": block }, |row| row.get(0))
                .optional()?;
            let mut hashes = known.unwrap_or_default();
            for (at, hash) in added {
                if hashes.len() < at + WIDTH {
                    hashes.resize(at + WIDTH, 0);
                }
                hashes[*at..at + WIDTH].copy_from_slice(hash);
            }
            tx.prepare_cached(REPLACE)?
                .execute(params![block, hashes])?;
        }
        Ok(())
    }
}

/// Ids below `before` of rows that may have this trace id, newest first, from the
/// blocks `oldest` on.
pub(super) fn candidates(
    connection: &Connection,
    trace: &str,
    oldest: i64,
    before: i64,
) -> rusqlite::Result<Vec<i64>> {
    if trace.len() < SHORTEST {
        return Ok(Vec::new());
    }
    let wanted = hash(trace);
    let mut found = Vec::new();
    let mut select = connection.prepare_cached(SELECT_ALL)?;
    let parameters = named_params! { ":oldest": oldest, ":newest": block_of(before) };
    let mut rows = select.query(parameters)?;
    while let Some(row) = rows.next()? {
        let (first, _) = ids_of(row.get(0)?);
        let hashes = row.get_ref(1)?.as_blob()?.as_chunks::<WIDTH>().0;
        let fitting = hashes.iter().enumerate().rev();
        let fitting = fitting.filter(|(_, hash)| **hash == wanted);
        let ids = fitting.filter_map(|(at, _)| Some(first + i64::try_from(at).ok()?));
        found.extend(ids.filter(|id| *id < before));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
