use super::super::super::records::tests::{Past, good, ms, new_key};
use super::*;
use crate::model::{BalanceSource, RequestRecord};
use crate::store::Balance;

const NOW: i64 = 1_787_400_000_000;
const YUAN: i64 = 1_000_000_000;

fn purse(balance_nano: Option<i64>, age_days: i64) -> Purse {
    Purse {
        currency: Currency::Cny,
        balance_nano,
        created_at_ms: NOW - age_days * DAY_MS,
    }
}

fn yuan(yuan: i64) -> Spent {
    Spent {
        amounts: Amounts {
            cny_nano: yuan * YUAN,
            usd_nano: 99 * YUAN,
        },
        days: 1,
    }
}

#[test]
fn a_week_of_spending_is_spread_over_its_days() {
    let (per_day, left) = purse(Some(30 * YUAN), 100).burnt(yuan(14), NOW);
    assert_eq!((per_day, left), (2 * YUAN, Some(15.0)));
}

/// An account of yesterday has not had a week to spend in.
#[test]
fn a_young_account_is_judged_by_its_own_days() {
    assert_eq!(purse(None, 2).burnt(yuan(14), NOW).0, 7 * YUAN);
    assert_eq!(purse(None, 0).burnt(yuan(1), NOW).0, YUAN, "at least a day");
    // The clock was put back since it was added.
    assert_eq!(purse(None, -3).burnt(yuan(1), NOW).0, YUAN);
    // It came with a past of four days.
    let taken_over = Spent { days: 4, ..yuan(8) };
    assert_eq!(purse(None, 0).burnt(taken_over, NOW).0, 2 * YUAN);
}

#[test]
fn days_left_are_unknown_without_a_balance_or_without_spending() {
    assert_eq!(purse(None, 100).burnt(yuan(1), NOW).1, None);
    assert_eq!(purse(Some(YUAN), 100).burnt(Spent::default(), NOW).1, None);
    assert_eq!(purse(Some(-YUAN), 100).burnt(yuan(7), NOW).1, Some(0.0));
}

/// Seven times 24 hours, up to the end of this one.
#[test]
fn the_last_seven_days_count() {
    let past = Past::at("2026-11-23T12:30:00Z");
    past.write([
        good("2026-11-16T12:59:59Z"),
        good("2026-11-16T13:00:00Z"),
        good("2026-11-20T00:00:00Z"),
        good("2026-11-23T12:29:00Z"),
    ]);
    let store = &past.records.store;
    let now_ms = past.records.now_ms();
    let spent = spent_lately(store, now_ms).unwrap();
    let expected = Spent {
        amounts: Amounts {
            cny_nano: 3 * 70_000_000,
            usd_nano: 0,
        },
        days: 7,
    };
    assert_eq!(spent["account-1"], expected);
    assert_eq!(spent_lately(store, 0).unwrap(), HashMap::new());
}

/// Without the engine: from what was written down.
#[test]
fn records_alone_tell_how_long_a_balance_lasts() {
    let past = Past::at("2026-11-23T12:30:00Z");
    let store = &past.records.store;
    store
        .insert_keys(&[new_key(1, "team"), new_key(2, "home")])
        .unwrap();
    let rows = store.accounts().unwrap();
    let team = rows.iter().find(|row| row.label == "team").unwrap();
    let balance = Balance {
        nano: YUAN,
        currency: Currency::Cny,
        source: BalanceSource::Manual,
        as_of_ms: ms("2026-11-23T11:00:00Z"),
    };
    store.set_balance(&team.account_id, Some(&balance)).unwrap();
    let of_team = |at| RequestRecord {
        account: Some(team.account_id.clone()),
        ..good(at)
    };
    past.write([
        of_team("2026-11-23T10:59:00Z"),
        of_team("2026-11-23T11:10:00Z"),
        of_team("2026-11-23T12:10:00Z"),
    ]);
    let found = past.records.burn_rate().unwrap().accounts;
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.account.as_str(), one.balance_nano, one.per_day_nano))
        .collect();
    // The first one was paid before the balance was seen.
    let left = YUAN - 2 * 70_000_000;
    let mut should = [("team", Some(left), 210_000_000), ("home", None, 0)];
    should.sort_by_key(|one| rows.iter().position(|row| row.label == one.0));
    assert_eq!(told, should);
    let team = found.iter().find(|one| one.account == "team").unwrap();
    let days = team.days_left.unwrap();
    assert!((days - 860.0 / 210.0).abs() < 1e-9, "{days}");
}
