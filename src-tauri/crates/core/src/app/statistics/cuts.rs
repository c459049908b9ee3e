//! Where a time may be cut, so that its parts add up.

use flowkeep_contract::ApiError;

use super::super::records::{Records, invalid};
use crate::store::UsageFilter;

pub(super) const HOUR_MS: i64 = 3_600_000;
const QUARTER_MS: i64 = HOUR_MS / 4;
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

/// The shortest time for which sums are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// Of names, and everything else that is told apart.
    Hour,
    /// Of all requests together.
    Quarter,
}

impl Grain {
    /// That of the sums which answer for a filter.
    pub(super) fn of(filter: &UsageFilter) -> Self {
        if filter.lets_all_through() {
            Self::Quarter
        } else {
            Self::Hour
        }
    }

    const fn ms(self) -> i64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Quarter => QUARTER_MS,
        }
    }
}

impl Records {
    /// The moment, when it lies between two slices of this grain, or the log can tell
    /// what came before and after it within its slice; otherwise the end of that.
    pub(super) fn cut(&self, ms: i64, grain: Grain) -> Result<i64, ApiError> {
        let begin = ms - ms.rem_euclid(grain.ms());
        if ms == begin {
            return Ok(ms);
        }
        let end = begin + grain.ms();
        let sums = self.store.usage_sums(begin, end, &UsageFilter::default())?;
        let logged = self.store.logged_calls(begin, end)?;
        Ok(if logged == sums.calls { ms } else { end })
    }

    /// A time whose ends are cut where they may be.
    pub(super) fn cut_span(
        &self,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
        grain: Grain,
    ) -> Result<(i64, i64), ApiError> {
        let (from, to) = span(from_ms, to_ms)?;
        Ok((self.cut(from, grain)?, self.cut(to, grain)?))
    }
}
