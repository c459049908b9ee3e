use super::super::ledger_tests::assert_balanced;
use super::super::rollup::HOUR_MS;
use super::super::tests::{Folder, NOON, everything, plan, record, write};
use super::super::{Dimension, UsageFilter};
use super::*;
use crate::model::Amounts;
use crate::model::{Cost, Currency, Money, Nano, RequestRecord};

fn priced(nano: i64, currency: Currency) -> Priced {
    Priced {
        cost: Cost {
            money: Money::new(Nano::new(nano), currency),
            price: "row".into(),
            incomplete: false,
        },
        saved_nano: Some(nano / 2),
    }
}

fn with_cost(n: u32, nano: i64) -> RequestRecord {
    let priced = priced(nano, Currency::Cny);
    RequestRecord {
        started_at_ms: NOON + i64::from(n) * 60_000,
        cost: Some(priced.cost),
        saved_nano: priced.saved_nano,
        ..record(n)
    }
}

fn step(after_id: i64) -> RepriceStep {
    RepriceStep {
        from_ms: NOON,
        to_ms: i64::MAX,
        after_id,
        limit: 300,
    }
}

fn spent(store: &Store) -> (i64, i64, i64) {
    let (from, to) = everything();
    let sums = store.usage_sums(from, to, &UsageFilter::default()).unwrap();
    (
        sums.cost_cny_nano,
        sums.cost_usd_nano,
        sums.calls_without_cost,
    )
}

#[test]
fn sums_follow_the_new_costs() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..1_000).map(|n| with_cost(n, 100)));
    assert_eq!(spent(&store), (100_000, 0, 0));

    // Every third becomes unknown, every third is in dollars, the others stay.
    let mut after = 0;
    let mut done = (0, 0);
    loop {
        let repriced = store.reprice(&step(after), &mut |row| match row.id % 3 {
            0 => None,
            1 => Some(priced(7, Currency::Usd)),
            _ => Some(priced(100, Currency::Cny)),
        });
        let repriced = repriced.unwrap();
        done = (done.0 + repriced.seen, done.1 + repriced.changed);
        let Some(last) = repriced.last_id else {
            break;
        };
        assert!(last > after);
        after = last;
    }
    assert_eq!(done, (1_000, 667));
    assert_eq!(spent(&store), (33_300, 334 * 7, 333));
    assert_balanced(&folder);
    let row = store.request(1).unwrap().unwrap().record;
    assert_eq!(row.cost, Some(priced(7, Currency::Usd).cost));
    assert_eq!(row.saved_nano, Some(3));
    assert_eq!(store.request(3).unwrap().unwrap().record.cost, None);
}

#[test]
fn only_the_asked_time_is_priced_anew() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..180).map(|n| with_cost(n, 100)));
    let step = RepriceStep {
        from_ms: NOON + HOUR_MS / 2,
        to_ms: NOON + 2 * HOUR_MS,
        after_id: 0,
        limit: 1_000,
    };
    let repriced = store
        .reprice(&step, &mut |_| Some(priced(1, Currency::Cny)))
        .unwrap();
    assert_eq!((repriced.seen, repriced.changed), (90, 90));
    assert_eq!(spent(&store), (90 * 100 + 90, 0, 0));
    assert_balanced(&folder);

    // What left the log keeps what it cost.
    store.clear_requests().unwrap();
    let none = store.reprice(&step, &mut |_| None).unwrap();
    assert_eq!(none, Repriced::default());
    assert_eq!(spent(&store), (90 * 100 + 90, 0, 0));
}

#[test]
fn spending_is_told_by_name_and_hour() {
    let folder = Folder::new();
    let store = folder.open();
    let free = RequestRecord {
        client: "frugal".into(),
        ..record(1)
    };
    write(&store, (0..120).map(|n| with_cost(n, 10)).chain([free]));
    let (from, to) = everything();
    let all = store.spent(Dimension::Client, from, to).unwrap();
    let spent = Amounts {
        cny_nano: 1_200,
        usd_nano: 0,
    };
    assert_eq!(all, [("default".to_owned(), spent)]);
    let half = store
        .spent(Dimension::Client, NOON, NOON + HOUR_MS / 2)
        .unwrap();
    assert_eq!(half[0].1.cny_nano, 300);
    let hours = store
        .spent_hours(Dimension::Client, NOON + 5, NOON + HOUR_MS + 5)
        .unwrap();
    let hours: Vec<_> = hours
        .iter()
        .map(|one| (one.name.as_str(), one.hour_ms - NOON, one.spent.cny_nano))
        .collect();
    // Nobody knows what the frugal one spent.
    let expected = [
        ("default", 0, 600),
        ("frugal", 0, 0),
        ("default", HOUR_MS, 600),
    ];
    assert_eq!(hours, expected);
    let first = store
        .spent_hours(Dimension::Account, NOON, NOON + HOUR_MS)
        .unwrap();
    assert_eq!(first.len(), 2);
}

/// A budget in yuan lacks what was paid in dollars.
#[test]
fn calls_are_counted_by_what_they_were_paid_in() {
    let folder = Folder::new();
    let store = folder.open();
    let paid = |n, nano, currency| RequestRecord {
        started_at_ms: NOON,
        cost: Some(priced(nano, currency).cost),
        ..record(n)
    };
    let free = RequestRecord {
        model_asked: Some("free".into()),
        ..paid(8, 0, Currency::Usd)
    };
    let unknown = |n| RequestRecord {
        started_at_ms: NOON,
        ..record(n)
    };
    let others = RequestRecord {
        client: "other".into(),
        ..paid(9, 5, Currency::Usd)
    };
    let earlier = RequestRecord {
        started_at_ms: NOON - HOUR_MS,
        ..paid(10, 5, Currency::Usd)
    };
    let abroad = (0..3).map(|n| paid(n, 5, Currency::Usd));
    write(
        &store,
        abroad.chain([paid(4, 7, Currency::Cny), free, others, earlier]),
    );
    let calls = |currency, from| {
        store
            .paid_calls("default", currency, (from, i64::MAX))
            .unwrap()
    };
    assert_eq!(calls(Currency::Usd, NOON), 3);
    assert_eq!(calls(Currency::Usd, NOON - HOUR_MS), 4);
    assert_eq!(calls(Currency::Cny, NOON), 1);
    assert_eq!(
        store
            .paid_calls("nobody", Currency::Usd, (0, i64::MAX))
            .unwrap(),
        0
    );
    write(&store, [unknown(20), unknown(21)]);
    let hours = store
        .spent_hours(Dimension::Client, NOON, NOON + 1)
        .unwrap();
    let default = hours.iter().find(|hour| hour.name == "default").unwrap();
    assert_eq!(default.calls_without_cost, 2);
    let plan = plan(&folder.path("usage.db"), super::super::spending::COUNT_PAID);
    assert!(
        !plan.contains("SCAN") && plan.contains("hour>? AND hour<?"),
        "{plan}"
    );
}

#[test]
fn the_rows_of_a_time_are_counted_by_their_blocks() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..2_500).map(|n| with_cost(n, 1)));
    let minute = |n: i64| NOON + n * 60_000;
    let count = |from, to| store.rows_between(from, to).unwrap();
    assert_eq!(count(0, i64::MAX), 2_500);
    assert_eq!(count(0, NOON), 0);
    // Ids begin with 1: the first block has 1,999 rows.
    assert_eq!(count(0, minute(1)), 1_999);
    assert_eq!(count(minute(2_400), i64::MAX), 501);
}

#[test]
fn rows_are_found_by_their_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let plan = plan(&folder.path("usage.db"), SELECT_IDS);
    assert!(
        !plan.contains("SCAN requests") && !plan.contains("TEMP"),
        "{plan}"
    );
}
