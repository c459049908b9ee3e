use proptest::prelude::*;

use super::super::connection::{Durability, open_writer};
use super::super::rollup::tests::any_record;
use super::super::sums::stored_nano;
use super::super::tests::{Folder, NOON, plan, record, write};
use super::*;
use crate::model::{Cost, Currency, Money, Nano, RequestRecord};

const MINUTE_MS: i64 = 60_000;

fn account(n: usize) -> AccountId {
    AccountId::from(format!("account-{n}").as_str())
}

/// What all of them spent; nothing is missing.
fn told(store: &Store, since: &[(AccountId, i64)], to_ms: i64) -> Vec<Amounts> {
    let spent = store.spent_since(since, to_ms).unwrap();
    spent.into_iter().map(Option::unwrap).collect()
}

fn priced(n: u32, account: AccountId, started_at_ms: i64, nano: i64) -> RequestRecord {
    let currency = if n.is_multiple_of(5) {
        Currency::Usd
    } else {
        Currency::Cny
    };
    RequestRecord {
        account: Some(account),
        started_at_ms,
        cost: Some(Cost {
            money: Money::new(Nano::new(nano), currency),
            price: "a price".into(),
            incomplete: false,
        }),
        ..record(n)
    }
}

/// As it must be, from the records themselves.
fn by_hand(records: &[RequestRecord], since: &[(AccountId, i64)], to_ms: i64) -> Vec<Amounts> {
    let sum = |(account, from_ms): &(AccountId, i64)| {
        let mut spent = Amounts::default();
        for record in records {
            let started = record.started_at_ms.max(0);
            let counts =
                record.account.as_ref() == Some(account) && (*from_ms..to_ms).contains(&started);
            let Some(cost) = record.cost.as_ref().filter(|_| counts) else {
                continue;
            };
            let nano = stored_nano(cost.money.nano());
            match cost.money.currency() {
                Currency::Cny => spent.cny_nano += nano,
                Currency::Usd => spent.usd_nano += nano,
            }
        }
        spent
    };
    since.iter().map(sum).collect()
}

/// A hundred accounts, each with a moment of its own in the middle of an hour,
/// over several days, and requests to the left and right of each.
fn a_hundred() -> (Vec<RequestRecord>, Vec<(AccountId, i64)>) {
    let since: Vec<_> = (0..100)
        .map(|n| {
            let steps = i64::try_from(n).unwrap();
            (account(n), NOON - 90 * steps * MINUTE_MS + steps * 977)
        })
        .collect();
    let mut records = Vec::new();
    for (account, from_ms) in &since {
        for started_ms in [
            from_ms - 5 * MINUTE_MS,
            from_ms - 1,
            *from_ms,
            from_ms + 1,
            NOON,
        ] {
            let n = u32::try_from(records.len()).unwrap();
            let nano = 1_000_000 + i64::from(n) * 7;
            records.push(priced(n, account.clone(), started_ms, nano));
        }
    }
    records.sort_by_key(|record| record.started_at_ms);
    (records, since)
}

/// However many accounts there are (it was 32 once), each is exact.
#[test]
fn each_of_a_hundred_accounts_is_exact_to_the_request() {
    let folder = Folder::new();
    let store = folder.open();
    let (records, since) = a_hundred();
    write(&store, records.clone());
    for to_ms in [NOON, NOON + 1, NOON + 30 * MINUTE_MS] {
        let spent = told(&store, &since, to_ms);
        assert_eq!(spent, by_hand(&records, &since, to_ms), "{to_ms}");
    }
    assert_eq!(store.spent_since(&[], NOON).unwrap(), []);
    let nobody = [(AccountId::from("nobody"), 0)];
    assert_eq!(told(&store, &nobody, NOON), [Amounts::default()]);
}

/// Where rows have left the log, the hour of the moment counts as a whole: an
/// estimate is then too low by less than that hour, and never too high.
#[test]
fn without_its_rows_the_hour_counts_as_a_whole() {
    let folder = Folder::new();
    let store = folder.open();
    let (records, since) = a_hundred();
    write(&store, records.clone());
    store.clear_requests().unwrap();
    let to_ms = NOON + 30 * MINUTE_MS;
    let spent = told(&store, &since, to_ms);
    let exact = by_hand(&records, &since, to_ms);
    let begins: Vec<_> = since
        .iter()
        .map(|(account, from_ms)| (account.clone(), from_ms - from_ms.rem_euclid(HOUR_MS)))
        .collect();
    let most = by_hand(&records, &begins, to_ms);
    assert_eq!(spent, most);
    assert!(
        spent
            .iter()
            .zip(&exact)
            .any(|(spent, exact)| spent != exact)
    );
    for (spent, exact) in spent.iter().zip(exact) {
        assert!(spent.cny_nano >= exact.cny_nano && spent.usd_nano >= exact.usd_nano);
    }
}

/// Makes the rows of a table that fit `what` take for ever to be read. The endless part
/// names a column of theirs, so that it is reached only by those that a query wants.
fn slow_down(folder: &Folder, (table, column): (&str, &str), what: &str) {
    let connection = open_writer(&folder.path("usage.db"), Durability::Normal).unwrap();
    let endless = format!(
        "ALTER TABLE {table} RENAME TO kept;
        CREATE VIEW {table} AS SELECT * FROM kept WHERE CASE WHEN {what} THEN (
            WITH RECURSIVE n (i) AS (SELECT kept.{column} UNION ALL SELECT i + 1 FROM n)
            SELECT count(*) FROM n) ELSE 1 END"
    );
    connection.execute_batch(&endless).unwrap();
}

/// Three accounts, each with a call before and one after its moment, whose moments lie
/// in hours of their own: the last one is the newest.
fn three() -> (Folder, Store, Vec<(AccountId, i64)>) {
    let folder = Folder::new();
    let store = folder.open();
    let since: Vec<_> = (0..3)
        .map(|n| {
            (
                account(n),
                NOON - (4 - i64::try_from(n).unwrap()) * 2 * HOUR_MS + 1_000,
            )
        })
        .collect();
    let calls = since.iter().flat_map(|(account, from_ms)| {
        let call = |started_ms| priced(1, account.clone(), started_ms, 7);
        [call(from_ms - 1), call(from_ms + 1)]
    });
    let calls = (0..).zip(calls).map(|(n, call)| RequestRecord {
        request_id: uuid::Uuid::from_u128(n),
        ..call
    });
    write(&store, calls);
    (folder, store, since)
}

const fn cny(cny_nano: i64) -> Amounts {
    Amounts {
        cny_nano,
        usd_nano: 0,
    }
}

/// That hour counts as a whole then, and so do earlier ones, since each attempt may
/// take as long; what was read before stays exact.
#[test]
fn an_hour_whose_rows_are_slow_voids_nothing() {
    let (folder, store, since) = three();
    let slow = since[1].1;
    let what = format!(
        "started_at_ms BETWEEN {} AND {}",
        slow - 1_000,
        slow + 1_000
    );
    slow_down(&folder, ("requests", "id"), &what);
    assert_eq!(told(&store, &since, NOON), [cny(14), cny(14), cny(7)]);
}

/// What came after the end must not be in a figure that is kept: the rows of the last
/// hour are asked for again instead.
#[test]
fn a_last_hour_whose_rows_are_slow_tells_nothing_yet() {
    let (folder, store, since) = three();
    let to_ms = NOON + 30 * MINUTE_MS;
    let after = RequestRecord {
        request_id: uuid::Uuid::from_u128(99),
        ..priced(1, since[2].0.clone(), to_ms + 1, 7)
    };
    write(&store, [after]);
    slow_down(
        &folder,
        ("requests", "id"),
        &format!("started_at_ms > {to_ms}"),
    );
    assert_eq!(
        store.spent_since(&since, to_ms).unwrap(),
        [None, None, None]
    );
}

/// Sums that cannot be read leave those accounts out that need them: the older ones.
#[test]
fn an_hour_whose_sums_are_slow_voids_only_what_needs_it() {
    let (folder, store, since) = three();
    let hour = since[1].1 / HOUR_MS;
    let what = format!("grain = 1 AND start = {hour}");
    slow_down(&folder, ("usage_slices", "name"), &what);
    let spent = store.spent_since(&since, NOON).unwrap();
    assert_eq!(spent, [None, None, Some(cny(7))]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_the_records_say(
        records in proptest::collection::vec(any_record(), 1..300),
        back in proptest::collection::vec(-HOUR_MS..5 * HOUR_MS, 1..60),
        to in -HOUR_MS..5 * HOUR_MS,
    ) {
        let folder = Folder::new();
        let store = folder.open();
        write(&store, records.clone());
        let accounts: std::collections::HashSet<_> =
            records.iter().filter_map(|record| record.account.clone()).collect();
        let since: Vec<_> =
            accounts.into_iter().zip(back.into_iter().cycle().map(|back| NOON + back)).collect();
        let to_ms = NOON + to;
        prop_assert_eq!(
            told(&store, &since, to_ms),
            by_hand(&records, &since, to_ms)
        );
    }
}

#[test]
fn sums_and_rows_are_found_by_their_keys() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let path = folder.path("usage.db");
    let slices = plan(&path, SELECT_SLICES);
    let by =
        "SEARCH usage_slices USING PRIMARY KEY (grain=? AND dimension=? AND start>? AND start<?)";
    assert!(slices.contains(by), "{slices}");
    let rows = plan(&path, SELECT_ROWS);
    assert!(
        rows.contains("SEARCH requests USING INTEGER PRIMARY KEY"),
        "{rows}"
    );
}
