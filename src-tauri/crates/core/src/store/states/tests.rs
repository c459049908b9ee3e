use super::super::tests::{Folder, NOON, new_key};
use super::super::{Balance, KeyInsertion};
use super::*;

fn condition(text: &str, next_retry_ms: Option<i64>) -> Condition {
    Condition {
        text: text.to_owned(),
        status: Some(429),
        vendor_code: Some(-1),
        since_ms: NOON,
        next_retry_ms,
    }
}

fn cooling(account: &AccountId, model: &str, until: Option<i64>) -> StateChange {
    StateChange::Cooling {
        account: account.clone(),
        model: model.to_owned(),
        condition: condition("TPM limit reached", until),
    }
}

fn with_one_key(folder: &Folder) -> (Store, AccountId) {
    let store = folder.open();
    let answers = store.insert_keys(&[new_key(1)]).unwrap();
    let KeyInsertion::Added { account } = answers[0].clone() else {
        panic!("{answers:?}");
    };
    (store, account)
}

#[test]
fn states_survive_a_restart() {
    let folder = Folder::new();
    let (store, account) = with_one_key(&folder);
    folder.clock.advance_ms(5_000);
    let unauthorized = condition("invalid token", None);
    let exhausted = condition("balance is insufficient", Some(NOON + 3_600_000));
    store
        .save_states(&[
            StateChange::Key {
                key: new_key(1).key_id,
                state: KeyState::Unauthorized,
                condition: Some(unauthorized.clone()),
            },
            StateChange::Account {
                account: account.clone(),
                state: KeyState::Exhausted,
                condition: Some(exhausted.clone()),
            },
        ])
        .unwrap();
    drop(store);

    let store = folder.open();
    let key = store.keys().unwrap().remove(0);
    assert_eq!(key.state, KeyState::Unauthorized);
    assert_eq!(key.condition, Some(unauthorized));
    assert_eq!(key.checked_at_ms, Some(NOON + 5_000));
    let row = store.accounts().unwrap().remove(0);
    assert_eq!(row.state, KeyState::Exhausted);
    assert_eq!(row.condition, Some(exhausted));

    store
        .save_states(&[StateChange::Account {
            account,
            state: KeyState::Usable,
            condition: None,
        }])
        .unwrap();
    assert_eq!(store.accounts().unwrap()[0].condition, None);
}

#[test]
fn an_unread_secret_is_no_check() {
    let folder = Folder::new();
    let (store, _) = with_one_key(&folder);
    folder.clock.advance_ms(5_000);
    store
        .save_states(&[StateChange::Key {
            key: new_key(1).key_id,
            state: KeyState::Unreadable,
            condition: None,
        }])
        .unwrap();
    assert_eq!(store.keys().unwrap()[0].checked_at_ms, Some(NOON));
}

#[test]
fn coolings_end_by_time_or_by_word() {
    let folder = Folder::new();
    let (store, account) = with_one_key(&folder);
    store
        .save_states(&[
            cooling(&account, "a", Some(NOON + 1_000)),
            cooling(&account, "b", Some(NOON + 60_000)),
            cooling(&account, "c", Some(NOON + 60_000)),
            cooling(&account, "c", Some(NOON + 90_000)),
            cooling(&account, "Pro/*", None),
        ])
        .unwrap();
    let models = |store: &Store| -> Vec<_> {
        let rows = store.cooling().unwrap();
        rows.into_iter()
            .map(|row| (row.model, row.condition.next_retry_ms))
            .collect()
    };
    let all = [
        ("Pro/*".to_owned(), None),
        ("a".to_owned(), Some(NOON + 1_000)),
        ("b".to_owned(), Some(NOON + 60_000)),
        ("c".to_owned(), Some(NOON + 90_000)),
    ];
    assert_eq!(models(&store), all);

    folder.clock.advance_ms(1_000);
    let cooled = StateChange::Cooled {
        account: account.clone(),
        model: "b".to_owned(),
    };
    store.save_states(&[cooled]).unwrap();
    assert_eq!(models(&store), [all[0].clone(), all[3].clone()]);
    store.remove_keys(&[new_key(1).key_id]).unwrap();
    assert_eq!(store.cooling().unwrap(), []);
}

/// The command line may remove a key while the gateway cools it down.
#[test]
fn changes_of_what_is_gone_are_left_out() {
    let folder = Folder::new();
    let (store, account) = with_one_key(&folder);
    let gone = AccountId::from("gone");
    store
        .save_states(&[
            cooling(&gone, "a", None),
            cooling(&account, "a", None),
            StateChange::Key {
                key: KeyId::from("gone"),
                state: KeyState::Usable,
                condition: None,
            },
        ])
        .unwrap();
    assert_eq!(store.cooling().unwrap().len(), 1);
}

#[test]
fn a_balance_is_kept_with_its_source() {
    let folder = Folder::new();
    let (store, account) = with_one_key(&folder);
    assert_eq!(store.accounts().unwrap()[0].balance, None);
    let balance = Balance {
        nano: -1_230_000_000,
        currency: crate::model::Currency::Cny,
        source: crate::model::BalanceSource::Reported,
        as_of_ms: NOON,
    };
    assert!(store.set_balance(&account, Some(&balance)).unwrap());
    assert_eq!(store.accounts().unwrap()[0].balance, Some(balance));
    assert!(store.set_balance(&account, None).unwrap());
    assert_eq!(store.accounts().unwrap()[0].balance, None);
    assert!(!store.set_balance(&AccountId::from("gone"), None).unwrap());
}
