use super::super::super::records::tests::{Past, good};
use super::*;

/// The older pool began its day at midnight in UTC, eight hours late.
#[test]
fn today_and_this_month_are_those_of_the_time_zone() {
    let past = Past::at("2026-11-30T17:30:00Z");
    past.write([
        good("2026-11-30T15:59:59Z"),
        good("2026-11-30T16:00:00Z"),
        good("2026-12-01T15:00:00Z"),
    ]);
    let today = past.records.period(Period::Today, Some("Asia/Shanghai"));
    let today = today.unwrap();
    assert_eq!(today.labels.len(), 24);
    assert_eq!((&*today.labels[0], &*today.labels[23]), ("0", "23"));
    assert_eq!((today.calls[0], today.calls[23]), (1, 1));
    assert_eq!(today.calls.iter().sum::<i64>(), 2);
    assert_eq!(today.costs["CNY"][23], 70_000_000);
    assert_eq!(today.models, [("Qwen/Qwen3-8B".to_owned(), 220)]);
    let month = past
        .records
        .period(Period::ThisMonth, Some("Asia/Shanghai"));
    let month = month.unwrap();
    assert_eq!((month.labels.len(), month.calls[0]), (31, 2));
    assert_eq!(month.labels[0], "1");
    for (now, days) in [
        ("2026-02-03T00:00:00Z", 28),
        ("2028-02-29T23:59:59Z", 29),
        ("2026-11-30T12:00:00Z", 30),
    ] {
        let past = Past::at(now);
        let month = past.records.period(Period::ThisMonth, Some("UTC"));
        assert_eq!(month.unwrap().labels.len(), days, "{now}");
    }
}

/// 25 hours: the one that comes twice is one part, and nothing is lost.
#[test]
fn two_hours_of_one_name_share_a_part() {
    let past = Past::at("2026-10-25T12:00:00Z");
    past.write([
        good("2026-10-25T00:10:00Z"),
        good("2026-10-25T01:10:00Z"),
        good("2026-10-25T22:10:00Z"),
    ]);
    let today = past.records.period(Period::Today, Some("Europe/Berlin"));
    let today = today.unwrap();
    assert_eq!((today.calls[2], today.calls[23]), (2, 1));
}

#[test]
fn a_clock_that_is_far_off_breaks_nothing() {
    for now in ["1970-01-01T00:00:00Z", "9999-12-30T00:00:00Z"] {
        let past = Past::at(now);
        for period in [Period::Today, Period::ThisMonth] {
            let found = past.records.period(period, None).unwrap();
            assert_eq!(found.calls.iter().sum::<i64>(), 0, "{now}");
        }
        past.clock.jump_wall_ms(-86_400_000_000);
        past.records.period(Period::Today, None).unwrap();
    }
}
