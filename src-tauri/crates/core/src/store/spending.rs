//! What was spent, from the sums alone: for budgets and balances.

use rusqlite::named_params;

use super::filter::{Dimension, UsageFilter};
use super::rollup::HOUR_MS;
use super::{Store, StoreError, names};
use crate::model::{Amounts, Currency};

/// What one name spent in one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourSpent {
    /// Id, model or route; empty for requests without one.
    pub name: String,
    /// Begin of the hour of UTC, Unix milliseconds.
    pub hour_ms: i64,
    /// What it spent.
    pub spent: Amounts,
    /// Calls that may have been charged and whose cost is not known.
    pub calls_without_cost: i64,
}

pub(super) const SELECT_HOURS: &str = "SELECT name, start, cost_cny_nano, cost_usd_nano,
    calls_without_cost FROM usage_slices WHERE grain = 1 AND dimension = :dimension
    AND start >= :first AND start < :end
    AND (cost_cny_nano <> 0 OR cost_usd_nano <> 0 OR calls_without_cost <> 0)";
pub(super) const COUNT_PAID: &str = "SELECT
    coalesce(sum(calls_with_cost)
        FILTER (WHERE CASE :currency WHEN 1 THEN cost_cny_nano ELSE cost_usd_nano END <> 0), 0)
    FROM usage_hourly WHERE hour >= :first AND hour < :end AND client = :client";

impl Store {
    /// What each name of a dimension (an id, a model or a route; empty for requests
    /// without one) spent on requests that started from `from_ms` and before `to_ms`
    /// (Unix milliseconds).
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn spent(
        &self,
        by: Dimension,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(String, Amounts)>, StoreError> {
        let usage = self.usage_by(by, from_ms, to_ms, &UsageFilter::default())?;
        let spent = usage.into_iter().map(|one| {
            let spent = Amounts {
                cny_nano: one.sums.cost_cny_nano,
                usd_nano: one.sums.cost_usd_nano,
            };
            (one.name, spent)
        });
        Ok(spent.filter(|(_, spent)| !spent.is_nothing()).collect())
    }

    /// How many calls of a client were paid in this currency, of those that started
    /// in the hours of UTC from `from_ms` and before `to_ms` (Unix milliseconds).
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn paid_calls(
        &self,
        client: &str,
        currency: Currency,
        (from_ms, to_ms): (i64, i64),
    ) -> Result<i64, StoreError> {
        let hour = |ms: i64| ms.max(0).div_euclid(HOUR_MS);
        self.read_usage("count the calls that were paid", |connection| {
            let moment = connection.unchecked_transaction()?;
            let Some(client) = names::find(&moment, client)? else {
                return Ok(0);
            };
            moment.prepare_cached(COUNT_PAID)?.query_row(
                named_params! {
                    ":currency": currency, ":client": client,
                    ":first": hour(from_ms), ":end": hour(to_ms),
                },
                |row| row.get(0),
            )
        })
    }

    /// What each name of a dimension spent in each hour of UTC that lies between
    /// two moments at least in part; hours in which nothing was spent, and nothing
    /// used whose cost is unknown, are left out.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn spent_hours(
        &self,
        by: Dimension,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<HourSpent>, StoreError> {
        let first = from_ms.max(0).div_euclid(HOUR_MS);
        let end = to_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS);
        self.read_usage("sum the spending by hour", |connection| {
            let moment = connection.unchecked_transaction()?;
            let mut select = moment.prepare_cached(SELECT_HOURS)?;
            let mut rows = select.query(named_params! {
                ":dimension": by.number(), ":first": first, ":end": end,
            })?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(HourSpent {
                    name: by.name(&moment, row.get(0)?)?,
                    hour_ms: row.get::<_, i64>(1)? * HOUR_MS,
                    spent: Amounts {
                        cny_nano: row.get(2)?,
                        usd_nano: row.get(3)?,
                    },
                    calls_without_cost: row.get(4)?,
                });
            }
            Ok(found)
        })
    }
}
