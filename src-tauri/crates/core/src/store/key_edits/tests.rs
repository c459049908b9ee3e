use super::super::tests::{Folder, new_key};
use super::*;
use crate::store::NewKey;

fn ids(numbers: &[u32]) -> Vec<KeyId> {
    numbers.iter().map(|n| new_key(*n).key_id).collect()
}

#[test]
fn what_is_not_named_stays_as_it_is() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1), new_key(2)]).unwrap();
    let patch = KeyPatch {
        label: Some("work".to_owned()),
        weight: Some(7),
        ..KeyPatch::default()
    };
    let unknown = KeyId::from("unknown");
    let asked = [ids(&[1]), vec![unknown]].concat();
    let changed = store.patch_keys(&asked, &patch).unwrap();
    assert_eq!(changed, HashSet::from([new_key(1).key_id]));
    let off = KeyPatch {
        enabled: Some(false),
        ..KeyPatch::default()
    };
    store.patch_keys(&ids(&[1]), &off).unwrap();
    let rows = store.keys().unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.label.as_str(), row.enabled, row.weight))
        .collect();
    assert_eq!(told, [("work", false, 7), ("", true, 1)]);
}

/// A key keeps its site when it moves, and leaves no empty account behind.
#[test]
fn keys_move_between_accounts() {
    let folder = Folder::new();
    let store = folder.open();
    let abroad = NewKey {
        site: "com".to_owned(),
        ..new_key(1)
    };
    store.insert_keys(&[abroad, new_key(2)]).unwrap();
    let into = |label: Option<&str>| KeyPatch {
        account: Some(label.map(str::to_owned)),
        ..KeyPatch::default()
    };
    let accounts = || {
        let rows = store.accounts().unwrap().into_iter();
        rows.map(|row| (row.label, row.site)).collect::<Vec<_>>()
    };
    store
        .patch_keys(&ids(&[1, 2]), &into(Some("team")))
        .unwrap();
    assert_eq!(accounts(), [("team".to_owned(), "com".to_owned())]);
    store.patch_keys(&ids(&[2]), &into(None)).unwrap();
    let labels: Vec<_> = accounts().into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["team", "sk-…0002"]);
}

#[test]
fn an_accounts_label_is_its_own() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1), new_key(2)]).unwrap();
    let accounts = store.accounts().unwrap();
    let named = |label: &str| AccountPatch {
        label: Some(label.to_owned()),
        ..AccountPatch::default()
    };
    let first = &accounts[0].account_id;
    assert!(store.patch_account(first, &named("team")).unwrap());
    // Its own label is no other's.
    assert!(store.patch_account(first, &named("team")).unwrap());
    let taken = store
        .patch_account(&accounts[1].account_id, &named("team"))
        .unwrap_err();
    assert!(taken.to_string().contains("team"), "{taken}");
    let nobody = AccountId::from("nobody");
    assert!(!store.patch_account(&nobody, &named("x")).unwrap());
    let moved = AccountPatch {
        site: Some("com".to_owned()),
        ..AccountPatch::default()
    };
    store.patch_account(first, &moved).unwrap();
    let row = &store.accounts().unwrap()[0];
    assert_eq!((row.label.as_str(), row.site.as_str()), ("team", "com"));
}

#[test]
fn an_accounts_limit_is_set_and_taken_away() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_keys(&[new_key(1)]).unwrap();
    let account = store.accounts().unwrap()[0].account_id.clone();
    let limit = || store.accounts().unwrap()[0].max_concurrency;
    assert_eq!(limit(), None);
    let patch = |max_concurrency| AccountPatch {
        max_concurrency,
        ..AccountPatch::default()
    };
    store
        .patch_account(&account, &patch(Some(Some(7))))
        .unwrap();
    assert_eq!(limit(), Some(7));
    store.patch_account(&account, &patch(None)).unwrap();
    assert_eq!(limit(), Some(7), "what is not named stays");
    store.patch_account(&account, &patch(Some(None))).unwrap();
    assert_eq!(limit(), None);
}
