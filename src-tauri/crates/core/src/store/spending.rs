//! What was spent, from the sums alone: for budgets and balances.

use rusqlite::named_params;

use super::filter::{Dimension, UsageFilter};
use super::rollup::HOUR_MS;
use super::{Store, StoreError};

/// What one name spent. Currencies are never added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedSpent {
    /// Id, model or route; empty for requests without one.
    pub name: String,
    /// Billionths of a yuan.
    pub cny_nano: i64,
    /// Billionths of a US dollar.
    pub usd_nano: i64,
}

/// What one name spent in one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourSpent {
    /// Id, model or route; empty for requests without one.
    pub name: String,
    /// Begin of the hour of UTC, Unix milliseconds.
    pub hour_ms: i64,
    /// Billionths of a yuan.
    pub cny_nano: i64,
    /// Billionths of a US dollar.
    pub usd_nano: i64,
}

pub(super) const SELECT_HOURS: &str = "SELECT name, start, cost_cny_nano, cost_usd_nano
    FROM usage_slices WHERE grain = 1 AND dimension = :dimension
    AND start >= :first AND start < :end AND (cost_cny_nano <> 0 OR cost_usd_nano <> 0)";

impl Store {
    /// What each name of a dimension spent on requests that started from `from_ms`
    /// and before `to_ms` (Unix milliseconds).
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn spent(
        &self,
        by: Dimension,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<NamedSpent>, StoreError> {
        let usage = self.usage_by(by, from_ms, to_ms, &UsageFilter::default())?;
        let spent = usage.into_iter().map(|one| NamedSpent {
            name: one.name,
            cny_nano: one.sums.cost_cny_nano,
            usd_nano: one.sums.cost_usd_nano,
        });
        Ok(spent
            .filter(|one| (one.cny_nano, one.usd_nano) != (0, 0))
            .collect())
    }

    /// What each name of a dimension spent in each hour of UTC that lies between
    /// two moments at least in part; hours without spending are left out.
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
                    cny_nano: row.get(2)?,
                    usd_nano: row.get(3)?,
                });
            }
            Ok(found)
        })
    }
}
