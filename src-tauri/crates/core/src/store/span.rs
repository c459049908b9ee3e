//! A time, cut into the pieces that sums are kept for.

use super::rollup::{DAY, HOUR_MS, QUARTER, QUARTER_MS};

/// Two moments in milliseconds, hours or days; the second is not included.
pub(super) type Bounds = (i64, i64);

/// A time in whole days, whole hours beside them, and what is left of an hour at
/// either end, because local midnight is not on the hour everywhere (India,
/// +5:30). All since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Whole days.
    pub(super) days: Bounds,
    /// Whole hours before and after them.
    pub(super) hours: [Bounds; 2],
    /// Milliseconds before and after the hours.
    pub(super) rims: [Bounds; 2],
}

const fn up(value: i64, unit: i64) -> i64 {
    value.div_euclid(unit) + (value.rem_euclid(unit) != 0) as i64
}

/// The whole quarters of an hour between two moments.
const fn quarters(from: i64, to: i64) -> Bounds {
    (up(from, QUARTER_MS), to.div_euclid(QUARTER_MS))
}

impl Span {
    pub(super) fn between(from_ms: i64, to_ms: i64) -> Self {
        let from = from_ms.max(0);
        let to = to_ms.max(from);
        let (first, end) = (up(from, HOUR_MS), to.div_euclid(HOUR_MS));
        if first > end {
            // Both in the same hour.
            return Self {
                days: (0, 0),
                hours: [(0, 0); 2],
                rims: [(from, to), (to, to)],
            };
        }
        let rims = [(from, first * HOUR_MS), (end * HOUR_MS, to)];
        let (first_day, end_day) = (up(first, DAY), end.div_euclid(DAY));
        if first_day >= end_day {
            return Self {
                days: (0, 0),
                hours: [(first, end), (end, end)],
                rims,
            };
        }
        Self {
            days: (first_day, end_day),
            hours: [(first, first_day * DAY), (end_day * DAY, end)],
            rims,
        }
    }

    /// The same time without days, for sums by the hour.
    pub(super) fn by_hour(self) -> Self {
        let [before, after] = self.hours;
        let (first, end) = if self.days.0 < self.days.1 {
            (before.0, after.1)
        } else {
            before
        };
        Self {
            days: (0, 0),
            hours: [(first, end), (end, end)],
            rims: self.rims,
        }
    }

    /// Slices that hold something: hours of one, first, end.
    pub(super) fn slices(self) -> impl Iterator<Item = [i64; 3]> {
        let days = [DAY, self.days.0, self.days.1];
        let [before, after] = self.hours.map(|(first, end)| [1, first, end]);
        [days, before, after]
            .into_iter()
            .filter(|[_, first, end]| first < end)
    }

    /// Slices of the quarters of an hour at the ends, as of [`Self::slices`].
    pub(super) fn quarters(self) -> impl Iterator<Item = [i64; 3]> {
        let whole = self.rims.map(|(from, to)| quarters(from, to));
        whole
            .into_iter()
            .map(|(first, end)| [QUARTER, first, end])
            .filter(|[_, first, end]| first < end)
    }

    /// What is left at the ends beside the quarters, if something is.
    pub(super) fn rims_of_quarters(self) -> impl Iterator<Item = Bounds> {
        let left = self.rims.map(|(from, to)| {
            let (first, end) = quarters(from, to);
            if first < end {
                [(from, first * QUARTER_MS), (end * QUARTER_MS, to)]
            } else {
                [(from, to), (to, to)]
            }
        });
        left.into_iter().flatten().filter(|(from, to)| from < to)
    }

    /// What is left at the ends, if something is.
    pub(super) fn rims(self) -> impl Iterator<Item = Bounds> {
        self.rims.into_iter().filter(|(from, to)| from < to)
    }
}

#[cfg(test)]
mod tests;
