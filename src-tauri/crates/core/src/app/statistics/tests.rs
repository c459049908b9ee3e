use flowkeep_contract::{
    ErrorCode, SeriesStep, UsageFilter, UsageOverviewRequest, UsageSeries, UsageSeriesRequest,
};

use super::super::records::tests::{Past, good, ms};
use super::compatible::Period;
use crate::model::RequestRecord;
use crate::store::Retention;

fn series(past: &Past, step: SeriesStep, ends: (&str, &str), zone: &str) -> UsageSeries {
    filtered(past, step, ends, (zone, UsageFilter::default()))
}

fn filtered(
    past: &Past,
    step: SeriesStep,
    (from, to): (&str, &str),
    (zone, filter): (&str, UsageFilter),
) -> UsageSeries {
    let request = UsageSeriesRequest {
        from_ms: Some(ms(from)),
        to_ms: Some(ms(to)),
        step,
        time_zone: Some(zone.to_owned()),
        filter,
    };
    past.records.usage_series(&request).unwrap()
}

/// Labels and calls of the points that had any.
fn busy(series: &UsageSeries) -> Vec<(&str, i64)> {
    let points = series.points.iter();
    points
        .filter(|point| point.totals.calls > 0)
        .map(|point| (point.label.as_str(), point.totals.calls))
        .collect()
}

#[test]
fn a_series_has_no_gaps_and_its_own_midnight() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([
        good("2026-11-19T15:59:59Z"),
        good("2026-11-19T16:00:00Z"),
        good("2026-11-22T01:00:00Z"),
    ]);
    let found = series(
        &past,
        SeriesStep::Day,
        ("2026-11-18T16:00:00Z", "2026-11-23T16:00:00Z"),
        "Asia/Shanghai",
    );
    let labels: Vec<&str> = found.points.iter().map(|point| &*point.label).collect();
    assert_eq!(
        labels,
        [
            "2026-11-19",
            "2026-11-20",
            "2026-11-21",
            "2026-11-22",
            "2026-11-23"
        ]
    );
    assert_eq!(
        busy(&found),
        [("2026-11-19", 1), ("2026-11-20", 1), ("2026-11-22", 1)]
    );
    assert_eq!(found.time_zone, "Asia/Shanghai");
    for ends in found.points.windows(2) {
        assert_eq!(ends[0].end_ms, ends[1].start_ms);
    }
    let totals = found.points[0].totals;
    assert_eq!((totals.prompt_tokens, totals.cached_tokens), (100, 50));
    assert_eq!(
        (totals.cost.cny_nano, totals.cost.usd_nano),
        (70_000_000, 0)
    );
    assert_eq!(totals.saved.cny_nano, 5_000_000);
}

/// DST: the day has 25 or 23 hours, each of them once, and all calls in it.
#[test]
fn days_on_which_the_clocks_change_keep_their_calls() {
    let past = Past::at("2026-11-23T12:00:00Z");
    for (day, (from, to), hours) in [
        (
            "2026-10-25",
            ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            25,
        ),
        (
            "2026-03-29",
            ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            23,
        ),
    ] {
        past.write((0..hours).map(|hour| {
            let start = ms(from) + hour * 3_600_000 + 60_000;
            RequestRecord {
                started_at_ms: start,
                ..good(from)
            }
        }));
        let by_hour = series(&past, SeriesStep::Hour, (from, to), "Europe/Berlin");
        assert_eq!(by_hour.points.len(), usize::try_from(hours).unwrap());
        assert!(by_hour.points.iter().all(|point| point.totals.calls == 1));
        let by_day = series(&past, SeriesStep::Day, (from, to), "Europe/Berlin");
        assert_eq!(busy(&by_day), [(day, hours)]);
    }
    let twice = series(
        &past,
        SeriesStep::Hour,
        ("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
        "Europe/Berlin",
    );
    assert_eq!(
        busy(&twice),
        [("2026-10-25T02:00", 1), ("2026-10-25T02:00", 1)]
    );
}

/// Midnight in India is at 18:30 in UTC. Of all requests together quarters of an hour
/// are summed, and the log is not needed. Of one route the log tells the hour apart;
/// without it the hour counts for the day in which it begins, and nothing is lost.
#[test]
fn midnight_off_the_hour_is_exact_for_all_and_while_the_log_knows_for_some() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([
        good("2026-11-20T18:29:59Z"),
        good("2026-11-20T18:30:00Z"),
        good("2026-11-20T18:59:59Z"),
        good("2026-11-21T18:10:00Z"),
    ]);
    let ends = ("2026-11-19T18:30:00Z", "2026-11-22T18:30:00Z");
    let all = || series(&past, SeriesStep::Day, ends, "Asia/Kolkata");
    let chats = || {
        let filter = UsageFilter {
            route: Some("chat/completions".to_owned()),
            ..UsageFilter::default()
        };
        filtered(&past, SeriesStep::Day, ends, ("Asia/Kolkata", filter))
    };
    assert_eq!(busy(&all()), [("2026-11-20", 1), ("2026-11-21", 3)]);
    assert_eq!(busy(&chats()), [("2026-11-20", 1), ("2026-11-21", 3)]);
    assert_eq!(past.records.store.clear_requests().unwrap(), 4);
    assert_eq!(busy(&all()), [("2026-11-20", 1), ("2026-11-21", 3)]);
    assert_eq!(busy(&chats()), [("2026-11-20", 3), ("2026-11-21", 1)]);
    // What is left of the log is not mistaken for all of it.
    past.write([good("2026-11-20T18:45:00Z")]);
    assert_eq!(busy(&all()), [("2026-11-20", 1), ("2026-11-21", 4)]);
    assert_eq!(busy(&chats()), [("2026-11-20", 4), ("2026-11-21", 1)]);
    for (from, to) in [ends, ("2026-11-20T18:30:00Z", "2026-11-21T18:30:00Z")] {
        let overview = past.records.usage_overview(&UsageOverviewRequest {
            from_ms: Some(ms(from)),
            to_ms: Some(ms(to)),
            filter: UsageFilter::default(),
        });
        let days = series(&past, SeriesStep::Day, (from, to), "Asia/Kolkata");
        let calls: i64 = days.points.iter().map(|point| point.totals.calls).sum();
        assert_eq!(overview.unwrap().totals.calls, calls, "{from}");
    }
}

/// Every offset of today is a multiple of a quarter of an hour, in summer and winter.
#[test]
fn midnight_is_exact_in_every_zone_and_needs_no_log() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let zones = [
        ("Asia/Kolkata", "2026-11-20T18:30:00Z"),
        ("Asia/Kathmandu", "2026-11-20T18:15:00Z"),
        ("Australia/Adelaide", "2026-11-20T13:30:00Z"),
        ("Australia/Eucla", "2026-11-20T15:15:00Z"),
        ("America/St_Johns", "2026-11-20T03:30:00Z"),
        ("America/St_Johns", "2026-07-20T02:30:00Z"),
        ("Pacific/Chatham", "2026-11-20T10:15:00Z"),
        ("Asia/Shanghai", "2026-11-20T16:00:00Z"),
    ];
    let around = |at: &str| {
        [-1, 0, 1].map(|ms_off| RequestRecord {
            started_at_ms: ms(at) + ms_off,
            ..good(at)
        })
    };
    let records: Vec<_> = zones.iter().flat_map(|(_, at)| around(at)).collect();
    past.write(records.clone());
    let figures = || {
        zones.map(|(zone, at)| {
            let (from, to) = (ms(at) - 86_400_000, ms(at) + 86_400_000);
            let found = past.records.usage_series(&UsageSeriesRequest {
                from_ms: Some(from),
                to_ms: Some(to),
                step: SeriesStep::Day,
                time_zone: Some(zone.to_owned()),
                filter: UsageFilter::default(),
            });
            let found = found.unwrap();
            for point in &found.points {
                let whole = point.start_ms..point.end_ms;
                let begun = |one: &&RequestRecord| whole.contains(&one.started_at_ms);
                let calls = records.iter().filter(begun).count();
                let summed = usize::try_from(point.totals.calls).unwrap();
                assert_eq!(summed, calls, "{zone} {}", point.label);
            }
            found
        })
    };
    let before = figures();
    past.records.store.clear_requests().unwrap();
    assert_eq!(figures(), before);
}

#[test]
fn months_have_their_own_lengths() {
    let past = Past::at("2026-03-10T12:00:00Z");
    past.write([
        good("2026-01-31T23:59:59Z"),
        good("2026-02-28T23:59:59Z"),
        good("2026-03-01T00:00:00Z"),
    ]);
    let found = past.records.usage_series(&UsageSeriesRequest {
        from_ms: None,
        to_ms: None,
        step: SeriesStep::Month,
        time_zone: Some("UTC".to_owned()),
        filter: UsageFilter::default(),
    });
    let found = found.unwrap();
    assert_eq!(found.points.len(), 12);
    assert_eq!(found.points[0].label, "2025-04");
    assert_eq!(
        busy(&found),
        [("2026-01", 1), ("2026-02", 1), ("2026-03", 1)]
    );
    assert_eq!(found.points[11].end_ms, ms("2026-03-11T00:00:00Z"));
}

#[test]
fn what_cannot_be_shown_is_refused_with_words() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let request = |from_ms, to_ms, step, zone: &str| UsageSeriesRequest {
        from_ms: Some(from_ms),
        to_ms: Some(to_ms),
        step,
        time_zone: Some(zone.to_owned()),
        filter: UsageFilter::default(),
    };
    let day = 86_400_000;
    let fits = past
        .records
        .usage_series(&request(0, 2_000 * day, SeriesStep::Day, "UTC"));
    assert_eq!(fits.unwrap().points.len(), 2_000);
    for (request, words) in [
        (
            request(0, 2_000 * day + 1, SeriesStep::Day, "UTC"),
            "at most 2000",
        ),
        (
            request(0, i64::MAX, SeriesStep::Hour, "UTC"),
            "at most 2000",
        ),
        (request(day, 0, SeriesStep::Day, "UTC"), "after to_ms"),
        (
            request(0, day, SeriesStep::Day, "Mars/Olympus"),
            "Mars/Olympus",
        ),
    ] {
        let error = past.records.usage_series(&request).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        assert!(error.message.contains(words), "{}", error.message);
    }
    let empty = past
        .records
        .usage_series(&request(day, day, SeriesStep::Day, "UTC"));
    assert_eq!(empty.unwrap().points, []);
}

/// F38: the clock was a day ahead, then it was put back across midnight. Every
/// call is in the part in which it said it began, and in no sum twice.
#[test]
fn a_clock_that_goes_back_across_midnight_loses_nothing() {
    let past = Past::at("2026-11-23T23:59:00Z");
    past.write([good("2026-11-23T23:59:00Z"), good("2026-11-24T00:01:00Z")]);
    past.clock.jump_wall_ms(-3_600_000);
    past.write([good("2026-11-23T23:00:00Z"), good("2026-11-23T23:10:00Z")]);
    let found = past.records.usage_series(&UsageSeriesRequest {
        from_ms: Some(ms("2026-11-22T00:00:00Z")),
        to_ms: Some(ms("2026-11-25T00:00:00Z")),
        step: SeriesStep::Day,
        time_zone: Some("UTC".to_owned()),
        filter: UsageFilter::default(),
    });
    assert_eq!(
        busy(&found.unwrap()),
        [("2026-11-23", 3), ("2026-11-24", 1)]
    );
    let all = past
        .records
        .usage_overview(&UsageOverviewRequest::default());
    assert_eq!(all.unwrap().totals.calls, 4);
    let before_1970 = RequestRecord {
        started_at_ms: -5,
        ..good("2026-11-23T23:00:00Z")
    };
    past.write([before_1970]);
    let all = past
        .records
        .usage_overview(&UsageOverviewRequest::default());
    assert_eq!(all.unwrap().totals.calls, 5);
}

/// Issue 5: after retention, and after the log was cleared, every figure is
/// what it was.
#[test]
fn retention_and_clearing_change_no_figure() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write((0..50).map(|n| RequestRecord {
        duration_ms: n * 37,
        ..good("2026-11-23T11:00:00Z")
    }));
    let figures = || {
        let day = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
        (
            past.records
                .usage_overview(&UsageOverviewRequest::default())
                .unwrap(),
            series(&past, SeriesStep::Hour, day, "UTC"),
            past.records
                .period(Period::ThisMonth, Some("Asia/Shanghai"))
                .unwrap(),
        )
    };
    let before = figures();
    assert_eq!(before.0.totals.calls, 50);
    let limits = Retention {
        rows: 20,
        ..Retention::default()
    };
    assert_eq!(past.records.store.retain(&limits).unwrap().removed, 30);
    assert_eq!(figures(), before);
    assert_eq!(past.records.store.clear_requests().unwrap(), 20);
    assert_eq!(figures(), before);
}
