//! How long successful calls took between two moments.
//!
//! Of everything, or of one model, account, client or route, all calls are
//! counted, also those that have left the log. For several of these together
//! only the log can tell, and its newest 20,000 such calls are asked.

use std::collections::HashMap;

use rusqlite::{Connection, named_params};

use super::filter::{Dimension, Filter, UsageFilter};
use super::histogram::Histogram;
use super::latency_slices::{Times, is_timed, was_timed};
use super::rollup::dimension;
use super::span::Span;
use super::{Store, StoreError, logged};

/// Calls of the log that are asked when no histogram answers.
const ASKED: usize = 20_000;

pub(super) const SELECT: &str = "SELECT name, first_byte, duration FROM latency_slices
    WHERE grain = :grain AND dimension = :dimension AND start >= :first AND start < :end
    AND (:only IS NULL OR name = :only)";
/// How long calls took; a value is right to 6.25 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Calls that were timed.
    pub calls: i64,
    /// Half of them took at most so many milliseconds.
    pub p50_ms: Option<u32>,
    /// Nine of ten.
    pub p90_ms: Option<u32>,
    /// 95 of 100.
    pub p95_ms: Option<u32>,
    /// 99 of 100.
    pub p99_ms: Option<u32>,
}

/// Both times of successful calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// Until the first byte of the answer, of the calls that had one.
    pub first_byte: Percentiles,
    /// In all.
    pub duration: Percentiles,
}

impl Percentiles {
    fn of(histogram: &Histogram) -> Self {
        Self {
            calls: histogram.calls(),
            p50_ms: histogram.percentile(50),
            p90_ms: histogram.percentile(90),
            p95_ms: histogram.percentile(95),
            p99_ms: histogram.percentile(99),
        }
    }
}

impl Latencies {
    fn of(times: &Times) -> Self {
        Self {
            first_byte: Percentiles::of(&times.first_byte),
            duration: Percentiles::of(&times.duration),
        }
    }
}

type Gathered = HashMap<i64, Times>;

fn from_slices(
    connection: &Connection,
    by: i64,
    (number, only): (i64, Option<i64>),
    span: Span,
) -> rusqlite::Result<Gathered> {
    let mut gathered = Gathered::new();
    let mut select = connection.prepare_cached(SELECT)?;
    for [grain, first, end] in span.slices() {
        let mut rows = select.query(named_params! {
            ":grain": grain, ":dimension": number, ":first": first, ":end": end, ":only": only,
        })?;
        while let Some(row) = rows.next()? {
            let group = if by == dimension::ALL { 0 } else { row.get(0)? };
            let times = gathered.entry(group).or_default();
            times.first_byte.add_encoded(row.get_ref(1)?.as_blob()?);
            times.duration.add_encoded(row.get_ref(2)?.as_blob()?);
        }
    }
    Ok(gathered)
}

fn add_rims(
    connection: &Connection,
    gathered: &mut Gathered,
    by: i64,
    filter: Filter,
    span: Span,
) -> rusqlite::Result<()> {
    for bounds in span.rims() {
        logged::each(connection, logged::SELECT_ALL, filter, bounds, |one| {
            if was_timed(&one.record) {
                gathered.entry(one.name(by)).or_default().add(&one.record);
            }
            true
        })?;
    }
    Ok(())
}

fn from_log(
    connection: &Connection,
    by: i64,
    filter: Filter,
    bounds: (i64, i64),
) -> rusqlite::Result<Gathered> {
    let mut gathered = Gathered::new();
    let mut left = ASKED;
    logged::each(connection, logged::SELECT_GOOD, filter, bounds, |one| {
        if was_timed(&one.record) {
            gathered.entry(one.name(by)).or_default().add(&one.record);
            left -= 1;
        }
        left > 0
    })?;
    Ok(gathered)
}

fn gather(
    connection: &Connection,
    by: i64,
    (from_ms, to_ms): (i64, i64),
    filter: Filter,
) -> rusqlite::Result<Gathered> {
    let span = Span::between(from_ms, to_ms);
    match filter.slice(by) {
        Some(slice) if is_timed(slice.0) => {
            let mut gathered = from_slices(connection, by, slice, span)?;
            add_rims(connection, &mut gathered, by, filter, span)?;
            Ok(gathered)
        }
        _ => from_log(connection, by, filter, (from_ms, to_ms)),
    }
}

impl Store {
    /// How long successful calls took that started from `from_ms` and before
    /// `to_ms` (Unix milliseconds).
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn latencies(
        &self,
        from_ms: i64,
        to_ms: i64,
        filter: &UsageFilter,
    ) -> Result<Latencies, StoreError> {
        self.read_usage("read how long calls took", |connection| {
            let moment = connection.unchecked_transaction()?;
            let Some(filter) = Filter::find(&moment, filter)? else {
                return Ok(Latencies::default());
            };
            let gathered = gather(&moment, dimension::ALL, (from_ms, to_ms), filter)?;
            Ok(gathered.get(&0).map(Latencies::of).unwrap_or_default())
        })
    }

    /// The same for every name of a dimension; by [`Dimension::Key`] only the
    /// newest calls of the log are asked, by [`Dimension::Outcome`] there is only
    /// the one.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn latencies_by(
        &self,
        by: Dimension,
        from_ms: i64,
        to_ms: i64,
        filter: &UsageFilter,
    ) -> Result<Vec<(String, Latencies)>, StoreError> {
        let number = match by {
            Dimension::Outcome => dimension::ALL,
            Dimension::Model
            | Dimension::Account
            | Dimension::Key
            | Dimension::Client
            | Dimension::Route => by.number(),
        };
        self.read_usage("read how long calls took by name", |connection| {
            let moment = connection.unchecked_transaction()?;
            let Some(filter) = Filter::find(&moment, filter)? else {
                return Ok(Vec::new());
            };
            let gathered = gather(&moment, number, (from_ms, to_ms), filter)?;
            let mut found = Vec::with_capacity(gathered.len());
            for (number, times) in gathered {
                let name = match by {
                    Dimension::Outcome => "success".to_owned(),
                    _ => by.name(&moment, number)?,
                };
                found.push((name, Latencies::of(&times)));
            }
            found.sort_by(|one, other| one.0.cmp(&other.0));
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests;
