use super::super::ledger_tests::assert_balanced;
use super::super::rollup::HOUR_MS;
use super::super::tests::{Folder, NOON, everything, plan, record, write};
use super::super::{Dimension, NamedSpent, UsageFilter};
use super::*;
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
    let default = NamedSpent {
        name: "default".to_owned(),
        cny_nano: 1_200,
        usd_nano: 0,
    };
    assert_eq!(all, [default]);
    let half = store
        .spent(Dimension::Client, NOON, NOON + HOUR_MS / 2)
        .unwrap();
    assert_eq!(half[0].cny_nano, 300);
    let hours = store
        .spent_hours(Dimension::Client, NOON + 5, NOON + HOUR_MS + 5)
        .unwrap();
    let hours: Vec<_> = hours
        .iter()
        .map(|one| (one.name.as_str(), one.hour_ms - NOON, one.cny_nano))
        .collect();
    assert_eq!(hours, [("default", 0, 600), ("default", HOUR_MS, 600)]);
    let first = store
        .spent_hours(Dimension::Account, NOON, NOON + HOUR_MS)
        .unwrap();
    assert_eq!(first.len(), 2);
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
