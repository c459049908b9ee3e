use super::super::tests::{Folder, new_key};
use super::*;

const NOON: i64 = 1_760_000_000_000;

fn balance(nano: i64, as_of_ms: i64) -> Balance {
    Balance {
        nano,
        currency: Currency::Cny,
        source: BalanceSource::Reported,
        as_of_ms,
    }
}

fn failure(at_ms: i64) -> BalanceFailure {
    BalanceFailure {
        reason: BalanceFailureReason::Retired,
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

/// The words of the database are those of the domain, and no others.
#[test]
fn the_words_of_a_balance_are_read_as_they_were_written() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1)]).unwrap();
    let account = store.accounts().unwrap()[0].account_id.clone();
    for currency in Currency::ALL {
        for source in BalanceSource::ALL {
            let balance = Balance {
                currency,
                source,
                ..balance(7, NOON)
            };
            store.set_balance(&account, Some(&balance)).unwrap();
            assert_eq!(store.accounts().unwrap()[0].balance, Some(balance));
        }
    }
    for reason in BalanceFailureReason::ALL {
        let failure = BalanceFailure {
            reason,
            ..failure(NOON)
        };
        let findings = [(account.clone(), BalanceFinding::Failed(failure.clone()))];
        store.note_balances(&findings).unwrap();
        let read = store.accounts().unwrap().swap_remove(0).balance_failure;
        assert_eq!(read, Some(failure));
    }
    let words = |sql: &str| {
        store
            .write("read the words", |tx| {
                tx.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            })
            .unwrap()
    };
    let stored: (String, String, String) =
        words("SELECT balance_currency, balance_source, balance_failure FROM accounts");
    let stored = (&*stored.0, &*stored.1, &*stored.2);
    assert_eq!(stored, ("USD", "estimated", "unanswered"));
    for change in ["balance_currency = 'EUR'", "balance_source = 'guessed'"] {
        let known = balance(7, NOON);
        store.set_balance(&account, Some(&known)).unwrap();
        let sql = format!("UPDATE accounts SET {change}");
        store
            .write("write a strange word", |tx| tx.execute(&sql, []))
            .unwrap();
        assert!(store.accounts().is_err(), "{change}");
        store.set_balance(&account, None).unwrap();
        assert_eq!(store.accounts().unwrap()[0].balance, None);
    }
}
