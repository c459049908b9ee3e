use super::*;
use crate::model::{Cost, Currency, Nano, Outcome};

const HOUR: i64 = 3_600_000;
/// 2026-10-15T00:00:00Z.
const MIDNIGHT: i64 = 1_792_022_400_000;

fn yuan(nano: i64) -> Money {
    Money::new(Nano::new(nano), Currency::Cny)
}

fn dollars(nano: i64) -> Money {
    Money::new(Nano::new(nano), Currency::Usd)
}

fn record(client: &str, account: &str, at_ms: i64, money: Option<Money>) -> RequestRecord {
    RequestRecord {
        client: client.into(),
        account: Some(AccountId::from(account)),
        cost: money.map(|money| Cost {
            money,
            price: "row".into(),
            incomplete: false,
        }),
        ..RequestRecord::begun(uuid::Uuid::nil(), at_ms)
    }
}

#[test]
fn each_client_and_each_account_has_its_sum() {
    let spending = Spending::default();
    spending.add(&record("editor", "alpha", MIDNIGHT, Some(yuan(5))));
    spending.add(&record("editor", "beta", MIDNIGHT + 1, Some(yuan(7))));
    spending.add(&record("agent", "alpha", MIDNIGHT, Some(dollars(11))));
    // Unknown is not 0, but it is nothing to add either.
    spending.add(&record("agent", "alpha", MIDNIGHT, None));
    let editor = spending.of_client("editor", MIDNIGHT);
    assert_eq!((editor.cny_nano, editor.usd_nano), (12, 0));
    let agent = spending.of_client("agent", MIDNIGHT);
    assert_eq!((agent.cny_nano, agent.usd_nano), (0, 11));
    let alpha = spending.of_account(&AccountId::from("alpha"));
    assert_eq!(alpha.of(Currency::Cny), Nano::new(5));
    assert_eq!(alpha.of(Currency::Usd), Nano::new(11));
    let nobody = spending.of_client("nobody", 0);
    assert_eq!(nobody, Amounts::default());
}

#[test]
fn a_time_begins_with_its_hour() {
    let spending = Spending::default();
    for (hour, nano) in [(-1, 1), (0, 10), (1, 100), (30, 1_000)] {
        let at = MIDNIGHT + hour * HOUR + 59 * 60_000;
        spending.add(&record("editor", "alpha", at, Some(yuan(nano))));
    }
    let since = |at| spending.of_client("editor", at).cny_nano;
    assert_eq!(since(0), 1_111);
    assert_eq!(since(MIDNIGHT), 1_110);
    assert_eq!(since(MIDNIGHT + 20 * 60_000), 1_110);
    assert_eq!(since(MIDNIGHT + HOUR), 1_100);
    assert_eq!(since(MIDNIGHT + 31 * HOUR), 0);
}

/// A long stream ends after requests that began later; clocks go back.
#[test]
fn requests_may_end_in_any_order() {
    let spending = Spending::default();
    for hour in [5, 3, 4, 3, 5, 0] {
        let at = MIDNIGHT + hour * HOUR;
        spending.add(&record("editor", "alpha", at, Some(yuan(1))));
    }
    let since = |hour| {
        spending
            .of_client("editor", MIDNIGHT + hour * HOUR)
            .cny_nano
    };
    let sums: Vec<_> = (0..7).map(since).collect();
    assert_eq!(sums, [6, 5, 5, 5, 3, 2, 0]);
}

#[test]
fn what_is_long_ago_is_forgotten() {
    let spending = Spending::default();
    for hour in 0..1_000 {
        let at = MIDNIGHT + hour * HOUR;
        spending.add(&record("editor", "alpha", at, Some(yuan(1))));
    }
    assert_eq!(spending.of_client("editor", 0).cny_nano, 32 * 24);
    // Accounts are summed in all.
    let alpha = spending.of_account(&AccountId::from("alpha"));
    assert_eq!(alpha.cny_nano, 1_000);
}

#[test]
fn what_was_spent_before_the_start_belongs_to_the_client_only() {
    let spending = Spending::default();
    let before = HourOfClient {
        spent: Amounts::money(yuan(3)),
        unknown: 2,
    };
    spending.remember("editor", MIDNIGHT, before);
    assert_eq!(spending.unknown_of_client("editor", MIDNIGHT), 2);
    spending.add(&record("editor", "alpha", MIDNIGHT, Some(yuan(4))));
    assert_eq!(spending.of_client("editor", MIDNIGHT).cny_nano, 7);
    let alpha = spending.of_account(&AccountId::from("alpha"));
    assert_eq!(alpha.cny_nano, 4);
}

#[test]
fn a_corrected_cost_changes_the_sums_by_the_difference() {
    let spending = Spending::default();
    let priced = record("editor", "alpha", MIDNIGHT, Some(yuan(100)));
    spending.add(&priced);
    spending.correct(&priced, Some(yuan(70)));
    assert_eq!(spending.of_client("editor", MIDNIGHT).cny_nano, 70);
    // What was counted when it ended stays so: balances have their own corrections.
    let alpha = spending.of_account(&AccountId::from("alpha"));
    assert_eq!(alpha.cny_nano, 100);
}

/// What has no cost is counted, until it turns out to have one.
#[test]
fn calls_of_unknown_cost_are_counted() {
    let spending = Spending::default();
    let answered = |money| RequestRecord {
        model_asked: Some("acme/new".into()),
        outcome: Outcome::Success,
        attempts: 1,
        ..record("editor", "alpha", MIDNIGHT, money)
    };
    let unpriced = answered(None);
    for _ in 0..3 {
        spending.add(&unpriced);
    }
    spending.add(&answered(Some(yuan(0))));
    spending.add(&answered(Some(yuan(5))));
    let failed = RequestRecord {
        outcome: Outcome::Rejected,
        ..unpriced.clone()
    };
    spending.add(&failed);
    let unknown = |since| spending.unknown_of_client("editor", since);
    assert_eq!((unknown(MIDNIGHT), unknown(MIDNIGHT + HOUR)), (3, 0));
    spending.correct(&unpriced, Some(yuan(1)));
    assert_eq!(unknown(MIDNIGHT), 2);
    spending.correct(&answered(Some(yuan(5))), None);
    assert_eq!(unknown(MIDNIGHT), 3);
    assert_eq!(spending.of_client("editor", MIDNIGHT).cny_nano, 1);
    assert_eq!(spending.unknown_of_client("nobody", 0), 0);
}

/// Whoever looks at all sums works on copies: a request that ends does not wait.
#[test]
fn sums_are_looked_at_without_holding_requests_up() {
    let spending = Spending::default();
    for client in ["editor", "agent"] {
        spending.add(&record(client, "alpha", MIDNIGHT, Some(yuan(5))));
    }
    let mut seen = 0;
    spending.see_clients(|client, hours| {
        seen += 1;
        assert_eq!(hours.len(), 1, "{client}");
        assert!(spending.0.try_lock().is_ok(), "{client}");
    });
    assert_eq!(seen, 2);
    let all = spending.hours_of_clients();
    let editor = all[&("editor".to_owned(), MIDNIGHT)];
    assert_eq!((all.len(), editor.spent.cny_nano), (2, 5));
}
