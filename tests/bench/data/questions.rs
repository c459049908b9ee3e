//! What windows, consoles and command lines ask of the log and its sums.

use flowkeep_contract::{SeriesStep, UsageOverviewRequest, UsageSeriesRequest};
use flowkeep_core::app::Records;
use flowkeep_core::model::Outcome;
use flowkeep_core::store::{Dimension, LogQuery, RequestSearch, Store, UsageFilter};

use crate::DAY_MS;
use crate::measure::Report;

fn all() -> UsageFilter {
    UsageFilter::default()
}

fn one_model() -> UsageFilter {
    UsageFilter {
        model: Some("zai-org/GLM-5.2".to_owned()),
        ..all()
    }
}

/// Sums, series, breakdowns and percentiles.
pub(crate) fn ask_statistics(report: &mut Report, store: &Store, end_ms: i64) {
    // From a local midnight to the end of today, as in China.
    let to = end_ms - end_ms % DAY_MS + DAY_MS;
    let from = to - 30 * DAY_MS - DAY_MS / 3;
    report.ask("overview: everything so far", 10.0, || {
        store.usage_sums(0, i64::MAX, &all()).expect("sums");
        store.latencies(0, i64::MAX, &all()).expect("latencies");
    });
    report.ask("overview: 30 days", 10.0, || {
        store.usage_sums(from, to, &all()).expect("sums");
        store.latencies(from, to, &all()).expect("latencies");
    });
    report.ask("30 days by hour", 10.0, || {
        let hours = store.usage_by_hour(from, to, &all()).expect("hours");
        assert!(!hours.is_empty());
    });
    report.ask("30 days of one model by hour", 10.0, || {
        let hours = store.usage_by_hour(from, to, &one_model()).expect("hours");
        assert!(!hours.is_empty());
    });
    for by in [
        Dimension::Model,
        Dimension::Account,
        Dimension::Key,
        Dimension::Client,
    ] {
        report.ask(&format!("30 days by {by:?}"), 10.0, || {
            let names = store.usage_by(by, from, to, &all()).expect("names");
            assert!(!names.is_empty());
        });
    }
    report.ask("30 days by Model with percentiles", 10.0, || {
        let found = store.latencies_by(Dimension::Model, from, to, &all());
        assert_eq!(found.expect("latencies").len(), 12);
    });
    report.ask("24 hours, not on the hour", 10.0, || {
        let from = end_ms - DAY_MS - 1_234_567;
        store.usage_sums(from, from + DAY_MS, &all()).expect("sums");
    });
    let several = UsageFilter {
        client: Some("c-claude".to_owned()),
        account: Some("account-2".to_owned()),
        ..one_model()
    };
    report.ask("30 days of three filters by Key", 1_000.0, || {
        let found = store.usage_by(Dimension::Key, from, to, &several);
        found.expect("names");
    });
}

/// What the Overview page asks the engine for, in zones with and without half hours.
pub(crate) fn ask_overview(report: &mut Report, records: &Records) {
    for (zone, most_ms) in [("Asia/Shanghai", 10.0), ("Asia/Kolkata", 25.0)] {
        let series = UsageSeriesRequest {
            from_ms: None,
            to_ms: None,
            step: SeriesStep::Day,
            time_zone: Some(zone.to_owned()),
            filter: flowkeep_contract::UsageFilter::default(),
        };
        let found = records.usage_series(&series).expect("a series");
        let (first, last) = (&found.points[0], &found.points[29]);
        let overview = UsageOverviewRequest {
            from_ms: Some(first.start_ms),
            to_ms: Some(last.end_ms),
            ..UsageOverviewRequest::default()
        };
        report.ask(&format!("overview of 30 days, {zone}"), most_ms, || {
            let found = records.usage_overview(&overview).expect("an overview");
            assert!(found.totals.calls > 0);
        });
        report.ask(&format!("series of 30 days, {zone}"), most_ms, || {
            let found = records.usage_series(&series).expect("a series");
            assert_eq!(found.points.len(), 30);
        });
    }
}

/// Pages of the log and searches in it.
pub(crate) fn ask_log(report: &mut Report, store: &Store, rows: u64, end_ms: i64) {
    ask_pages(report, store, rows);
    ask_filters(report, store, end_ms);
    ask_texts(report, store);
}

fn ask_pages(report: &mut Report, store: &Store, rows: u64) {
    let pages = rows / 50;
    let page = |page, model| {
        let query = LogQuery {
            page,
            page_size: 50,
            model,
        };
        assert_eq!(store.log_page(&query).expect("a page").rows.len(), 50);
    };
    for (name, number) in [("first", 0), ("middle", pages / 2), ("last", pages - 1)] {
        report.ask(&format!("{name} page of the log"), 5.0, || {
            page(number, None);
        });
    }
    let before = i64::try_from(rows / 2).ok();
    report.ask("page before the middle row", 5.0, || {
        let search = RequestSearch {
            before,
            limit: 50,
            ..RequestSearch::default()
        };
        assert_eq!(store.search_requests(&search).expect("a page").len(), 50);
    });
    report.ask("page in the middle of one model", 50.0, || {
        page(pages / 30, Some("kimi".to_owned()));
    });
}

fn ask_filters(report: &mut Report, store: &Store, end_ms: i64) {
    let broken = RequestSearch {
        limit: 50,
        model: Some("zai-org/GLM-5.2".to_owned()),
        outcome: Some(Outcome::Interrupted),
        ..RequestSearch::default()
    };
    report.ask("page of a model's broken answers", 50.0, || {
        assert_eq!(store.search_requests(&broken).expect("a page").len(), 50);
    });
    let one_day = RequestSearch {
        from_ms: Some(end_ms - 40 * DAY_MS),
        to_ms: Some(end_ms - 39 * DAY_MS),
        client: Some("c-cursor".to_owned()),
        ..broken.clone()
    };
    report.ask("page of that and a tool on one day", 50.0, || {
        store.search_requests(&one_day).expect("a page");
    });
    // Nothing but the rows themselves tells where these meet.
    let rare = RequestSearch {
        from_ms: Some(end_ms - 9 * DAY_MS),
        model: Some("Wan-AI/Wan2.2-T2V-A14B".to_owned()),
        client: Some("c-nightly".to_owned()),
        ..broken.clone()
    };
    report.ask("filters that hardly meet, in nine days", 500.0, || {
        store.search_requests(&rare).expect("a page");
    });
}

fn ask_texts(report: &mut Report, store: &Store) {
    let oldest = store.requests_page(Some(i64::MAX), 1_000).expect("rows");
    let trace = oldest.into_iter().last();
    let trace = trace.and_then(|row| row.record.trace_id);
    for (name, text) in [
        ("a model", Some("qwen3-coder".to_owned())),
        ("words of an error", Some("TPM limit".to_owned())),
        ("one error of all", Some("from 77777".to_owned())),
        ("a tool and an error", Some("cursor timeout".to_owned())),
        ("two letters", Some("zq".to_owned())),
        ("nothing", Some("%_%_%_%_%_".to_owned())),
        ("a trace id", trace),
    ] {
        let search = RequestSearch {
            limit: 50,
            text,
            ..RequestSearch::default()
        };
        report.ask(&format!("search for {name}"), 50.0, || {
            store.search_requests(&search).expect("a page");
        });
    }
}
