use super::*;
use crate::model::Currency;
use BalanceSource::{Estimated, Manual, Reported};

const START: i64 = 1_760_000_000_000;

fn balance(nano: i64, source: BalanceSource, as_of_ms: i64) -> Balance {
    Balance {
        nano,
        currency: Currency::Cny,
        source,
        as_of_ms,
    }
}

fn account(name: &str) -> AccountId {
    AccountId::from(name)
}

/// Takes up one account's row; says how many values were new and how many went.
fn take_up(balances: &Balances, written: Option<Balance>) -> (usize, usize) {
    let a = account("a");
    let (news, gone) = balances.take_up([(&a, written)].into_iter(), &Spending::default());
    (news.len(), gone.len())
}

fn now(balances: &Balances, written: Balance) -> Balance {
    let estimate = balances.estimate(&account("a"), Some(written), &Spending::default());
    estimate.expect("something is written")
}

#[test]
fn what_was_spent_before_the_start_is_asked_for_once() {
    let balances = Balances::since(START);
    let old = balance(100, Manual, START - 7);
    assert_eq!(
        take_up(&balances, Some(old)),
        (0, 0),
        "nothing new at the start"
    );
    assert_eq!(balances.uncounted(), [(account("a"), START - 7)]);
    assert_eq!(now(&balances, old), old, "until it was asked");
    let spent = Amounts {
        cny_nano: 30,
        usd_nano: 5,
    };
    balances.count(&account("a"), START - 6, spent);
    assert_eq!(balances.uncounted().len(), 1, "of another value");
    balances.count(&account("a"), START - 7, spent);
    assert!(balances.uncounted().is_empty());
    let estimate = now(&balances, old);
    assert_eq!((estimate.nano, estimate.source), (70, Estimated));
    assert_eq!(estimate.as_of_ms, START - 7);
    assert_eq!(take_up(&balances, Some(old)), (0, 0), "read again");
    assert_eq!(now(&balances, old).nano, 70);
}

#[test]
fn a_corrected_cost_changes_estimates_of_values_from_before_it() {
    let balances = Balances::since(START);
    let old = balance(100, Manual, START - 7);
    assert_eq!(take_up(&balances, Some(old)), (0, 0));
    let spent = |cny_nano| Amounts {
        cny_nano,
        usd_nano: 0,
    };
    balances.correct(&account("a"), START - 5, spent(10));
    balances.count(&account("a"), START - 7, spent(30));
    assert_eq!(now(&balances, old).nano, 70, "it was in the roll-ups");
    balances.correct(&account("a"), START - 8, spent(10));
    assert_eq!(now(&balances, old).nano, 70, "it is in the value");
    balances.correct(&account("a"), START - 7, spent(-20));
    balances.correct(&account("a"), START + 60, spent(5));
    assert_eq!(now(&balances, old).nano, 85);
    balances.correct(&account("b"), START, spent(1));
}

#[test]
fn a_newer_value_takes_the_place() {
    let balances = Balances::since(START);
    assert_eq!(take_up(&balances, None), (0, 0));
    let typed = balance(100, Manual, START + 1);
    assert_eq!(take_up(&balances, Some(typed)), (1, 0));
    assert!(
        balances.uncounted().is_empty(),
        "it is younger than the start"
    );
    let told = balance(90, Reported, START + 3);
    let news = balances.learn(&account("a"), told, Amounts::default());
    assert_eq!(news.and_then(|news| news.before), Some(typed));
    let late = balance(95, Reported, START + 2);
    let none = balances.learn(&account("a"), late, Amounts::default());
    assert!(none.is_none(), "an answer that was overtaken");
    assert_eq!(now(&balances, told), told);
    // Another process has just written something else.
    let elsewhere = balance(1, Manual, START + 9);
    assert_eq!(now(&balances, elsewhere), elsewhere);
    assert_eq!(take_up(&balances, None), (0, 1), "forgotten");
    assert!(balances.estimates(&Spending::default()).is_empty());
}

#[test]
fn the_pool_is_told_what_it_does_not_know() {
    let balances = Balances::since(START);
    take_up(&balances, Some(balance(100, Manual, START + 1)));
    let untold = || balances.untold(&Spending::default());
    assert_eq!(untold(), [(account("a"), 100)]);
    assert_eq!(untold(), []);
    take_up(&balances, Some(balance(100, Manual, START + 2)));
    assert_eq!(untold(), [(account("a"), 100)]);
}

#[test]
fn what_the_upstream_tells_is_tried_once_per_value() {
    let balances = Balances::since(START);
    let a = account("a");
    let told = |nano| balances.is_untried(&a, &balance(nano, Reported, START));
    assert!(!told(0) && !told(-5) && told(20));
    balances.note_try(&a, 20);
    assert!(!told(20), "the same again");
    assert!(
        balances.is_untried(&a, &balance(20, Manual, START)),
        "typed"
    );
    assert!(told(21), "another one");
    balances.note_try(&a, 21);
    assert!(!told(0), "nothing left");
    assert!(told(21), "topped up");
}
