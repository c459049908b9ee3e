use super::super::tests::{Folder, new_key};
use super::*;

const NOON: i64 = 1_760_000_000_000;

fn balance(nano: i64, as_of_ms: i64) -> Balance {
    Balance {
        nano,
        currency: "CNY".to_owned(),
        source: "reported".to_owned(),
        as_of_ms,
    }
}

fn failure(at_ms: i64) -> BalanceFailure {
    BalanceFailure {
        reason: "retired".to_owned(),
        text: "the upstream answered 410".to_owned(),
        at_ms,
    }
}

/// D5: a question that failed leaves the balance alone; an answer ends the mark.
#[test]
fn a_failed_question_leaves_the_balance_as_it_was() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1), new_key(2)]).unwrap();
    let account = store.accounts().unwrap()[0].account_id.clone();
    let note = |finding| {
        let findings = [(account.clone(), finding)];
        store.note_balances(&findings).unwrap();
        store.accounts().unwrap().swap_remove(0)
    };
    let row = note(BalanceFinding::Failed(failure(NOON)));
    assert_eq!(
        (row.balance, row.balance_failure),
        (None, Some(failure(NOON)))
    );
    let row = note(BalanceFinding::Told(balance(5, NOON + 1)));
    assert_eq!(row.balance, Some(balance(5, NOON + 1)));
    assert_eq!(row.balance_failure, None);
    let row = note(BalanceFinding::Failed(failure(NOON + 2)));
    assert_eq!(row.balance, Some(balance(5, NOON + 1)));
    assert_eq!(row.balance_failure, Some(failure(NOON + 2)));
    // Typed while the question was under way: the answer is older.
    store
        .set_balance(&account, Some(&balance(9, NOON + 4)))
        .unwrap();
    let row = note(BalanceFinding::Told(balance(5, NOON + 3)));
    assert_eq!(row.balance, Some(balance(9, NOON + 4)));
    assert_eq!(row.balance_failure, None);
    let other = &store.accounts().unwrap()[1];
    assert_eq!((&other.balance, &other.balance_failure), (&None, &None));
    let gone = AccountId::from("gone");
    let findings = [(gone, BalanceFinding::Failed(failure(NOON)))];
    store.note_balances(&findings).unwrap();
}
