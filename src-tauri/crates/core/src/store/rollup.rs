//! Sums of requests, kept in the same transaction as the rows they sum (D11):
//! by hour over all dimensions together, by hour and by day over each dimension
//! alone (what dashboards ask for), and how often each key was used.

use rusqlite::{CachedStatement, Transaction, named_params, params_from_iter};

use super::columns::outcome_code;
use super::latency_slices::LatencySlices;
use super::requests::{Words, stored_start};
use super::sums::{Tally, UsageSums, sum_additions, sum_columns};
use crate::model::RequestRecord;

/// Milliseconds of an hour.
pub(super) const HOUR_MS: i64 = 3_600_000;
/// Hours of a day.
pub(super) const DAY: i64 = 24;
/// The lengths of slices in hours.
pub(super) const GRAINS: [i64; 2] = [1, DAY];

const UPSERT_HOUR: &str = concat!(
    "INSERT INTO usage_hourly (hour, account_id, key_id, model, client, route, outcome, ",
    sum_columns!(),
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (hour, account_id, key_id, model, client, route, outcome) DO UPDATE SET ",
    sum_additions!()
);
const UPSERT_SLICE: &str = concat!(
    "INSERT INTO usage_slices (grain, dimension, start, name, failed, ",
    sum_columns!(),
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (grain, dimension, start, name) DO UPDATE SET failed = failed + excluded.failed, ",
    sum_additions!()
);
const UPSERT_KEY: &str = "INSERT INTO key_totals (key_id, calls, last_used_ms)
    VALUES (:key, :calls, :last_used)
    ON CONFLICT (key_id) DO UPDATE SET
    calls = calls + excluded.calls,
    last_used_ms = max(last_used_ms, excluded.last_used_ms)";

const DELETE_EMPTY: &str = "DELETE FROM usage_hourly WHERE calls <= 0;
    DELETE FROM usage_slices WHERE calls <= 0;
    DELETE FROM latency_slices WHERE length(first_byte) = 0 AND length(duration) = 0;
    DELETE FROM key_totals WHERE calls <= 0;";

/// The numbers of slices' dimensions in `usage.db`; never reused.
pub(super) mod dimension {
    pub(in crate::store) const ALL: i64 = 0;
    pub(in crate::store) const MODEL: i64 = 1;
    pub(in crate::store) const ACCOUNT: i64 = 2;
    pub(in crate::store) const KEY: i64 = 3;
    pub(in crate::store) const CLIENT: i64 = 4;
    pub(in crate::store) const ROUTE: i64 = 5;
    pub(in crate::store) const OUTCOME: i64 = 6;
}

/// The dimensions of a sum; 0 where a record has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) account: i64,
    pub(super) key: i64,
    pub(super) model: i64,
    pub(super) client: i64,
    pub(super) route: i64,
    pub(super) outcome: i64,
}

impl Place {
    fn of(record: &RequestRecord, words: Words) -> Self {
        Self {
            account: words.account.unwrap_or(0),
            key: words.key.unwrap_or(0),
            model: words.model_used.or(words.model_asked).unwrap_or(0),
            client: words.client,
            route: words.route,
            outcome: outcome_code(record.outcome),
        }
    }

    /// Its name in each dimension.
    pub(super) const fn names(self) -> [(i64, i64); 7] {
        [
            (dimension::ALL, 0),
            (dimension::MODEL, self.model),
            (dimension::ACCOUNT, self.account),
            (dimension::KEY, self.key),
            (dimension::CLIENT, self.client),
            (dimension::ROUTE, self.route),
            (dimension::OUTCOME, self.outcome),
        ]
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct KeyTotal {
    calls: i64,
    last_used_ms: i64,
}

/// A slice of one dimension: grain, dimension, start, name.
pub(super) type Slice = [i64; 4];

/// The sums of one batch, gathered in memory to make few statements of many rows.
#[derive(Debug, Default)]
pub(super) struct Rollup {
    hours: Tally<(i64, Place), UsageSums>,
    latencies: LatencySlices,
    keys: Tally<i64, KeyTotal>,
}

/// A row of a table of sums over all dimensions.
fn upsert_place(
    statement: &mut CachedStatement<'_>,
    start: i64,
    place: Place,
    sums: UsageSums,
) -> rusqlite::Result<()> {
    let place = [
        start,
        place.account,
        place.key,
        place.model,
        place.client,
        place.route,
        place.outcome,
    ];
    // By position: looking the names of 27 parameters up takes longer than the row.
    let values = place.into_iter().chain(sums.columns());
    statement.execute(params_from_iter(values)).map(|_| ())
}

impl Rollup {
    /// Adds a record.
    pub(super) fn add(&mut self, record: &RequestRecord, words: Words) {
        self.correct(record, words, UsageSums::of(record));
        self.latencies.add(record, Place::of(record, words));
        if let Some(key) = words.key {
            let total = self.keys.entry(key).or_default();
            total.calls += 1;
            total.last_used_ms = total.last_used_ms.max(stored_start(record));
        }
    }

    /// Adds sums to where a record's are.
    pub(super) fn correct(&mut self, record: &RequestRecord, words: Words, sums: UsageSums) {
        let hour = stored_start(record) / HOUR_MS;
        let place = Place::of(record, words);
        self.hours.entry((hour, place)).or_default().add(sums);
    }

    /// The sums with their signs turned, to take these records out again.
    pub(super) fn taken_back(mut self) -> Self {
        for sums in self.hours.values_mut() {
            *sums = sums.negated();
        }
        for total in self.keys.values_mut() {
            *total = KeyTotal {
                calls: -total.calls,
                last_used_ms: 0,
            };
        }
        self.latencies.take_back();
        self
    }

    /// Removes sums of nothing.
    pub(super) fn sweep(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute_batch(DELETE_EMPTY)
    }

    /// Writes the sums.
    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut slices: Tally<Slice, UsageSums> = Tally::default();
        let mut upsert = tx.prepare_cached(UPSERT_HOUR)?;
        for (&(hour, place), &sums) in &self.hours {
            upsert_place(&mut upsert, hour, place, sums)?;
            for grain in GRAINS {
                for (dimension, name) in place.names() {
                    let slice = [grain, dimension, hour / grain, name];
                    slices.entry(slice).or_default().add(sums);
                }
            }
        }
        let mut upsert = tx.prepare_cached(UPSERT_SLICE)?;
        for (slice, sums) in slices {
            let values = slice.into_iter().chain([sums.failed]).chain(sums.columns());
            upsert.execute(params_from_iter(values))?;
        }
        self.latencies.save(tx)?;
        let mut upsert = tx.prepare_cached(UPSERT_KEY)?;
        for (key, total) in &self.keys {
            upsert.execute(named_params! {
                ":key": key,
                ":calls": total.calls,
                ":last_used": total.last_used_ms,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
