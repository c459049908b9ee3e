use super::super::ledger_tests::assert_balanced;
use super::super::rollup::HOUR_MS;
use super::super::tests::{Folder, NOON, everything, plan, record, write};
use super::super::{RepriceStep, Store};
use super::*;
use crate::model::{Cost, Currency, Money, Nano, Priced, RequestRecord};

fn by(tool: &str, n: u32) -> RequestRecord {
    RequestRecord {
        user_agent: Some(tool.into()),
        ..record(n)
    }
}

/// Names with their calls.
fn calls(store: &Store, (from, to): (i64, i64)) -> Vec<(String, i64)> {
    let found = store.usage_by_tool(from, to).unwrap().into_iter();
    let mut calls: Vec<_> = found.map(|one| (one.name, one.sums.calls)).collect();
    calls.sort();
    calls
}

/// Issue 5: two tools with the default token are told apart, also when the log is
/// cleared.
#[test]
fn tools_that_share_a_token_are_told_apart() {
    let folder = Folder::new();
    let store = folder.open();
    let nameless = record(9);
    let good = [
        by("claude-cli", 1),
        by("claude-cli", 2),
        by("curl", 3),
        nameless,
    ];
    write(&store, good);
    let named = |name: &str, calls| (name.to_owned(), calls);
    let should = [named("", 1), named("claude-cli", 2), named("curl", 1)];
    assert_eq!(calls(&store, everything()), should);
    // A part of the hour, from the log.
    let second = (NOON, NOON + 3_000);
    assert_eq!(calls(&store, second), [named("claude-cli", 2)]);
    assert_balanced(&folder);
    assert_eq!(store.clear_requests().unwrap(), 4);
    assert_eq!(calls(&store, everything()), should);
}

/// A client that calls itself something else each time does not fill the disk, and
/// what changes later is found where it was put.
#[test]
fn an_hour_has_room_for_few_names() {
    let folder = Folder::new();
    let store = folder.open();
    let most = u32::try_from(MOST).unwrap();
    let strangers = |from, to| (from..to).map(|n| by(&format!("tool-{n}"), n));
    write(&store, strangers(0, most + 30));
    write(
        &store,
        strangers(most, most + 40).chain([by("tool-1", 5), record(6)]),
    );
    let check = |store: &Store| {
        let found = calls(store, everything());
        assert_eq!(found.len(), MOST + 2);
        let all: i64 = found.iter().map(|one| one.1).sum();
        assert_eq!(all, i64::from(most) + 30 + 42);
        let others = found.iter().find(|one| one.0 == OTHERS).unwrap();
        assert!(others.1 >= 30, "{others:?}");
        // The log tells the same of the same hour.
        assert_eq!(calls(store, (NOON, NOON + HOUR_MS - 1)), found);
    };
    check(&store);

    let step = RepriceStep {
        from_ms: 0,
        to_ms: i64::MAX,
        after_id: 0,
        limit: 1_000,
    };
    let priced = || Priced {
        cost: Cost {
            money: Money::new(Nano::new(7), Currency::Cny),
            price: "row".into(),
            incomplete: false,
        },
        saved_nano: None,
    };
    store.reprice(&step, &mut |_| Some(priced())).unwrap();
    check(&store);
    for one in store.usage_by_tool(0, i64::MAX).unwrap() {
        assert_eq!(one.sums.cost_cny_nano, 7 * one.sums.calls, "{}", one.name);
        assert_eq!(one.sums.calls_without_cost, 0, "{}", one.name);
    }
    // The next hour has room again.
    let next = RequestRecord {
        started_at_ms: NOON + HOUR_MS,
        ..by(&format!("tool-{}", most + 35), 1)
    };
    write(&store, [next]);
    let later = calls(&store, (NOON + HOUR_MS, i64::MAX));
    assert_eq!(later, [(format!("tool-{}", most + 35), 1)]);
}

#[test]
fn names_of_an_hour_are_found_by_their_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let plan = plan(&folder.path("usage.db"), SELECT_NAMES);
    let by = "SEARCH usage_slices USING PRIMARY KEY (grain=? AND dimension=? AND start=?)";
    assert!(plan.contains(by), "{plan}");
}
