use super::super::tests::{Folder, NOON, new_key};
use super::*;

#[test]
fn keys_come_back_as_they_were_added() {
    let folder = Folder::new();
    let store = folder.open();
    let condition = Condition {
        text: "invalid token".to_owned(),
        status: Some(401),
        vendor_code: Some(20_015),
        since_ms: NOON,
        next_retry_ms: Some(NOON + 60_000),
    };
    let refused = NewKey {
        label: "work".to_owned(),
        account_label: Some("team".to_owned()),
        state: KeyState::Unauthorized,
        condition: Some(condition.clone()),
        ..new_key(1)
    };
    let unchecked = NewKey {
        state: KeyState::Unchecked,
        ..new_key(2)
    };
    let answers = store.insert_keys(&[refused.clone(), unchecked]).unwrap();
    drop(store);

    let store = folder.open();
    let [first, second] = &store.keys().unwrap()[..] else {
        panic!("two keys");
    };
    let KeyInsertion::Added { account } = &answers[0] else {
        panic!("{answers:?}");
    };
    let expected = KeyRow {
        key_id: refused.key_id,
        account_id: account.clone(),
        label: "work".to_owned(),
        fingerprint: refused.fingerprint,
        last_four: "0001".to_owned(),
        bundle: 0,
        enabled: true,
        weight: 1,
        state: KeyState::Unauthorized,
        condition: Some(condition),
        added_at_ms: NOON,
        checked_at_ms: Some(NOON),
    };
    assert_eq!(*first, expected);
    assert_eq!(second.checked_at_ms, None);
    let labels: Vec<_> = store
        .accounts()
        .unwrap()
        .into_iter()
        .map(|account| (account.label, account.state))
        .collect();
    let usable = KeyState::Usable;
    assert_eq!(
        labels,
        [("team".to_owned(), usable), ("sk-…0002".to_owned(), usable)]
    );
}

#[test]
fn a_known_secret_is_skipped_and_reported() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1)]).unwrap();
    let again = NewKey {
        key_id: KeyId::from("another-id"),
        ..new_key(1)
    };
    let answers = store.insert_keys(&[again, new_key(2)]).unwrap();
    assert_eq!(
        answers[0],
        KeyInsertion::Known {
            key: new_key(1).key_id
        }
    );
    assert!(matches!(answers[1], KeyInsertion::Added { .. }));
    assert_eq!(store.keys().unwrap().len(), 2);
    assert_eq!(store.accounts().unwrap().len(), 2);

    let fingerprint = new_key(2).fingerprint;
    assert_eq!(
        store.find_by_fingerprint(&fingerprint).unwrap(),
        Some(new_key(2).key_id)
    );
    let other = new_key(3).fingerprint;
    assert_eq!(store.find_by_fingerprint(&other).unwrap(), None);
    let known = store.known_fingerprints().unwrap();
    assert_eq!(known, HashSet::from([new_key(1).fingerprint, fingerprint]));
}

/// Equal labels of keys do not make them one account; equal account labels do.
#[test]
fn accounts_are_shared_by_their_label_only() {
    let folder = Folder::new();
    let store = folder.open();
    let named = |n, label: &str| NewKey {
        label: label.to_owned(),
        ..new_key(n)
    };
    let member = |n| NewKey {
        account_label: Some("team".to_owned()),
        ..new_key(n)
    };
    let keys = [
        named(1, "mine"),
        named(2, "mine"),
        named(10_002, "mine"),
        new_key(4),
        new_key(10_004),
        member(5),
        member(6),
    ];
    store.insert_keys(&keys).unwrap();
    let labels: Vec<_> = store
        .accounts()
        .unwrap()
        .into_iter()
        .map(|account| account.label)
        .collect();
    assert_eq!(
        labels,
        [
            "mine",
            "mine sk-…0002",
            "mine key-10002",
            "sk-…0004",
            "sk-…0004 key-10004",
            "team",
        ]
    );
}

#[test]
fn nothing_is_added_when_one_key_cannot_be() {
    let folder = Folder::new();
    let store = folder.open();
    let clash = NewKey {
        fingerprint: new_key(2).fingerprint,
        ..new_key(1)
    };
    let error = store.insert_keys(&[new_key(1), clash]).unwrap_err();
    assert!(error.to_string().starts_with("add keys: "), "{error}");
    assert_eq!(store.keys().unwrap(), []);
    assert_eq!(store.accounts().unwrap(), []);
}

/// gpt-load #206: 30,000 keys at once are more than SQLite binds.
#[test]
fn thirty_thousand_keys_are_removed_at_once() {
    let folder = Folder::new();
    let store = folder.open();
    let keys: Vec<_> = (0..30_001).map(new_key).collect();
    store.insert_keys(&keys).unwrap();
    let mut ids: Vec<_> = keys[..30_000]
        .iter()
        .map(|key| key.key_id.clone())
        .collect();
    let present = ids.clone();
    ids.push(KeyId::from("no-such-key"));

    assert_eq!(store.remove_keys(&ids).unwrap(), present);
    let left = store.keys().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key_id, keys[30_000].key_id);
    let accounts = store.accounts().unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].account_id, left[0].account_id);
}

#[test]
fn an_account_stays_while_it_has_a_key() {
    let folder = Folder::new();
    let store = folder.open();
    let member = |n| NewKey {
        account_label: Some("team".to_owned()),
        ..new_key(n)
    };
    store.insert_keys(&[member(1), member(2)]).unwrap();
    store.remove_keys(&[member(1).key_id]).unwrap();
    assert_eq!(store.accounts().unwrap().len(), 1);
    store.remove_keys(&[member(2).key_id]).unwrap();
    assert_eq!(store.accounts().unwrap(), []);
}

#[test]
fn keys_are_switched_and_moved() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1), new_key(2)]).unwrap();
    store.set_enabled(&[new_key(1).key_id], false).unwrap();
    store
        .set_bundles(&HashMap::from([(new_key(2).key_id, 7)]))
        .unwrap();
    let keys = store.keys().unwrap();
    assert_eq!((keys[0].enabled, keys[0].bundle), (false, 0));
    assert_eq!((keys[1].enabled, keys[1].bundle), (true, 7));
}
