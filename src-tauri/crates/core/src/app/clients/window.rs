//! The day and the month that a budget is for, in the user's time zone.
//!
//! They begin on whole hours of UTC, because spending is summed by these: where
//! midnight is not on one, an hour belongs to the day in which it begins. (The
//! statistics, which nobody waits for, cut within the hour.)

use flowkeep_contract::BudgetPeriod;
use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};

const HOUR_MS: i64 = 3_600_000;

/// From one whole hour to another, in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from_ms: i64,
    /// When the next one begins.
    pub(super) to_ms: i64,
}

impl Window {
    /// The day or month in which a moment lies.
    pub(super) fn of(period: BudgetPeriod, unix_ms: i64, zone: &TimeZone) -> Self {
        let hour = unix_ms - unix_ms.rem_euclid(HOUR_MS);
        let now = local(hour, zone);
        let (first, length) = match period {
            BudgetPeriod::Day => (Ok(now.clone()), 1.day()),
            BudgetPeriod::Month => (now.first_of_month(), 1.month()),
        };
        let start = first.and_then(|day| day.start_of_day());
        let start = start.unwrap_or_else(|_| now.clone());
        let end = start.checked_add(length).and_then(|day| day.start_of_day());
        let from_ms = next_hour(&start);
        Self {
            from_ms,
            to_ms: end.map_or(from_ms + HOUR_MS, |end| next_hour(&end)),
        }
    }
}

/// A moment as people of the zone write it.
pub(super) fn written(unix_ms: i64, zone: &TimeZone) -> String {
    local(unix_ms, zone)
        .strftime("%Y-%m-%d %H:%M %:z")
        .to_string()
}

fn local(unix_ms: i64, zone: &TimeZone) -> Zoned {
    let timestamp = Timestamp::from_millisecond(unix_ms).unwrap_or_default();
    timestamp.to_zoned(zone.clone())
}

/// The first whole hour that is not before this moment.
fn next_hour(moment: &Zoned) -> i64 {
    let ms = moment.timestamp().as_millisecond();
    ms + (HOUR_MS - ms.rem_euclid(HOUR_MS)) % HOUR_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn window(period: BudgetPeriod, text: &str, name: &str) -> (String, String) {
        let window = Window::of(period, at(text), &zone(name));
        let utc = |ms| Timestamp::from_millisecond(ms).unwrap().to_string();
        (utc(window.from_ms), utc(window.to_ms))
    }

    fn expect(period: BudgetPeriod, text: &str, name: &str, from: &str, to: &str) {
        let expected = (from.to_owned(), to.to_owned());
        assert_eq!(window(period, text, name), expected, "{text} {name}");
    }

    #[test]
    fn a_day_is_the_users() {
        use BudgetPeriod::{Day, Month};
        let (from, to) = ("2026-08-21T16:00:00Z", "2026-08-22T16:00:00Z");
        for text in [from, "2026-08-22T03:04:05Z", "2026-08-22T15:59:59.999Z"] {
            expect(Day, text, "Asia/Shanghai", from, to);
        }
        let (from, to) = ("2026-07-31T16:00:00Z", "2026-08-31T16:00:00Z");
        expect(Month, "2026-08-22T03:04:05Z", "Asia/Shanghai", from, to);
        let (from, to) = ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
        expect(Month, "2026-12-31T23:59:59Z", "UTC", from, to);
    }

    #[test]
    fn days_of_23_and_25_hours() {
        use BudgetPeriod::Day;
        let (from, to) = ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        expect(Day, "2026-03-29T12:00:00Z", "Europe/Berlin", from, to);
        let (from, to) = ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        expect(Day, "2026-10-25T00:30:00Z", "Europe/Berlin", from, to);
    }

    /// 18:30 UTC is midnight; the hour from 18:00 belongs to the day before.
    #[test]
    fn an_hour_belongs_to_the_day_in_which_it_begins() {
        use BudgetPeriod::Day;
        let (from, to) = ("2026-08-20T19:00:00Z", "2026-08-21T19:00:00Z");
        for text in [from, "2026-08-21T18:29:00Z", "2026-08-21T18:59:59Z"] {
            expect(Day, text, "Asia/Kolkata", from, to);
        }
    }

    #[test]
    fn a_moment_is_written_with_its_offset() {
        let text = written(at("2026-08-21T16:00:00Z"), &zone("Asia/Shanghai"));
        assert_eq!(text, "2026-08-22 00:00 +08:00");
    }
}
