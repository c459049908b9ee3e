use super::*;
use crate::model::Currency;

const LIMIT: i64 = 5 * NANO;

fn estimate(account: &str, nano: i64, source: BalanceSource) -> (AccountId, Balance) {
    let balance = Balance {
        nano,
        currency: Currency::Cny,
        source,
        as_of_ms: 0,
    };
    (AccountId::from(account), balance)
}

fn names(low: &[(AccountId, Balance)]) -> Vec<&str> {
    low.iter().map(|(account, _)| account.as_str()).collect()
}

#[test]
fn an_account_is_told_to_be_low_once_per_crossing() {
    let mut told = Told::default();
    let at = |nano| {
        vec![
            estimate("a", nano, BalanceSource::Estimated),
            estimate("b", 0, BalanceSource::Manual),
        ]
    };
    assert!(
        told.newly_low(at(LIMIT + 1), LIMIT).is_empty(),
        "first look"
    );
    assert_eq!(names(&told.newly_low(at(LIMIT), LIMIT)), ["a"]);
    assert!(told.newly_low(at(LIMIT - 1), LIMIT).is_empty(), "told");
    assert!(told.newly_low(at(LIMIT + 1), LIMIT).is_empty(), "topped up");
    assert_eq!(names(&told.newly_low(at(-1), LIMIT)), ["a"], "again");
}

#[test]
fn nobody_is_told_what_nobody_saw_change() {
    let mut told = Told::default();
    let low = || vec![estimate("a", 0, BalanceSource::Reported)];
    assert!(told.newly_low(low(), LIMIT).is_empty(), "low at the start");
    let typed = vec![estimate("c", 1, BalanceSource::Manual)];
    assert!(told.newly_low(typed, LIMIT).is_empty(), "typed just now");
    let mut told = Told::default();
    assert!(told.newly_low(Vec::new(), LIMIT).is_empty());
    assert_eq!(names(&told.newly_low(low(), LIMIT)), ["a"], "now known");
    let mut told = Told::default();
    assert!(told.newly_low(Vec::new(), 0).is_empty());
    assert!(told.newly_low(low(), 0).is_empty(), "0 is never");
}

#[test]
fn a_pool_goes_down_and_comes_back_once() {
    let mut told = Told::default();
    assert_eq!(told.changes(false, (3, 3)), None, "first look");
    assert_eq!(
        told.changes(true, (3, 0)),
        Some(Notice::AllKeysDown { keys: 3 })
    );
    assert_eq!(told.changes(true, (3, 0)), None);
    assert_eq!(
        told.changes(false, (3, 1)),
        Some(Notice::KeysAreBack { usable: 1 })
    );
    assert_eq!(told.changes(false, (3, 2)), None);
    // All keys removed is no return.
    assert_eq!(
        told.changes(true, (1, 0)),
        Some(Notice::AllKeysDown { keys: 1 })
    );
    assert_eq!(told.changes(false, (0, 0)), None);
}
