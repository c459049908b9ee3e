//! What accounts spent since moments of their own, for the estimates of balances.
//!
//! Exact to the request, as long as the rows of the hour in which such a moment
//! lies are in the log: the hour's sum, less what started before. Where they have
//! left it, the whole hour counts: an estimate may then be too low by what the
//! account spent in that hour before, and is never too high. The same holds where its
//! rows cannot be read in time, and for earlier moments then, so that a slow disk holds
//! nobody up for long. Where the sums cannot, or the rows of the last hour, nothing is
//! told of the accounts that need them.

use std::collections::HashMap;

use rusqlite::{Connection, named_params};

use super::blocks::in_block;
use super::names;
use super::rollup::{HOUR_MS, dimension};
use super::span::{Bounds, Span};
use super::{Store, StoreError};
use crate::model::{AccountId, Amounts};

pub(super) const SELECT_SLICES: &str = "SELECT name, cost_cny_nano, cost_usd_nano FROM usage_slices
    WHERE grain = :grain AND dimension = :dimension AND start >= :first AND start < :end
    AND (cost_cny_nano <> 0 OR cost_usd_nano <> 0)";
/// Priced requests that started between two moments.
pub(super) const SELECT_ROWS: &str = concat!(
    "SELECT account_id, started_at_ms,
    iif(currency = 1, cost_nano, 0), iif(currency = 2, cost_nano, 0)
    FROM log_blocks CROSS JOIN requests ON ",
    in_block!(),
    " WHERE log_blocks.last_ms >= :from AND log_blocks.first_ms < :to
    AND started_at_ms >= :from AND started_at_ms < :to
    AND account_id IS NOT NULL AND cost_nano <> 0"
);

/// By the numbers of accounts.
type ByAccount = HashMap<i64, Amounts>;

fn add(amounts: &mut ByAccount, account: i64, cny_nano: i64, usd_nano: i64) {
    let more = Amounts { cny_nano, usd_nano };
    let sum = amounts.entry(account).or_default();
    *sum = sum.plus(more);
}

/// Adds whole hours.
fn add_hours(
    connection: &Connection,
    amounts: &mut ByAccount,
    (first, end): Bounds,
) -> rusqlite::Result<()> {
    for [grain, first, end] in Span::between(first * HOUR_MS, end * HOUR_MS).slices() {
        let mut select = connection.prepare_cached(SELECT_SLICES)?;
        let mut rows = select.query(named_params! {
            ":grain": grain, ":dimension": dimension::ACCOUNT, ":first": first, ":end": end,
        })?;
        while let Some(row) = rows.next()? {
            add(amounts, row.get(0)?, row.get(1)?, row.get(2)?);
        }
    }
    Ok(())
}

/// Sums the rows that started between two moments, those of an account only up
/// to its own moment if it has one in `until`.
fn of_rows(
    connection: &Connection,
    (from, to): Bounds,
    until: Option<&HashMap<i64, i64>>,
) -> rusqlite::Result<ByAccount> {
    let mut amounts = ByAccount::new();
    if from >= to {
        return Ok(amounts);
    }
    let mut select = connection.prepare_cached(SELECT_ROWS)?;
    let mut rows = select.query(named_params! { ":from": from, ":to": to })?;
    while let Some(row) = rows.next()? {
        let (account, started_ms): (i64, i64) = (row.get(0)?, row.get(1)?);
        let counts = until.is_none_or(|until| {
            let end = until.get(&account);
            end.is_some_and(|end| started_ms < *end)
        });
        if counts {
            add(&mut amounts, account, row.get(2)?, row.get(3)?);
        }
    }
    Ok(amounts)
}

/// What is read of the hours in which a moment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Their rows, so that the figures are exact.
    RowsToo,
    /// A lower bound of what is left of a balance, and much quicker.
    SumsOnly,
}

/// Whole hours up to `end`, from later to earlier, summed as they are asked for:
/// however many moments there are, each hour is read once.
struct Backwards {
    /// Milliseconds; what started then or later does not count.
    to_ms: i64,
    /// The hours from this one on are in `amounts`.
    first: i64,
    end: i64,
    amounts: ByAccount,
    /// Once rows could not be read in time, no more are read: each attempt may take
    /// as long as a read may.
    reading: Reading,
}

impl Backwards {
    fn from(to_ms: i64) -> Self {
        let end = (to_ms + HOUR_MS - 1).div_euclid(HOUR_MS);
        Self {
            to_ms,
            first: end,
            end,
            amounts: ByAccount::new(),
            reading: Reading::RowsToo,
        }
    }

    /// Whether the sums alone suffice to reach an hour: not while the last one is
    /// to be taken in of which a part does not count.
    fn has_sums_for(&self, hour: i64) -> bool {
        let is_last = self.first == self.end && hour < self.end;
        !(is_last && self.to_ms < self.end * HOUR_MS)
    }

    /// Takes the hours from `hour` on in. What started after the end in the last
    /// hour is taken out of what the same moment finds in its sum.
    fn reach(&mut self, connection: &Connection, hour: i64) -> rusqlite::Result<()> {
        let mut amounts = self.amounts.clone();
        add_hours(connection, &mut amounts, (hour, self.first))?;
        if self.first == self.end && hour < self.end {
            let after = (self.to_ms, self.end * HOUR_MS);
            for (account, sum) in of_rows(connection, after, None)? {
                let whole = amounts.entry(account).or_default();
                *whole = whole.since(sum);
            }
        }
        (self.amounts, self.first) = (amounts, hour);
        Ok(())
    }

    /// What these accounts spent, all of whose moments lie in the same hour; of that
    /// hour all, when only the sums are read.
    fn spent(
        &mut self,
        connection: &Connection,
        (hour, since): (i64, &[(&AccountId, i64)]),
    ) -> rusqlite::Result<Vec<Amounts>> {
        self.reach(connection, hour)?;
        let mut numbers = Vec::with_capacity(since.len());
        let mut until = HashMap::new();
        for (account, from_ms) in since {
            let number = names::find(connection, account.as_str())?;
            numbers.push(number);
            until.extend(number.map(|number| (number, *from_ms)));
        }
        let begin = hour * HOUR_MS;
        let end = match self.reading {
            Reading::RowsToo => since.iter().map(|(_, from_ms)| *from_ms).max(),
            Reading::SumsOnly => None,
        };
        let before = of_rows(connection, (begin, end.unwrap_or(begin)), Some(&until))?;
        let of = |amounts: &ByAccount, number| amounts.get(&number).copied().unwrap_or_default();
        let spent = numbers.into_iter().map(|number| {
            let spent = number.map(|number| of(&self.amounts, number).since(of(&before, number)));
            spent.unwrap_or_default()
        });
        Ok(spent.collect())
    }
}

impl Store {
    /// What each account spent on requests that started from its moment on and
    /// before `to_ms` (Unix milliseconds), in the order of `since`. At least that much
    /// where the rows of an hour are gone or cannot be read in time; nothing where that
    /// is so of a sum.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn spent_since(
        &self,
        since: &[(AccountId, i64)],
        to_ms: i64,
    ) -> Result<Vec<Option<Amounts>>, StoreError> {
        let to_ms = to_ms.max(0);
        let moment = |at: usize| since[at].1.clamp(0, to_ms);
        let mut newest_first: Vec<usize> = (0..since.len()).collect();
        newest_first.sort_by_key(|at| std::cmp::Reverse(moment(*at)));
        let mut backwards = Backwards::from(to_ms);
        let mut spent = vec![None; since.len()];
        let hour = |at: &usize| moment(*at).div_euclid(HOUR_MS);
        for group in newest_first.chunk_by(|one, next| hour(one) == hour(next)) {
            let Some(hour) = group.first().map(hour) else {
                continue;
            };
            let asked: Vec<_> = group
                .iter()
                .map(|at| (&since[*at].0, moment(*at)))
                .collect();
            let Some(found) = self.spent_since_hour(&mut backwards, (hour, &asked))? else {
                // All that are left need these sums as well.
                break;
            };
            for (at, sum) in group.iter().zip(found) {
                spent[*at] = Some(sum);
            }
        }
        Ok(spent)
    }

    /// What accounts spent whose moments lie in this hour; `None` when that cannot be
    /// read in time.
    fn spent_since_hour(
        &self,
        backwards: &mut Backwards,
        asked: (i64, &[(&AccountId, i64)]),
    ) -> Result<Option<Vec<Amounts>>, StoreError> {
        loop {
            let reading = backwards.reading;
            let found = self.read_usage("sum the spending of accounts", |connection| {
                let snapshot = connection.unchecked_transaction()?;
                backwards.spent(&snapshot, asked)
            });
            let Err(StoreError::TooSlow { .. }) = found else {
                return found.map(Some);
            };
            tracing::info!(
                hour = asked.0,
                accounts = asked.1.len(),
                ?reading,
                "what accounts spent since a moment of this hour cannot be read in time"
            );
            if reading == Reading::SumsOnly || !backwards.has_sums_for(asked.0) {
                return Ok(None);
            }
            backwards.reading = Reading::SumsOnly;
        }
    }
}

#[cfg(test)]
mod tests;
