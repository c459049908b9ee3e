//! What was used between two moments: whole days and hours from the sums, the
//! rest of an hour at either end from the log. Of everything together there are sums
//! of quarters of an hour as well, and the log is asked for the rest of these.
//!
//! Questions of one dimension or none are answered from its own sums, which are
//! few; those of several from the sums over all dimensions. Added up is here, not
//! in SQL, so that no query sorts.

use std::collections::HashMap;

use rusqlite::{Connection, Row, named_params};

use super::columns::outcome_code;
use super::filter::{Dimension, Filter, UsageFilter};
use super::rollup::{HOUR_MS, QUARTER, dimension};
use super::span::{Bounds, Span};
use super::sums::{UsageSums, sum_columns};
use super::tools::ToolsOfHour;
use super::{Store, StoreError, logged, names};
use crate::model::{KeyId, Outcome};

/// Sums of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedUsage {
    /// Model, id, route, or [`Outcome::as_str`]; empty for requests without one.
    pub name: String,
    /// Its sums.
    pub sums: UsageSums,
}

/// Sums of one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourUsage {
    /// Hours since 1970 in UTC.
    pub hour: i64,
    /// Its sums, as far as they lie between the two moments.
    pub sums: UsageSums,
}

/// How a key was used since it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// Finished requests whose last attempt it made.
    pub calls: i64,
    /// Unix milliseconds of the start of the last one.
    pub last_used_ms: i64,
}

pub(super) const SELECT_SLICES: &str = concat!(
    "SELECT start, name, failed, ",
    sum_columns!(),
    " FROM usage_slices WHERE grain = :grain AND dimension = :dimension
    AND start >= :first AND start < :end AND (:only IS NULL OR name = :only)"
);
pub(super) const SELECT_HOURS: &str = concat!(
    "SELECT hour, model, account_id, key_id, client, route, outcome, ",
    sum_columns!(),
    " FROM usage_hourly WHERE hour >= :first AND hour < :end
    AND (:model IS NULL OR model = :model) AND (:account IS NULL OR account_id = :account)
    AND (:client IS NULL OR client = :client) AND (:route IS NULL OR route = :route)"
);
const SELECT_KEYS: &str = "SELECT names.name, calls, last_used_ms
    FROM key_totals JOIN names ON names.name_id = key_totals.key_id";

/// What sums are gathered by: a dimension's number, or the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Dimension(i64),
    Hour,
}

type Gathered = HashMap<i64, UsageSums>;

/// Reads a row of [`SELECT_HOURS`] and adds it to its group.
fn add_place(gathered: &mut Gathered, by: By, row: &Row<'_>) -> rusqlite::Result<()> {
    let outcome: i64 = row.get(6)?;
    let mut sums = UsageSums::read(row, 7)?;
    if outcome != outcome_code(Outcome::Success) {
        sums.failed = sums.calls;
    }
    let group = match by {
        By::Hour => row.get(0)?,
        By::Dimension(dimension::ALL) => 0,
        // Columns stand in the order of the dimensions' numbers.
        By::Dimension(number) => row.get(usize::try_from(number).unwrap_or(0))?,
    };
    gathered.entry(group).or_default().add(sums);
    Ok(())
}

fn add_slices(
    connection: &Connection,
    gathered: &mut Gathered,
    by: By,
    (number, only): (i64, Option<i64>),
    [grain, first, end]: [i64; 3],
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(SELECT_SLICES)?;
    let mut rows = select.query(named_params! {
        ":grain": grain, ":dimension": number, ":first": first, ":end": end, ":only": only,
    })?;
    while let Some(row) = rows.next()? {
        let mut sums = UsageSums::read(row, 3)?;
        sums.failed = row.get(2)?;
        let group = match by {
            By::Hour if grain == QUARTER => row.get::<_, i64>(0)? / 4,
            By::Hour => row.get(0)?,
            By::Dimension(dimension::ALL) => 0,
            By::Dimension(_) => row.get(1)?,
        };
        gathered.entry(group).or_default().add(sums);
    }
    Ok(())
}

fn add_places(
    connection: &Connection,
    gathered: &mut Gathered,
    by: By,
    filter: Filter,
    (first, end): Bounds,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(SELECT_HOURS)?;
    let mut rows = select.query(named_params! {
        ":first": first, ":end": end, ":model": filter.model, ":account": filter.account,
        ":client": filter.client, ":route": filter.route,
    })?;
    while let Some(row) = rows.next()? {
        add_place(gathered, by, row)?;
    }
    Ok(())
}

fn gather(
    connection: &Connection,
    by: By,
    span: Span,
    filter: Filter,
) -> rusqlite::Result<Gathered> {
    let mut gathered = Gathered::new();
    let slice = filter.slice(match by {
        By::Dimension(number) => number,
        By::Hour => dimension::ALL,
    });
    if let Some(slice) = slice {
        for bounds in span.slices() {
            add_slices(connection, &mut gathered, by, slice, bounds)?;
        }
    } else {
        let [hours, _] = span.by_hour().hours;
        add_places(connection, &mut gathered, by, filter, hours)?;
    }
    let mut rims: Vec<Bounds> = span.rims().collect();
    if let Some(everything @ (dimension::ALL, None)) = slice {
        for bounds in span.quarters() {
            add_slices(connection, &mut gathered, by, everything, bounds)?;
        }
        rims = span.rims_of_quarters().collect();
    }
    for bounds in rims {
        logged::each(connection, logged::SELECT_ALL, filter, bounds, |one| {
            let group = match by {
                By::Hour => one.hour,
                By::Dimension(number) => one.name(number),
            };
            gathered
                .entry(group)
                .or_default()
                .add(UsageSums::of(&one.record));
            true
        })?;
    }
    Ok(gathered)
}

/// Sums by tool, which only their own sums tell apart.
fn gather_tools(connection: &Connection, span: Span) -> rusqlite::Result<Gathered> {
    let mut gathered = Gathered::new();
    let by = By::Dimension(dimension::TOOL);
    for bounds in span.slices() {
        add_slices(
            connection,
            &mut gathered,
            by,
            (dimension::TOOL, None),
            bounds,
        )?;
    }
    for bounds in span.rims() {
        let tools = ToolsOfHour::find(connection, bounds.0.div_euclid(HOUR_MS))?;
        let all = Filter::default();
        logged::each(connection, logged::SELECT_ALL, all, bounds, |one| {
            let tool = tools.name_of(one.name(dimension::TOOL));
            gathered
                .entry(tool)
                .or_default()
                .add(UsageSums::of(&one.record));
            true
        })?;
    }
    Ok(gathered)
}

/// The most tokens, then calls, first.
fn ranked(
    gathered: Gathered,
    name: impl Fn(i64) -> rusqlite::Result<String>,
) -> rusqlite::Result<Vec<NamedUsage>> {
    let mut found = Vec::with_capacity(gathered.len());
    for (number, sums) in gathered {
        if sums != UsageSums::default() {
            let name = name(number)?;
            found.push(NamedUsage { name, sums });
        }
    }
    found.sort_by(|one, other| {
        let key = |usage: &NamedUsage| (usage.sums.tokens(), usage.sums.calls);
        key(other)
            .cmp(&key(one))
            .then_with(|| one.name.cmp(&other.name))
    });
    Ok(found)
}

impl Store {
    /// Sums over requests that started from `from_ms` and before `to_ms` (Unix
    /// milliseconds). Ends on a whole hour, a `to_ms` in the future as well, spare
    /// a look at the requests of that hour; without a filter, ends on a quarter of
    /// an hour do.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_sums(
        &self,
        from_ms: i64,
        to_ms: i64,
        filter: &UsageFilter,
    ) -> Result<UsageSums, StoreError> {
        let span = Span::between(from_ms, to_ms);
        self.read_usage("sum the usage", |connection| {
            let moment = connection.unchecked_transaction()?;
            let Some(filter) = Filter::find(&moment, filter)? else {
                return Ok(UsageSums::default());
            };
            let gathered = gather(&moment, By::Dimension(dimension::ALL), span, filter)?;
            Ok(gathered.get(&0).copied().unwrap_or_default())
        })
    }

    /// The sums of every name of a dimension between two moments, as in
    /// [`Store::usage_sums`]; the ones with the most tokens, then calls, first.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_by(
        &self,
        by: Dimension,
        from_ms: i64,
        to_ms: i64,
        filter: &UsageFilter,
    ) -> Result<Vec<NamedUsage>, StoreError> {
        let span = Span::between(from_ms, to_ms);
        self.read_usage("sum the usage by name", |connection| {
            let moment = connection.unchecked_transaction()?;
            let Some(filter) = Filter::find(&moment, filter)? else {
                return Ok(Vec::new());
            };
            let gathered = gather(&moment, By::Dimension(by.number()), span, filter)?;
            ranked(gathered, |number| by.name(&moment, number))
        })
    }

    /// The sums of every tool between two moments, in the same order; the name is
    /// empty for requests that name none. An hour has at most 64 names, the rest of
    /// them is summed as `(others)`.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_by_tool(&self, from_ms: i64, to_ms: i64) -> Result<Vec<NamedUsage>, StoreError> {
        let span = Span::between(from_ms, to_ms);
        self.read_usage("sum the usage by tool", |connection| {
            let moment = connection.unchecked_transaction()?;
            ranked(gather_tools(&moment, span)?, |number| {
                names::name(&moment, number)
            })
        })
    }

    /// Sums per hour between two moments, as in [`Store::usage_sums`]; hours
    /// without a request are left out. Oldest first.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_by_hour(
        &self,
        from_ms: i64,
        to_ms: i64,
        filter: &UsageFilter,
    ) -> Result<Vec<HourUsage>, StoreError> {
        let span = Span::between(from_ms, to_ms).by_hour();
        self.read_usage("sum the usage by hour", |connection| {
            let moment = connection.unchecked_transaction()?;
            let Some(filter) = Filter::find(&moment, filter)? else {
                return Ok(Vec::new());
            };
            let gathered = gather(&moment, By::Hour, span, filter)?;
            let mut hours: Vec<_> = gathered
                .into_iter()
                .filter(|(_, sums)| *sums != UsageSums::default())
                .map(|(hour, sums)| HourUsage { hour, sums })
                .collect();
            hours.sort_unstable_by_key(|one| one.hour);
            Ok(hours)
        })
    }

    /// How often and when each key was last used.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn key_usage(&self) -> Result<HashMap<KeyId, KeyUsage>, StoreError> {
        self.read_usage("list the usage of keys", |connection| {
            connection
                .prepare_cached(SELECT_KEYS)?
                .query_map([], |row| {
                    let usage = KeyUsage {
                        calls: row.get("calls")?,
                        last_used_ms: row.get("last_used_ms")?,
                    };
                    Ok((row.get("name")?, usage))
                })?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests;
