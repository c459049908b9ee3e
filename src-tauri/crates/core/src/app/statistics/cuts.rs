//! Where a time may be cut, so that its parts add up.

use flowkeep_contract::ApiError;

use super::super::records::{Records, invalid};
use crate::store::UsageFilter;

pub(super) const HOUR_MS: i64 = 3_600_000;
/// The last whole hour that the calendar knows: in December of 9999.
const END_MS: i64 = 253_402_207_200_000;

/// A time from the first request or to the last one where no end is given.
pub(super) fn span(from_ms: Option<i64>, to_ms: Option<i64>) -> Result<(i64, i64), ApiError> {
    let from = from_ms.unwrap_or(0).clamp(0, END_MS);
    let to = to_ms.unwrap_or(END_MS).clamp(0, END_MS);
    if from > to {
        return Err(invalid("from_ms lies after to_ms; swap them"));
    }
    Ok((from, to))
}

/// The begin of the hour of UTC in which a moment lies.
pub(super) fn hour_of(ms: i64) -> i64 {
    ms - ms.rem_euclid(HOUR_MS)
}

impl Records {
    /// The moment, when the log can tell what came before and after it within
    /// its hour; otherwise the next whole hour.
    pub(super) fn cut(&self, ms: i64) -> Result<i64, ApiError> {
        let hour = hour_of(ms);
        if ms == hour {
            return Ok(ms);
        }
        let next = hour + HOUR_MS;
        let calls = |from, to| -> Result<i64, ApiError> {
            let sums = self.store.usage_sums(from, to, &UsageFilter::default())?;
            Ok(sums.calls)
        };
        let logged = calls(hour, ms)? + calls(ms, next)?;
        Ok(if logged == calls(hour, next)? {
            ms
        } else {
            next
        })
    }

    /// A time whose ends are cut where they may be.
    pub(super) fn cut_span(
        &self,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<(i64, i64), ApiError> {
        let (from, to) = span(from_ms, to_ms)?;
        Ok((self.cut(from)?, self.cut(to)?))
    }
}
