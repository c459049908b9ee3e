use super::super::rollup::HOUR_MS;
use super::super::tests::{Folder, NOON, everything, plan, record, write};
use super::*;
use crate::model::{Outcome, RequestRecord};

fn all() -> UsageFilter {
    UsageFilter::default()
}

/// A call of `n` milliseconds, ten minutes after the one before.
fn call(n: u32) -> RequestRecord {
    RequestRecord {
        started_at_ms: NOON + i64::from(n) * 600_000,
        model_asked: Some(format!("model-{}", n % 2).into()),
        client: format!("client-{}", n % 2).into(),
        first_byte_ms: (!n.is_multiple_of(4)).then_some(n),
        duration_ms: n * 10,
        ..record(n)
    }
}

fn near(is: Option<u32>, should: u32) {
    let is = f64::from(is.unwrap());
    let should = f64::from(should);
    assert!((is - should).abs() <= should / 16.0, "{is} for {should}");
}

#[test]
fn percentiles_are_those_of_the_calls() {
    let folder = Folder::new();
    let store = folder.open();
    let failed = RequestRecord {
        outcome: Outcome::Refused,
        duration_ms: 1,
        ..call(1)
    };
    write(&store, (1..=1_000).map(call).chain([failed]));
    let (from, to) = everything();
    let found = store.latencies(from, to, &all()).unwrap();
    assert_eq!((found.first_byte.calls, found.duration.calls), (750, 1_000));
    near(found.duration.p50_ms, 5_000);
    near(found.duration.p90_ms, 9_000);
    near(found.duration.p95_ms, 9_500);
    near(found.duration.p99_ms, 9_900);
    near(found.first_byte.p50_ms, 501);

    // Half hours at both ends, from the log.
    let from = NOON + 100 * HOUR_MS + HOUR_MS / 2;
    let found = store.latencies(from, from + HOUR_MS, &all()).unwrap();
    assert_eq!(found.duration.calls, 6);
    near(found.duration.p50_ms, 6_050);
    assert_eq!(
        store.latencies(to, from, &all()).unwrap(),
        Latencies::default()
    );

    // The sums know the calls that have left the log.
    store.clear_requests().unwrap();
    let kept = store.latencies(0, to, &all()).unwrap();
    assert_eq!(kept.duration.calls, 1_000);
}

#[test]
fn calls_are_told_apart() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (1..=1_000).map(call));
    let (from, to) = everything();
    let by_model = store
        .latencies_by(Dimension::Model, from, to, &all())
        .unwrap();
    let calls: Vec<_> = by_model
        .iter()
        .map(|(name, found)| (name.as_str(), found.duration.calls, found.first_byte.calls))
        .collect();
    assert_eq!(calls, [("model-0", 500, 250), ("model-1", 500, 500)]);
    let filter = UsageFilter {
        model: Some("model-1".to_owned()),
        ..all()
    };
    let alone = store.latencies(from, to, &filter).unwrap();
    assert_eq!(alone, by_model[1].1);
    let same = store
        .latencies_by(Dimension::Model, from, to, &filter)
        .unwrap();
    assert_eq!(same, by_model[1..]);

    // Two dimensions together are asked of the log.
    let both = UsageFilter {
        client: Some("client-1".to_owned()),
        ..filter.clone()
    };
    assert_eq!(store.latencies(from, to, &both).unwrap(), alone);
    let by_key = store
        .latencies_by(Dimension::Key, from, to, &filter)
        .unwrap();
    let calls: i64 = by_key.iter().map(|(_, found)| found.duration.calls).sum();
    assert_eq!((by_key.len(), calls), (3, 500));
    let none = UsageFilter {
        client: Some("client-0".to_owned()),
        ..filter
    };
    assert_eq!(
        store.latencies(from, to, &none).unwrap(),
        Latencies::default()
    );
}

#[test]
fn histograms_are_found_by_their_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let path = folder.path("usage.db");
    let by = "SEARCH latency_slices USING PRIMARY KEY (grain=? AND dimension=? AND start>?";
    let found = plan(&path, SELECT);
    assert!(found.contains(by) && !found.contains("TEMP"), "{found}");
    let found = plan(&path, SELECT_FROM_LOG);
    let by = "SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
    assert!(found.contains(by), "{found}");
    assert!(
        !found.contains("TEMP B-TREE") && !found.contains("SCAN requests"),
        "{found}"
    );
}
