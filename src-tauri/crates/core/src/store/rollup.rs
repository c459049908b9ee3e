//! Sums of requests, kept in the same transaction as the rows they sum (D11):
//! by hour over all dimensions together, by hour and by day over each dimension
//! alone (what dashboards ask for), by tool likewise ([`super::tools`]), of everything
//! also by quarter of an hour (midnight is not on the hour everywhere), and how often
//! each key was used.

use std::collections::HashSet;

use rusqlite::{CachedStatement, Transaction, named_params, params_from_iter};

use super::columns::outcome_code;
use super::latency_slices::LatencySlices;
use super::requests::{Words, stored_start};
use super::sums::{Tally, UsageSums, sum_additions, sum_columns, sum_parameters};
use super::tools::ToolSums;
use crate::model::RequestRecord;

/// Milliseconds of an hour.
pub(super) const HOUR_MS: i64 = 3_600_000;
/// Hours of a day.
pub(super) const DAY: i64 = 24;
/// The lengths of slices in hours.
pub(super) const GRAINS: [i64; 2] = [1, DAY];
/// What stands for a quarter of an hour as the length of a slice; there are such of
/// [`dimension::ALL`] only.
pub(super) const QUARTER: i64 = 0;
/// Milliseconds of a quarter of an hour. No time zone of today is off by less.
pub(super) const QUARTER_MS: i64 = HOUR_MS / 4;

const UPSERT_HOUR: &str = concat!(
    "INSERT INTO usage_hourly (hour, account_id, key_id, model, client, route, outcome, ",
    sum_columns!(),
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ",
    sum_parameters!(),
    ") ON CONFLICT (hour, account_id, key_id, model, client, route, outcome) DO UPDATE SET ",
    sum_additions!()
);
const UPSERT_SLICE: &str = concat!(
    "INSERT INTO usage_slices (grain, dimension, start, name, failed, ",
    sum_columns!(),
    ") VALUES (?, ?, ?, ?, ?, ",
    sum_parameters!(),
    ") ON CONFLICT (grain, dimension, start, name) DO UPDATE SET failed = failed + excluded.failed, ",
    sum_additions!()
);
const UPSERT_KEY: &str = "INSERT INTO key_totals (key_id, calls, last_used_ms)
    VALUES (:key, :calls, :last_used)
    ON CONFLICT (key_id) DO UPDATE SET
    calls = calls + excluded.calls,
    last_used_ms = max(last_used_ms, excluded.last_used_ms)";

pub(super) const DELETE_HOUR: &str = "DELETE FROM usage_hourly WHERE hour = ? AND account_id = ?
    AND key_id = ? AND model = ? AND client = ? AND route = ? AND outcome = ? AND calls <= 0";
pub(super) const DELETE_SLICE: &str = "DELETE FROM usage_slices
    WHERE grain = ? AND dimension = ? AND start = ? AND name = ? AND calls <= 0";
pub(super) const DELETE_LATENCIES: &str = "DELETE FROM latency_slices
    WHERE grain = ? AND dimension = ? AND start = ? AND name = ?
    AND length(first_byte) = 0 AND length(duration) = 0";
pub(super) const DELETE_KEY: &str = "DELETE FROM key_totals WHERE key_id = ? AND calls <= 0";

/// The numbers of slices' dimensions in `usage.db`; never reused.
pub(super) mod dimension {
    pub(in crate::store) const ALL: i64 = 0;
    pub(in crate::store) const MODEL: i64 = 1;
    pub(in crate::store) const ACCOUNT: i64 = 2;
    pub(in crate::store) const KEY: i64 = 3;
    pub(in crate::store) const CLIENT: i64 = 4;
    pub(in crate::store) const ROUTE: i64 = 5;
    pub(in crate::store) const OUTCOME: i64 = 6;
    pub(in crate::store) const TOOL: i64 = 7;
}

/// The dimensions of a sum over all of them; 0 where a record has none.
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

    /// The primary key of its sums in a slice of time.
    const fn key_in(self, start: i64) -> [i64; 7] {
        [
            start,
            self.account,
            self.key,
            self.model,
            self.client,
            self.route,
            self.outcome,
        ]
    }

    /// Its slices of one dimension, of an hour and of its day.
    fn slices(self, hour: i64) -> impl Iterator<Item = Slice> {
        GRAINS.into_iter().flat_map(move |grain| {
            let slice = move |(dimension, name)| [grain, dimension, hour / grain, name];
            self.names().into_iter().map(slice)
        })
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

const fn of_quarter(quarter: i64) -> Slice {
    [QUARTER, dimension::ALL, quarter, 0]
}

/// The sums of one batch, gathered in memory to make few statements of many rows.
#[derive(Debug, Default)]
pub(super) struct Rollup {
    hours: Tally<(i64, Place), UsageSums>,
    /// Of everything, by quarters of an hour.
    quarters: Tally<i64, UsageSums>,
    tools: ToolSums,
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
    // By position: looking the names of the parameters up takes longer than the row.
    let values = place.key_in(start).into_iter().chain(sums.columns());
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
        let quarter = stored_start(record) / QUARTER_MS;
        self.quarters.entry(quarter).or_default().add(sums);
        self.tools.add(stored_start(record), words.user_agent, sums);
    }

    /// The sums with their signs turned, to take these records out again.
    pub(super) fn taken_back(mut self) -> Self {
        for sums in self.hours.values_mut().chain(self.quarters.values_mut()) {
            *sums = sums.negated();
        }
        for total in self.keys.values_mut() {
            *total = KeyTotal {
                calls: -total.calls,
                last_used_ms: 0,
            };
        }
        self.tools.take_back();
        self.latencies.take_back();
        self
    }

    /// Removes those of its sums, as they stand in the tables now, that are of
    /// nothing. Looks at no others.
    pub(super) fn sweep(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut delete = tx.prepare_cached(DELETE_HOUR)?;
        let mut slices = HashSet::new();
        for &(hour, place) in self.hours.keys() {
            delete.execute(params_from_iter(place.key_in(hour)))?;
            slices.extend(place.slices(hour));
        }
        slices.extend(self.quarters.keys().map(|quarter| of_quarter(*quarter)));
        let of_tools = self.tools.slices(tx)?;
        slices.extend(of_tools.into_iter().map(|(slice, _)| slice));
        let mut delete = tx.prepare_cached(DELETE_SLICE)?;
        let mut delete_latencies = tx.prepare_cached(DELETE_LATENCIES)?;
        for slice in slices {
            delete.execute(slice)?;
            delete_latencies.execute(slice)?;
        }
        let mut delete = tx.prepare_cached(DELETE_KEY)?;
        for key in self.keys.keys() {
            delete.execute([key])?;
        }
        Ok(())
    }

    /// Writes the sums.
    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut slices: Tally<Slice, UsageSums> = Tally::default();
        let mut upsert = tx.prepare_cached(UPSERT_HOUR)?;
        for (&(hour, place), &sums) in &self.hours {
            upsert_place(&mut upsert, hour, place, sums)?;
            for slice in place.slices(hour) {
                slices.entry(slice).or_default().add(sums);
            }
        }
        for (&quarter, &sums) in &self.quarters {
            slices.insert(of_quarter(quarter), sums);
        }
        for (slice, sums) in self.tools.slices(tx)? {
            slices.entry(slice).or_default().add(sums);
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
