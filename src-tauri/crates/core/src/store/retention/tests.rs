use proptest::prelude::*;

use super::super::UsageFilter;
use super::super::ledger_tests::{assert_balanced, assert_found};
use super::super::rollup::tests::any_record;
use super::super::tests::{Folder, NOON, everything, number, plan, record, write};
use super::*;
use crate::model::{Outcome, RequestRecord};

const COUNT_ROWS: &str = "SELECT count(*) FROM requests";

fn calls(store: &Store) -> i64 {
    let (from, to) = everything();
    store
        .usage_sums(from, to, &UsageFilter::default())
        .unwrap()
        .calls
}

/// The whole of what dashboards show.
fn statistics(store: &Store) -> impl PartialEq + std::fmt::Debug + use<> {
    let (from, to) = everything();
    let all = UsageFilter::default();
    let mut keys: Vec<_> = store.key_usage().unwrap().into_iter().collect();
    keys.sort_by(|one, other| one.0.cmp(&other.0));
    (
        store.usage_sums(from, to, &all).unwrap(),
        store.usage_by_hour(from, to, &all).unwrap(),
        store
            .usage_by(super::super::Dimension::Model, from, to, &all)
            .unwrap(),
        store.latencies(from, to, &all).unwrap(),
        keys,
    )
}

/// One that failed, with words, a trail and a start `minutes` after noon.
fn failed(n: u32, minutes: i64) -> RequestRecord {
    RequestRecord {
        started_at_ms: NOON + minutes * 60_000,
        outcome: Outcome::UpstreamFailed,
        error: Some(format!("it failed {n} times")),
        ..record(n)
    }
}

#[test]
fn the_log_is_cleared_and_the_sums_stay() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(store.clear_requests().unwrap(), 0);
    write(&store, (0..2_500).map(|n| failed(n, i64::from(n))));
    let path = folder.path("usage.db");
    let before = number(&path, "PRAGMA page_count");
    let statistics_before = statistics(&store);
    assert_eq!(calls(&store), 2_500);

    assert_eq!(store.clear_requests().unwrap(), 2_500);
    assert_eq!(number(&path, COUNT_ROWS), 0);
    assert_found(&folder);
    assert_eq!(statistics(&store), statistics_before);
    // The room is given back.
    assert_eq!(number(&path, "PRAGMA freelist_count"), 0);
    assert!(number(&path, "PRAGMA page_count") < before * 3 / 4);

    // Ids are not given again: pages that a reader holds stay right.
    write(&store, [record(9)]);
    let page = store.requests_page(None, 10).unwrap();
    assert_eq!((page.len(), page[0].id), (1, 2_501));
    assert_eq!(calls(&store), 2_501);
    store.integrity_check().unwrap();
}

/// Clearing goes on beside the writer, and takes only what was there.
#[test]
fn requests_are_recorded_while_the_log_is_cleared() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..5_000).map(record));
    let clearing = store.clone();
    let clearing = std::thread::spawn(move || clearing.clear_requests().unwrap());
    write(&store, (5_000..6_000).map(record));
    let removed = clearing.join().unwrap();
    assert!(removed >= 5_000, "{removed}");
    let left = number(&folder.path("usage.db"), COUNT_ROWS);
    assert_eq!(i64::try_from(removed).unwrap() + left, 6_000);
    assert_eq!((calls(&store), store.journal().dropped()), (6_000, 0));
    assert_found(&folder);
}

#[test]
fn old_rows_go_wherever_they_stand() {
    let folder = Folder::new();
    let store = folder.open();
    // Every second row is a day old; the clock is at noon.
    let started = |n: u32| if n.is_multiple_of(2) { -1_440 } else { 0 } - i64::from(n) / 60;
    write(&store, (0..4_000).map(|n| failed(n, started(n))));
    let before = statistics(&store);
    let kept = store.retain(&Retention {
        days: 2,
        ..Retention::default()
    });
    assert_eq!(kept.unwrap().removed, 0);
    let kept = store.retain(&Retention {
        days: 1,
        ..Retention::default()
    });
    assert_eq!(kept.unwrap().removed, 1_970);
    let path = folder.path("usage.db");
    assert_eq!(number(&path, COUNT_ROWS), 2_030);
    let oldest = number(&path, "SELECT min(started_at_ms) FROM requests");
    assert!(oldest >= NOON - DAY_MS);
    assert_eq!(statistics(&store), before);
    assert_found(&folder);
    // Nothing is looked at twice.
    assert_eq!(
        number(&path, "SELECT min(first_ms) FROM log_blocks"),
        oldest
    );
}

#[test]
fn the_oldest_rows_go_when_there_are_too_many() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..5_000).map(record));
    let before = statistics(&store);
    let kept = store.retain(&Retention {
        rows: 2_100,
        ..Retention::default()
    });
    let kept = kept.unwrap();
    assert_eq!(kept.removed, 2_900);
    let path = folder.path("usage.db");
    assert_eq!(number(&path, "SELECT min(id) FROM requests"), 2_901);
    assert_eq!(statistics(&store), before);
    assert_found(&folder);
    assert_eq!(store.retain(&Retention::default()).unwrap().removed, 0);
}

/// Bytes of the log alone.
fn log_bytes(path: &std::path::Path) -> i64 {
    let used = "SELECT ((SELECT page_count FROM pragma_page_count)
        - (SELECT freelist_count FROM pragma_freelist_count))
        * (SELECT page_size FROM pragma_page_size)";
    let tree = |name| format!("SELECT sum(pgsize) FROM dbstat WHERE name = '{name}'");
    let staying: i64 = super::super::log_size::STAYING
        .into_iter()
        .map(|name| number(path, &tree(name)))
        .sum();
    number(path, used) - staying
}

/// F45, as far as the file goes.
#[test]
fn the_log_is_held_below_its_size() {
    let folder = Folder::new();
    let store = folder.open();
    let path = folder.path("usage.db");
    let limit = 512 * 1_024;
    let retention = Retention {
        bytes: limit,
        ..Retention::default()
    };
    for round in 0..6 {
        write(&store, (0..3_000).map(|n| failed(round * 3_000 + n, 0)));
        // What stays has grown, and is counted again.
        folder.clock.advance_ms(3_600_000);
        store.retain(&retention).unwrap();
        let log = log_bytes(&path);
        assert!(log <= i64::try_from(limit).unwrap(), "{log}");
        assert_eq!(number(&path, "PRAGMA freelist_count"), 0, "given back");
        assert!(number(&path, COUNT_ROWS) > 500);
    }
    assert_eq!(calls(&store), 18_000);
    assert_found(&folder);
    store.integrity_check().unwrap();
}

/// Sums and names may take more than the limit: they are not the log, and no row
/// goes for them.
#[test]
fn no_row_goes_for_what_stays() {
    let folder = Folder::new();
    let store = folder.open();
    let path = folder.path("usage.db");
    write(
        &store,
        (0..3_000).map(|n| RequestRecord {
            model_asked: Some(format!("a model of its own, number {n}").into()),
            ..record(n)
        }),
    );
    store.clear_requests().unwrap();
    write(&store, (0..200).map(record));
    let size = number(&path, "PRAGMA page_count") * number(&path, "PRAGMA page_size");
    let limit = 192 * 1_024;
    assert!(size > 3 * i64::try_from(limit).unwrap(), "{size}");
    let kept = store.retain(&Retention {
        bytes: limit,
        ..Retention::default()
    });
    assert_eq!(kept.unwrap().removed, 0);
    // Less than the empty log needs: it is empty, and that is an end.
    let kept = store.retain(&Retention {
        bytes: 4_096,
        ..Retention::default()
    });
    assert_eq!(kept.unwrap().removed, 200);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whatever is removed, the sums stay those of all requests, and what is
    /// left is found as before.
    #[test]
    fn sums_stay_whatever_is_removed(
        first in proptest::collection::vec(any_record(), 1..600),
        second in proptest::collection::vec(any_record(), 0..300),
        rows in 1_u64..500,
    ) {
        let folder = Folder::new();
        let total = i64::try_from(first.len() + second.len()).unwrap();
        let store = folder.open();
        write(&store, first);
        assert_balanced(&folder);
        let before = statistics(&store);
        store.retain(&Retention { rows, ..Retention::default() }).unwrap();
        assert_found(&folder);
        prop_assert_eq!(&statistics(&store), &before);
        drop(store);
        let store = folder.open();
        prop_assert_eq!(&statistics(&store), &before);
        write(&store, second);
        prop_assert_eq!(calls(&store), total);
        assert_found(&folder);
    }
}

#[test]
fn steps_are_found_by_their_keys() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let path = folder.path("usage.db");
    for sql in [
        SELECT_FROM,
        SELECT_OLD_BLOCK,
        super::super::blocks::SELECT_BLOCK_ROWS,
    ] {
        let plan = plan(&path, sql);
        assert!(
            !plan.contains("SCAN requests") && !plan.contains("TEMP"),
            "{plan}"
        );
    }
}
