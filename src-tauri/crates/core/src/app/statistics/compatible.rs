//! The figures of the older pool: everything so far, today and this month.

use std::collections::BTreeMap;

use flowkeep_contract::{
    ApiError, SeriesPoint, SeriesStep, UsageBreakdownRequest, UsageDimension, UsageSeriesRequest,
    UsageTotals,
};
use jiff::{Timestamp, tz::TimeZone};

use super::super::App;
use super::super::records::Records;
use super::calendar::Calendar;
use super::cuts::span;
use super::totals::totals;
use crate::model::Currency;
use crate::store::UsageFilter;

const TOP_MODELS: u32 = 10;

/// Everything so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Keys in the pool.
    pub keys: u32,
    /// Keys that can serve now.
    pub usable_keys: u32,
    /// Sums of the known balances by currency (ISO 4217), in billionths.
    pub balances: BTreeMap<String, i64>,
    /// Accounts whose balance is not known.
    pub accounts_without_balance: usize,
    /// What was used.
    pub totals: UsageTotals,
}

/// A time in equal parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Hours `0` to `23`, or days of the month from `1`.
    pub labels: Vec<String>,
    /// Finished requests of each part.
    pub calls: Vec<i64>,
    /// Known prompt tokens of each part.
    pub prompt_tokens: Vec<i64>,
    /// Known completion tokens of each part.
    pub completion_tokens: Vec<i64>,
    /// Known costs of each part by currency (ISO 4217), in billionths; only
    /// currencies in which something was spent.
    pub costs: BTreeMap<&'static str, Vec<i64>>,
    /// The models with the most tokens over the whole time, and these tokens.
    pub models: Vec<(String, i64)>,
}

/// Which time a series covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Today, by the hour.
    Today,
    /// This month, by the day.
    ThisMonth,
}

impl App {
    /// Everything so far.
    ///
    /// # Errors
    /// When a database does not answer within two seconds.
    pub async fn overview(&self) -> Result<Overview, ApiError> {
        self.blocking(|app| {
            let counts = app.pool().counts(app.now());
            let (from, to) = span(None, None)?;
            let sums = app.0.store.usage_sums(from, to, &UsageFilter::default())?;
            let mut overview = Overview {
                keys: counts.total,
                usable_keys: counts.usable,
                totals: totals(&sums),
                ..Overview::default()
            };
            for account in app.accounts_now()? {
                let Some(balance) = account.balance else {
                    overview.accounts_without_balance += 1;
                    continue;
                };
                let currency = balance.currency.code().to_owned();
                let sum = overview.balances.entry(currency).or_default();
                *sum = sum.saturating_add(balance.nano);
            }
            Ok(overview)
        })
        .await
    }

    /// Usage over a period, in its parts.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub async fn series(&self, period: Period) -> Result<Series, ApiError> {
        self.recorded(move |records| records.period(period, None))
            .await
    }
}

impl Records {
    /// Today or this month in a time zone; the machine's without a name.
    pub(super) fn period(
        &self,
        period: Period,
        time_zone: Option<&str>,
    ) -> Result<Series, ApiError> {
        let zone = super::calendar::zone(time_zone)?;
        let (from, to) = period.ends(self.now_ms(), &zone);
        let found = self.usage_series(&UsageSeriesRequest {
            from_ms: Some(from),
            to_ms: Some(to),
            step: match period {
                Period::Today => SeriesStep::Hour,
                Period::ThisMonth => SeriesStep::Day,
            },
            time_zone: time_zone.map(str::to_owned),
            filter: flowkeep_contract::UsageFilter::default(),
        })?;
        let models = self.usage_breakdown(&UsageBreakdownRequest {
            by: UsageDimension::Model,
            from_ms: Some(from),
            to_ms: Some(to),
            filter: flowkeep_contract::UsageFilter::default(),
            limit: Some(TOP_MODELS),
            latencies: false,
        })?;
        let mut series = period.series(&found.points, &zone);
        let named = models.shares.into_iter().filter(|one| !one.name.is_empty());
        series.models = named
            .map(|one| {
                let tokens = one.totals.prompt_tokens + one.totals.completion_tokens;
                (one.label, tokens)
            })
            .collect();
        Ok(series)
    }
}

impl Period {
    /// The first moment of today or this month, and the one after the last.
    fn ends(self, now_ms: i64, zone: &TimeZone) -> (i64, i64) {
        let step = match self {
            Self::Today => SeriesStep::Day,
            Self::ThisMonth => SeriesStep::Month,
        };
        let calendar = Calendar {
            zone: zone.clone(),
            step,
        };
        let from = calendar.begin(now_ms);
        (from, calendar.next(from))
    }

    /// The part that begins there: an hour or a day of the month, from 0. When
    /// the clocks go back, two hours have one name and share a part.
    fn part_of(self, start_ms: i64, zone: &TimeZone) -> usize {
        let timestamp = Timestamp::from_millisecond(start_ms).unwrap_or_default();
        let begin = timestamp.to_zoned(zone.clone());
        let part = match self {
            Self::Today => begin.hour(),
            Self::ThisMonth => begin.day() - 1,
        };
        usize::try_from(part).unwrap_or(0)
    }

    fn series(self, points: &[SeriesPoint], zone: &TimeZone) -> Series {
        let (first, parts) = match self {
            Self::Today => (0, 24),
            Self::ThisMonth => {
                let last = points.last().map_or(0, |point| point.start_ms);
                (1, self.part_of(last, zone) + 1)
            }
        };
        let mut series = Series {
            labels: (first..first + parts).map(|n| n.to_string()).collect(),
            calls: vec![0; parts],
            prompt_tokens: vec![0; parts],
            completion_tokens: vec![0; parts],
            ..Series::default()
        };
        for point in points {
            let part = self.part_of(point.start_ms, zone).min(parts - 1);
            let sums = &point.totals;
            series.calls[part] += sums.calls;
            series.prompt_tokens[part] += sums.prompt_tokens;
            series.completion_tokens[part] += sums.completion_tokens;
            for (currency, nano) in [
                (Currency::Cny, sums.cost.cny_nano),
                (Currency::Usd, sums.cost.usd_nano),
            ] {
                if nano != 0 {
                    let costs = series.costs.entry(currency.code());
                    costs.or_insert_with(|| vec![0; parts])[part] += nano;
                }
            }
        }
        series
    }
}

#[cfg(test)]
mod tests;
