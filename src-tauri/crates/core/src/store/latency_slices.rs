//! Histograms of how long calls took, per hour and per day: of everything, and
//! by model, account, client and route alone (table `latency_slices`). All
//! dimensions together would be as large as the log itself.

use rusqlite::{OptionalExtension as _, Transaction, params, params_from_iter};

use super::histogram::Histogram;
use super::history::{self, OLDER_POOL};
use super::names;
use super::requests::stored_start;
use super::rollup::{GRAINS, HOUR_MS, Place, Slice, dimension};
use super::sums::Tally;
use crate::model::{Outcome, RequestRecord};

const SELECT: &str = "SELECT first_byte, duration FROM latency_slices
    WHERE grain = ? AND dimension = ? AND start = ? AND name = ?";
const REPLACE: &str = "INSERT INTO latency_slices
    (grain, dimension, start, name, first_byte, duration) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (grain, dimension, start, name) DO UPDATE SET
    first_byte = excluded.first_byte, duration = excluded.duration";

const SELECT_OLDER: &str = "SELECT hour, model, account_id, client, route, calls
    FROM usage_hourly WHERE client = ? AND outcome = 1";
const DELETE_EMPTY: &str =
    "DELETE FROM latency_slices WHERE length(first_byte) = 0 AND length(duration) = 0";

/// Both times of some calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// Until the first byte.
    pub(super) first_byte: Histogram,
    /// In all.
    pub(super) duration: Histogram,
}

impl Times {
    /// Counts a call that [`was_timed`].
    pub(super) fn add(&mut self, record: &RequestRecord) {
        if let Some(first_byte_ms) = record.first_byte_ms {
            self.first_byte.add(first_byte_ms);
        }
        self.duration.add(record.duration_ms);
    }

    fn merge(&mut self, other: &Self, times: i64) {
        self.first_byte.merge(&other.first_byte, times);
        self.duration.merge(&other.duration, times);
    }
}

/// Only calls that succeeded: a refusal within a millisecond says nothing about how
/// long answers take. How long an older pool's calls took nobody wrote down.
pub(super) fn was_timed(record: &RequestRecord) -> bool {
    record.outcome == Outcome::Success && !history::is_older_call(record)
}

/// The times of one batch.
#[derive(Debug, Default)]
pub(super) struct LatencySlices {
    /// By hour, dimension and name.
    hours: Tally<[i64; 3], Times>,
    is_taken_back: bool,
}

/// Whether a dimension has histograms.
pub(super) const fn is_timed(number: i64) -> bool {
    matches!(
        number,
        dimension::ALL
            | dimension::MODEL
            | dimension::ACCOUNT
            | dimension::CLIENT
            | dimension::ROUTE
    )
}

impl LatencySlices {
    pub(super) fn add(&mut self, record: &RequestRecord, place: Place) {
        if !was_timed(record) {
            return;
        }
        let hour = stored_start(record) / HOUR_MS;
        for (dimension, name) in place.names() {
            if is_timed(dimension) {
                let times = self.hours.entry([hour, dimension, name]).or_default();
                times.add(record);
            }
        }
    }

    /// From now on these times are taken out, not put in.
    pub(super) fn take_back(&mut self) {
        self.is_taken_back = !self.is_taken_back;
    }

    /// An older pool's calls of an hour, as they were counted once: of no time.
    fn add_older(&mut self, hour: i64, places: &[(i64, i64)], calls: i64) {
        let mut at_once = Histogram::default();
        at_once.add(0);
        for &(dimension, name) in places {
            let times = self.hours.entry([hour, dimension, name]).or_default();
            times.duration.merge(&at_once, calls);
        }
    }

    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let sign = if self.is_taken_back { -1 } else { 1 };
        let mut slices: Tally<Slice, Times> = Tally::default();
        for ([hour, dimension, name], times) in &self.hours {
            for grain in GRAINS {
                let slice = [grain, *dimension, hour / grain, *name];
                slices.entry(slice).or_default().merge(times, sign);
            }
        }
        let mut select = tx.prepare_cached(SELECT)?;
        let mut replace = tx.prepare_cached(REPLACE)?;
        for (slice, mut times) in slices {
            select
                .query_row(params_from_iter(slice), |row| {
                    times.first_byte.add_encoded(row.get_ref(0)?.as_blob()?);
                    times.duration.add_encoded(row.get_ref(1)?.as_blob()?);
                    Ok(())
                })
                .optional()?;
            let [grain, dimension, start, name] = slice;
            replace.execute(params![
                grain,
                dimension,
                start,
                name,
                times.first_byte.encoded(),
                times.duration.encoded(),
            ])?;
        }
        Ok(())
    }
}

/// Takes the calls of an older pool out, which were counted once as if they had
/// taken no time. A part of migration 6 of `usage.db`.
pub(super) fn take_older_calls_out(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let Some(older_pool) = names::find(tx, OLDER_POOL)? else {
        return Ok(());
    };
    let mut slices = LatencySlices::default();
    let mut select = tx.prepare(SELECT_OLDER)?;
    let mut rows = select.query([older_pool])?;
    while let Some(row) = rows.next()? {
        let places = [
            (dimension::ALL, 0),
            (dimension::MODEL, row.get(1)?),
            (dimension::ACCOUNT, row.get(2)?),
            (dimension::CLIENT, row.get(3)?),
            (dimension::ROUTE, row.get(4)?),
        ];
        slices.add_older(row.get(0)?, &places, row.get(5)?);
    }
    slices.take_back();
    slices.save(tx)?;
    tx.execute(DELETE_EMPTY, []).map(|_| ())
}
