use super::super::ledger_tests::{assert_balanced, assert_found};
use super::super::rollup::{DELETE_HOUR, DELETE_KEY, DELETE_LATENCIES, DELETE_SLICE};
use super::super::tests::{Folder, NOON, everything, number, plan, record, write};
use super::super::{Dimension, RepriceStep, UsageFilter, UsageSums};
use super::*;
use crate::model::{AccountId, KeyId, Priced};

fn imported(n: u32) -> RequestRecord {
    RequestRecord {
        model_asked: (!n.is_multiple_of(7)).then(|| format!("model-{}", n % 3).into()),
        key: n.is_multiple_of(2).then(|| KeyId::from("key-1")),
        account: n.is_multiple_of(2).then(|| AccountId::from("account-1")),
        key_last_four: Some("f00d".to_owned()),
        usage: Usage {
            prompt_tokens: Some(100 + u64::from(n)),
            completion_tokens: (!n.is_multiple_of(5)).then_some(10),
            ..Usage::default()
        },
        ..older_call(
            Uuid::from_u128(1_000_000 + u128::from(n)),
            NOON - i64::from(n) * 60_000,
        )
    }
}

fn ids(calls: &[RequestRecord]) -> Vec<Uuid> {
    calls.iter().map(|call| call.request_id).collect()
}

/// Everything that dashboards sum.
fn sums(store: &Store) -> impl PartialEq + std::fmt::Debug + use<> {
    let (from, to) = everything();
    let all = UsageFilter::default();
    (
        store.usage_by_hour(from, to, &all).unwrap(),
        store.usage_by(Dimension::Model, from, to, &all).unwrap(),
        store.usage_by(Dimension::Client, from, to, &all).unwrap(),
        store.usage_by(Dimension::Key, from, to, &all).unwrap(),
        store.latencies(from, to, &all).unwrap(),
    )
}

fn all(store: &Store) -> UsageSums {
    let (from, to) = everything();
    store.usage_sums(from, to, &UsageFilter::default()).unwrap()
}

fn rows(folder: &Folder) -> i64 {
    number(&folder.path("usage.db"), "SELECT count(*) FROM requests")
}

/// Rows and sums go together, and only those that were named.
#[test]
fn calls_are_taken_back_with_their_share_of_the_sums() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1), record(2)]);
    let (page, before) = (store.requests_page(None, 100).unwrap(), sums(&store));
    write(&store, [imported(3), imported(4), imported(5)]);
    assert_eq!(store.history_ids().unwrap().len(), 3);
    assert_balanced(&folder);

    let first = [imported(3).request_id, record(1).request_id];
    assert_eq!(store.forget_history(&first).unwrap(), 1);
    let rest = ids(&[imported(4), imported(5)]);
    assert_eq!(store.history_ids().unwrap(), rest.iter().copied().collect());
    assert_eq!(store.forget_history(&rest).unwrap(), 2);
    assert_eq!(store.requests_page(None, 100).unwrap(), page);
    assert_eq!(sums(&store), before);
    assert_balanced(&folder);
}

/// What happens to a log with calls that were taken over.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// They are imported, as if for the first time.
    Import,
    /// The user clears the log.
    Clear,
    /// All rows but one become too many.
    Retain,
    /// The import is taken back.
    Undo,
}

/// In every order of up to four events a call counts once, or not at all when it
/// was taken back last; what else was counted stays.
#[test]
fn a_call_counts_once_in_every_order_of_events() {
    use Event::{Clear, Import, Retain, Undo};
    let events = [Import, Clear, Retain, Undo];
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1), record(2)]);
    let (without, ours) = (sums(&store), all(&store));
    let calls: Vec<_> = (0..20).map(imported).collect();
    write(&store, calls.clone());
    let with = sums(&store);
    assert_ne!(with, without);
    assert_eq!(store.forget_history(&ids(&calls)).unwrap(), 20);
    for order in 0..events.len().pow(4) {
        let mut order = order;
        let mut told = Vec::new();
        let mut counted = false;
        for _ in 0..4 {
            let event = events[order % events.len()];
            order /= events.len();
            told.push(event);
            match event {
                Import => write(&store, calls.clone()),
                Clear => drop(store.clear_requests().unwrap()),
                Retain => {
                    let limit = super::super::Retention {
                        rows: 1,
                        ..Default::default()
                    };
                    store.retain(&limit).unwrap();
                }
                Undo => {
                    let gone = store.forget_history(&ids(&calls)).unwrap();
                    assert_eq!(gone, if counted { 20 } else { 0 }, "{told:?}");
                }
            }
            counted = matches!(event, Import) || counted && !matches!(event, Undo);
            let known = store.history_ids().unwrap().len();
            assert_eq!(known, if counted { 20 } else { 0 }, "{told:?}");
        }
        if counted {
            assert_eq!(sums(&store), with, "{told:?}");
        } else {
            assert_eq!(sums(&store), without, "{told:?}");
            assert_eq!(all(&store), ours, "{told:?}");
        }
        store.forget_history(&ids(&calls)).unwrap();
    }
    assert_found(&folder);
    store.integrity_check().unwrap();
}

/// Two programs import the same file at the same time.
#[test]
fn a_call_that_two_imports_bring_counts_once() {
    let folder = Folder::new();
    let stores = [folder.open(), folder.open()];
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(|| write(store, (0..3_000).map(imported)));
        }
    });
    assert_eq!((rows(&folder), all(&stores[0]).calls), (3_000, 3_000));
    assert_balanced(&folder);
}

/// A new cost goes with the call, also when its row has left the log.
#[test]
fn a_cost_that_was_recomputed_is_taken_back_with_its_call() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let before = sums(&store);
    let calls = [imported(1), imported(2), imported(3)];
    write(&store, calls.clone());
    let step = RepriceStep {
        to_ms: i64::MAX,
        limit: 100,
        ..RepriceStep::default()
    };
    let mut price = |row: &super::super::RequestRow| {
        (*row.record.client == *OLDER_POOL).then(|| Priced {
            cost: Cost {
                money: Money::new(Nano::new(7_000), Currency::Cny),
                price: "a price".into(),
                incomplete: true,
            },
            saved_nano: Some(70),
        })
    };
    assert_eq!(store.reprice(&step, &mut price).unwrap().changed, 3);
    assert_balanced(&folder);
    assert_eq!(all(&store).cost_cny_nano, 21_000);
    assert_eq!(store.forget_history(&ids(&calls[..1])).unwrap(), 1);
    assert_balanced(&folder);
    store.clear_requests().unwrap();
    assert_eq!(store.forget_history(&ids(&calls[1..])).unwrap(), 2);
    assert_eq!(sums(&store), before);
}

/// Many of them, over more than one transaction and block.
#[test]
fn thousands_are_taken_back_and_leave_no_sum_of_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let before = sums(&store);
    let calls: Vec<_> = (0..2 * u32::try_from(BATCH).unwrap() + 500)
        .map(imported)
        .collect();
    write(&store, calls.clone());
    write(&store, [record(2)]);
    assert_balanced(&folder);
    assert_eq!(store.forget_history(&ids(&calls)).unwrap(), 4_500);
    assert_eq!(rows(&folder), 2);
    assert_balanced(&folder);
    store.forget_history(&[]).unwrap();
    for table in ["usage_hourly", "usage_slices", "key_totals"] {
        let nothing = format!("SELECT count(*) FROM {table} WHERE calls <= 0");
        assert_eq!(number(&folder.path("usage.db"), &nothing), 0, "{table}");
    }
    assert_ne!(sums(&store), before, "the second record stays");
}

/// Taking back looks at the sums of the calls alone, not at all there are.
#[test]
fn sums_of_nothing_are_found_by_their_keys() {
    let folder = Folder::new();
    drop(folder.open());
    let path = folder.path("usage.db");
    for (sql, by) in [
        (
            DELETE_HOUR,
            "SEARCH usage_hourly USING PRIMARY KEY (hour=? AND account_id=? AND key_id=?",
        ),
        (
            DELETE_SLICE,
            "SEARCH usage_slices USING PRIMARY KEY (grain=? AND dimension=? AND start=? AND name=?)",
        ),
        (
            DELETE_LATENCIES,
            "SEARCH latency_slices USING PRIMARY KEY (grain=? AND dimension=? AND start=? AND name=?)",
        ),
        (
            DELETE_KEY,
            "SEARCH key_totals USING INTEGER PRIMARY KEY (rowid=?)",
        ),
        (DELETE, "SEARCH taken_over USING PRIMARY KEY (request_id=?)"),
        (
            UPDATE_COST,
            "SEARCH taken_over USING PRIMARY KEY (request_id=?)",
        ),
    ] {
        let plan = plan(&path, sql);
        assert!(plan.contains(by) && !plan.contains("SCAN"), "{plan}");
    }
}
