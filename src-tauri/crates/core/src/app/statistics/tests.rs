use super::*;
use crate::store::UsageSums;

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn ruler(now: &str, period: Period, zone: &str) -> Ruler {
    Ruler::at(ms(now), period, TimeZone::get(zone).unwrap())
}

fn hour(at: &str, calls: i64) -> HourUsage {
    HourUsage {
        hour: ms(at) / HOUR_MS,
        sums: UsageSums {
            calls,
            prompt_tokens: calls * 100,
            completion_tokens: calls * 10,
            ..UsageSums::default()
        },
    }
}

/// The older pool began its day at midnight in UTC, eight hours late.
#[test]
fn a_day_has_24_hours_from_local_midnight() {
    let ruler = ruler("2026-11-22T17:30:00Z", Period::Today, "Asia/Shanghai");
    assert_eq!(ruler.from_ms, ms("2026-11-22T16:00:00Z"));
    assert_eq!(ruler.to_ms, ms("2026-11-23T16:00:00Z"));
    let series = ruler.series(&[
        hour("2026-11-22T16:00:00Z", 2),
        hour("2026-11-23T15:00:00Z", 3),
    ]);
    assert_eq!(series.labels.len(), 24);
    assert_eq!((&*series.labels[0], &*series.labels[23]), ("0", "23"));
    assert_eq!((series.calls[0], series.calls[23]), (2, 3));
    assert_eq!(series.calls.iter().sum::<i64>(), 5);
    assert_eq!(series.prompt_tokens[23], 300);
    assert_eq!(series.completion_tokens[0], 20);
}

#[test]
fn a_month_has_its_days() {
    for (now, days) in [
        ("2026-02-03T00:00:00Z", 28),
        ("2028-02-29T23:59:59Z", 29),
        ("2026-11-30T12:00:00Z", 30),
        ("2026-12-31T23:59:59Z", 31),
    ] {
        let ruler = ruler(now, Period::ThisMonth, "UTC");
        assert_eq!(ruler.series(&[]).labels.len(), days, "{now}");
        let length = ruler.to_ms - ruler.from_ms;
        assert_eq!(length, i64::try_from(days).unwrap() * 24 * HOUR_MS, "{now}");
    }
    let ruler = ruler("2026-11-30T17:00:00Z", Period::ThisMonth, "Asia/Shanghai");
    let series = ruler.series(&[hour("2026-11-30T16:00:00Z", 1)]);
    assert_eq!((series.labels.len(), series.calls[0]), (31, 1));
    assert_eq!(series.labels[0], "1");
}

/// 25 hours: the one that comes twice is one part, and nothing is lost.
#[test]
fn a_day_on_which_the_clocks_go_back_keeps_its_calls() {
    let ruler = ruler("2026-10-25T12:00:00Z", Period::Today, "Europe/Berlin");
    assert_eq!(ruler.to_ms - ruler.from_ms, 25 * HOUR_MS);
    let series = ruler.series(&[
        hour("2026-10-25T00:00:00Z", 1),
        hour("2026-10-25T01:00:00Z", 4),
        hour("2026-10-25T22:00:00Z", 1),
    ]);
    assert_eq!((series.calls[2], series.calls[23]), (5, 1));
}

/// Whole hours only: the log is never looked at, which may have been cleared.
#[test]
fn midnight_off_the_hour_is_moved_to_the_next_hour() {
    let ruler = ruler("2026-11-22T20:00:00Z", Period::Today, "Asia/Kolkata");
    assert_eq!(ruler.from_ms, ms("2026-11-22T19:00:00Z"));
    assert_eq!(ruler.to_ms, ms("2026-11-23T19:00:00Z"));
    let series = ruler.series(&[
        hour("2026-11-22T19:00:00Z", 1),
        hour("2026-11-23T18:00:00Z", 2),
    ]);
    assert_eq!((series.calls[0], series.calls[23]), (1, 2));
}

#[test]
fn a_clock_that_is_far_off_breaks_nothing() {
    for now in [i64::MIN, -1, 0, i64::MAX] {
        for period in [Period::Today, Period::ThisMonth] {
            let ruler = Ruler::at(now, period, TimeZone::UTC);
            assert!(ruler.from_ms <= ruler.to_ms, "{now} {period:?}");
        }
    }
}
