//! How long successful calls took between two moments.
//!
//! Of everything, or of one model, account, client or route, all calls are
//! counted, also those that have left the log. For several of these together
//! only the log can tell, and its newest 20,000 such calls are asked.

use std::collections::HashMap;

use rusqlite::{Connection, named_params};

use super::filter::{Dimension, Filter, UsageFilter};
use super::histogram::Histogram;
use super::latency_slices::{Times, is_timed};
use super::rollup::dimension;
use super::span::Span;
use super::usage::{RIM_FIRST_BYTE, each_at_rim};
use super::{Store, StoreError};

/// Calls of the log that are asked when no histogram answers.
const ASKED: usize = 20_000;

pub(super) const SELECT: &str = "SELECT name, first_byte, duration FROM latency_slices
    WHERE grain = :grain AND dimension = :dimension AND start >= :first AND start < :end
    AND (:only IS NULL OR name = :only)";
pub(super) const SELECT_FROM_LOG: &str = "SELECT coalesce(model_used, model_asked, 0),
    coalesce(account_id, 0), coalesce(key_id, 0), client, route, first_byte_ms, duration_ms
    FROM log_blocks CROSS JOIN requests
    ON requests.id >= log_blocks.block * 2000 AND requests.id < (log_blocks.block + 1) * 2000
    WHERE log_blocks.last_ms >= :from AND log_blocks.first_ms < :to
    AND started_at_ms >= :from AND started_at_ms < :to AND +outcome = 1
    AND (:model IS NULL OR coalesce(model_used, model_asked, 0) = :model)
    AND (:account IS NULL OR coalesce(account_id, 0) = :account)
    AND (:client IS NULL OR client = :client) AND (:route IS NULL OR route = :route)
    ORDER BY log_blocks.block DESC, requests.id DESC";

/// Where [`each_at_rim`] says the outcome and the duration.
const RIM_OUTCOME: usize = 6;
const RIM_DURATION: usize = 14;

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
    let column = usize::try_from(by).unwrap_or(0);
    for bounds in span.rims() {
        each_at_rim(connection, filter, bounds, |row| {
            let group = if by == dimension::ALL {
                0
            } else {
                row.get(column)?
            };
            gathered.entry(group).or_default().add(
                row.get(RIM_OUTCOME)?,
                row.get(RIM_FIRST_BYTE)?,
                row.get(RIM_DURATION)?,
            );
            Ok(())
        })?;
    }
    Ok(())
}

fn from_log(
    connection: &Connection,
    by: i64,
    filter: Filter,
    (from_ms, to_ms): (i64, i64),
) -> rusqlite::Result<Gathered> {
    let mut gathered = Gathered::new();
    let mut select = connection.prepare_cached(SELECT_FROM_LOG)?;
    let mut rows = select.query(named_params! {
        ":from": from_ms, ":to": to_ms, ":model": filter.model, ":account": filter.account,
        ":client": filter.client, ":route": filter.route,
    })?;
    let mut asked = 0;
    while let Some(row) = rows.next()? {
        let group = match usize::try_from(by - 1) {
            Ok(column) => row.get(column)?,
            Err(_) => 0,
        };
        let times: &mut Times = gathered.entry(group).or_default();
        if let Some(first_byte_ms) = row.get(5)? {
            times.first_byte.add(first_byte_ms);
        }
        times.duration.add(row.get(6)?);
        asked += 1;
        if asked == ASKED {
            break;
        }
    }
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
