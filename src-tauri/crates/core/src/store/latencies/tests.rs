use super::super::history::older_call;
use super::super::ledger_tests::assert_balanced;
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

/// Nobody wrote down how long an older pool's calls took.
#[test]
fn calls_of_an_older_pool_have_no_times() {
    let folder = Folder::new();
    let store = folder.open();
    let older = |n: u32| RequestRecord {
        model_asked: Some("model-1".into()),
        account: call(n).account,
        ..older_call(uuid::Uuid::from_u128(u128::from(n) << 64), NOON + 600_000)
    };
    write(&store, (1..=1_000).map(older).chain((1..=9).map(call)));
    let (from, to) = everything();
    let spans = [
        (from, to),
        // From the log: less than the hour, and two dimensions at once.
        (NOON, NOON + 2 * HOUR_MS - 1),
    ];
    let both = UsageFilter {
        model: Some("model-1".to_owned()),
        account: Some("account-1".to_owned()),
        ..all()
    };
    for (from, to) in spans {
        let found = store.latencies(from, to, &all()).unwrap();
        assert_eq!(found.duration.calls, 9);
        near(found.duration.p50_ms, 50);
        assert_eq!(store.latencies(from, to, &both).unwrap().duration.calls, 5);
        let by = |by| store.latencies_by(by, from, to, &all()).unwrap();
        let clients: Vec<_> = by(Dimension::Client).into_iter().map(|one| one.0).collect();
        assert_eq!(clients, ["client-0", "client-1"]);
        assert_eq!(by(Dimension::Route).len(), 1);
    }
    assert_balanced(&folder);
    // Nor are any taken back with them.
    let ids: Vec<_> = (1..=1_000).map(|n| older(n).request_id).collect();
    assert_eq!(store.forget_history(&ids).unwrap(), 1_000);
    assert_eq!(store.latencies(from, to, &all()).unwrap().duration.calls, 9);
    assert_balanced(&folder);
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
    let found = plan(&path, logged::SELECT_GOOD);
    let by = "SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
    assert!(found.contains(by), "{found}");
    assert!(
        !found.contains("TEMP B-TREE") && !found.contains("SCAN requests"),
        "{found}"
    );
}
