//! What was used in all, today and this month, from the hourly sums alone, so
//! that neither clearing the log nor its retention changes a figure.
//!
//! Days are those of the system's time zone. Where midnight is not on a whole
//! hour of UTC, an hour belongs to the day in which it begins.

use std::collections::BTreeMap;

use flowkeep_contract::ApiError;
use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};

use super::App;
use crate::store::HourUsage;

const HOUR_MS: i64 = 3_600_000;
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
    /// Finished requests.
    pub calls: i64,
    /// Of these, not successful.
    pub failed: i64,
    /// Known prompt tokens.
    pub prompt_tokens: i64,
    /// Known completion tokens.
    pub completion_tokens: i64,
    /// Successful calls of a model whose usage the upstream did not tell.
    pub calls_without_usage: i64,
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
            let sums = app.0.store.usage_between(0, i64::MAX)?;
            let mut overview = Overview {
                keys: counts.total,
                usable_keys: counts.usable,
                calls: sums.calls,
                failed: sums.failed,
                prompt_tokens: sums.prompt_tokens,
                completion_tokens: sums.completion_tokens,
                calls_without_usage: sums.calls_without_usage,
                ..Overview::default()
            };
            for account in app.0.store.accounts()? {
                let Some(balance) = account.balance else {
                    overview.accounts_without_balance += 1;
                    continue;
                };
                let sum = overview.balances.entry(balance.currency).or_default();
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
        self.blocking(move |app| {
            let ruler = Ruler::at(app.now().unix_ms, period, TimeZone::system());
            let store = &app.0.store;
            let mut series = ruler.series(&store.usage_by_hour(ruler.from_ms, ruler.to_ms)?);
            series.models = store
                .usage_by_model(ruler.from_ms, ruler.to_ms, TOP_MODELS)?
                .into_iter()
                .map(|one| (one.model, one.sums.tokens()))
                .collect();
            Ok(series)
        })
        .await
    }
}

/// Where a period begins and ends, on whole hours, and how it is parted.
#[derive(Debug)]
struct Ruler {
    period: Period,
    zone: TimeZone,
    from_ms: i64,
    to_ms: i64,
    /// The first label.
    first: usize,
    parts: usize,
}

fn local(unix_ms: i64, zone: &TimeZone) -> Zoned {
    let timestamp = Timestamp::from_millisecond(unix_ms).unwrap_or_default();
    timestamp.to_zoned(zone.clone())
}

/// The first whole hour that is not before this moment.
fn next_hour(moment: &Zoned) -> i64 {
    let ms = moment.timestamp().as_millisecond();
    let rest = ms.rem_euclid(HOUR_MS);
    if rest == 0 { ms } else { ms - rest + HOUR_MS }
}

impl Ruler {
    fn at(unix_ms: i64, period: Period, zone: TimeZone) -> Self {
        let now = local(unix_ms, &zone);
        let (first_day, length) = match period {
            Period::Today => (Ok(now.clone()), 1.day()),
            Period::ThisMonth => (now.first_of_month(), 1.month()),
        };
        let start = first_day.and_then(|day| day.start_of_day());
        let start = start.unwrap_or_else(|_| now.clone());
        let end = start.checked_add(length).and_then(|day| day.start_of_day());
        let (first, parts) = match period {
            Period::Today => (0, 24),
            Period::ThisMonth => (1, usize::try_from(now.days_in_month()).unwrap_or(31)),
        };
        let from_ms = next_hour(&start);
        Self {
            period,
            from_ms,
            to_ms: end.map_or(from_ms, |end| next_hour(&end)),
            zone,
            first,
            parts,
        }
    }

    /// The part in which an hour begins. When the clocks go back, two hours
    /// have one name and share a part.
    fn part_of(&self, hour: i64) -> Option<usize> {
        let begin = local(hour.checked_mul(HOUR_MS)?, &self.zone);
        let part = match self.period {
            Period::Today => begin.hour(),
            Period::ThisMonth => begin.day(),
        };
        usize::try_from(part).ok()?.checked_sub(self.first)
    }

    fn series(&self, hours: &[HourUsage]) -> Series {
        let mut series = Series {
            labels: (self.first..self.first + self.parts)
                .map(|label| label.to_string())
                .collect(),
            calls: vec![0; self.parts],
            prompt_tokens: vec![0; self.parts],
            completion_tokens: vec![0; self.parts],
            models: Vec::new(),
        };
        for hour in hours {
            let Some(part) = self.part_of(hour.hour).filter(|part| *part < self.parts) else {
                continue;
            };
            series.calls[part] += hour.sums.calls;
            series.prompt_tokens[part] += hour.sums.prompt_tokens;
            series.completion_tokens[part] += hour.sums.completion_tokens;
        }
        series
    }
}

#[cfg(test)]
mod tests;
