//! Hours, days and months of a time zone.

use flowkeep_contract::{ApiError, SeriesStep};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};

use super::super::records::{Records, invalid};
use super::cuts::{HOUR_MS, hour_of};

/// Parts that a series has at most.
pub(super) const MOST_PARTS: usize = 2_000;

/// Cuts times into the parts of a time zone.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    pub(super) zone: TimeZone,
    pub(super) step: SeriesStep,
}

/// The time zone of that IANA name; the machine's without one.
pub(super) fn zone(name: Option<&str>) -> Result<TimeZone, ApiError> {
    let Some(name) = name else {
        return Ok(TimeZone::system());
    };
    TimeZone::get(name).map_err(|_| {
        invalid(format!(
            "there is no time zone {name:?}; use a name like Asia/Shanghai"
        ))
    })
}

impl Calendar {
    fn local(&self, ms: i64) -> Zoned {
        let timestamp = Timestamp::from_millisecond(ms).unwrap_or_default();
        timestamp.to_zoned(self.zone.clone())
    }

    /// The first moment of a local day.
    fn midnight(&self, date: Date) -> Option<i64> {
        let begin = date.to_zoned(self.zone.clone()).ok()?;
        Some(begin.timestamp().as_millisecond())
    }

    /// The begin of the part in which a moment lies.
    pub(super) fn begin(&self, ms: i64) -> i64 {
        let first = match self.step {
            SeriesStep::Hour => None,
            SeriesStep::Day => Some(self.local(ms).date()),
            SeriesStep::Month => Some(self.local(ms).date().first_of_month()),
        };
        first
            .and_then(|date| self.midnight(date))
            .unwrap_or_else(|| hour_of(ms))
    }

    /// The begin of the part after the one in which a moment lies.
    pub(super) fn next(&self, ms: i64) -> i64 {
        let next = match self.step {
            SeriesStep::Hour => None,
            SeriesStep::Day => self.local(ms).date().tomorrow().ok(),
            SeriesStep::Month => {
                let first = self.local(ms).date().first_of_month();
                first.checked_add(1.month()).ok()
            }
        };
        next.and_then(|date| self.midnight(date))
            .filter(|next| *next > ms)
            .unwrap_or_else(|| hour_of(ms) + HOUR_MS)
    }

    /// When a series begins and ends that nobody has given an end: hours of one
    /// day, 30 days, 12 months.
    pub(super) fn usual_span(
        &self,
        now_ms: i64,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> (i64, i64) {
        let last = self.local(to_ms.map_or(now_ms, |to| to.saturating_sub(1)));
        let today = last.date();
        let first = match self.step {
            SeriesStep::Hour => Ok(today),
            SeriesStep::Day => today.checked_sub(29.days()),
            SeriesStep::Month => today.first_of_month().checked_sub(11.months()),
        };
        let begin = first.ok().and_then(|date| self.midnight(date));
        let end = self.local(now_ms).date().tomorrow().ok();
        let end = end.and_then(|date| self.midnight(date));
        (
            from_ms.or(begin).unwrap_or(0),
            to_ms.or(end).unwrap_or(now_ms),
        )
    }

    /// The begins of all parts, and the end of the last one.
    pub(super) fn parts(&self, from: i64, to: i64) -> Result<Vec<i64>, ApiError> {
        let mut bounds = vec![from];
        let mut at = from;
        while at < to {
            if bounds.len() > MOST_PARTS {
                return Err(invalid(format!(
                    "a series has at most {MOST_PARTS} parts; choose a longer step or a shorter time"
                )));
            }
            at = self.next(at).min(to);
            bounds.push(at);
        }
        Ok(bounds)
    }

    /// What a part is called that begins there.
    pub(super) fn label(&self, ms: i64) -> String {
        let format = match self.step {
            SeriesStep::Hour => "%Y-%m-%dT%H:%M",
            SeriesStep::Day => "%Y-%m-%d",
            SeriesStep::Month => "%Y-%m",
        };
        self.local(ms).strftime(format).to_string()
    }

    /// IANA name of the zone, or its offset where it has none.
    pub(super) fn zone_name(&self, ms: i64) -> String {
        match self.zone.iana_name() {
            Some(name) => name.to_owned(),
            None => self.local(ms).strftime("%:z").to_string(),
        }
    }
}

impl Records {
    /// The first moment of the first of so many days of the machine's time zone,
    /// and the one after the last moment of today.
    #[must_use]
    pub fn last_days(&self, days: u32) -> (i64, i64) {
        let calendar = Calendar {
            zone: TimeZone::system(),
            step: SeriesStep::Day,
        };
        let now = self.now_ms();
        let today = calendar.local(now).date();
        let first = today.checked_sub(i64::from(days.saturating_sub(1)).days());
        let begin = first.ok().and_then(|date| calendar.midnight(date));
        (begin.unwrap_or(0), calendar.next(now))
    }
}
