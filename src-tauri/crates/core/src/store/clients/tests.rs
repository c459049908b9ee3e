use super::super::tests::{Folder, NOON};
use super::*;

#[test]
fn clients_are_made_and_revoked() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_client("c1", "cursor", &[1; 32]).unwrap();
    folder.clock.advance_ms(1_000);
    assert!(store.revoke_client("cursor").unwrap());
    assert!(!store.revoke_client("cursor").unwrap());
    assert!(!store.revoke_client("nobody").unwrap());
    let expected = ClientRow {
        client_id: "c1".to_owned(),
        name: "cursor".to_owned(),
        token_hash: [1; 32],
        created_at_ms: NOON,
        revoked_at_ms: Some(NOON + 1_000),
    };
    assert_eq!(store.clients().unwrap(), [expected]);
}

#[test]
fn a_name_is_taken_until_it_is_revoked() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_client("c1", "cursor", &[1; 32]).unwrap();
    let error = store.insert_client("c2", "cursor", &[2; 32]).unwrap_err();
    assert!(matches!(error, StoreError::NameTaken { .. }), "{error:?}");
    store.revoke_client("cursor").unwrap();
    store.insert_client("c2", "cursor", &[2; 32]).unwrap();
    assert_eq!(store.clients().unwrap().len(), 2);
}

/// S25: what a client sends is bound, never built into a statement.
#[test]
fn quotes_are_only_letters() {
    let folder = Folder::new();
    let store = folder.open();
    let name = "' OR 1=1; DROP TABLE clients; --";
    store.insert_client("c1", name, &[1; 32]).unwrap();
    assert_eq!(store.clients().unwrap()[0].name, name);
    assert!(store.revoke_client(name).unwrap());
}

/// A lost vault means a new token for a client that exists.
#[test]
fn a_client_gets_another_token() {
    let folder = Folder::new();
    let store = folder.open();
    store.put_client("default", "default", &[1; 32]).unwrap();
    store.put_client("default", "default", &[2; 32]).unwrap();
    store.revoke_client("default").unwrap();
    store.insert_client("c2", "default", &[3; 32]).unwrap();
    store.put_client("default", "default", &[4; 32]).unwrap();
    let live: Vec<_> = store
        .clients()
        .unwrap()
        .into_iter()
        .filter(|row| row.revoked_at_ms.is_none())
        .map(|row| (row.client_id, row.token_hash))
        .collect();
    assert_eq!(live, [("default".to_owned(), [4; 32])]);
}
