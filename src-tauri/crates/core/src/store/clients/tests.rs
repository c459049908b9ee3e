use super::super::connection::{Durability, open_writer};
use super::super::tests::{Folder, NOON};
use super::*;
use crate::model::Currency;

fn limits() -> ClientLimits {
    ClientLimits {
        models: vec!["deepseek-ai/*".to_owned(), "Qwen/Qwen3-8B".to_owned()],
        requests_per_minute: Some(30),
        budget: Some(Budget {
            currency: Currency::Cny,
            day: Some(Nano::new(10_000_000)),
            month: None,
        }),
    }
}

fn insert(store: &Store, id: &str, name: &str, byte: u8) -> Result<(), StoreError> {
    store.insert_client(&NewClient {
        client_id: id,
        name,
        token_hash: &[byte; 32],
        limits: &ClientLimits::default(),
    })
}

fn live(store: &Store) -> Vec<(String, [u8; 32])> {
    let rows = store.clients().unwrap().into_iter();
    rows.filter(|row| row.revoked_at_ms.is_none())
        .map(|row| (row.client_id, row.token_hash))
        .collect()
}

#[test]
fn clients_are_made_and_revoked() {
    let folder = Folder::new();
    let store = folder.open();
    insert(&store, "c1", "cursor", 1).unwrap();
    folder.clock.advance_ms(1_000);
    assert!(store.revoke_client("c1").unwrap());
    assert!(!store.revoke_client("c1").unwrap());
    assert!(!store.revoke_client("nobody").unwrap());
    let expected = ClientRow {
        client_id: "c1".to_owned(),
        name: "cursor".to_owned(),
        token_hash: [1; 32],
        created_at_ms: NOON,
        revoked_at_ms: Some(NOON + 1_000),
        limits: ClientLimits::default(),
        capture_until_ms: None,
    };
    assert_eq!(store.clients().unwrap(), [expected]);
}

#[test]
fn a_name_is_taken_until_it_is_revoked() {
    let folder = Folder::new();
    let store = folder.open();
    insert(&store, "c1", "cursor", 1).unwrap();
    let error = insert(&store, "c2", "cursor", 2).unwrap_err();
    assert!(matches!(error, StoreError::NameTaken { .. }), "{error:?}");
    store.revoke_client("c1").unwrap();
    insert(&store, "c2", "cursor", 2).unwrap();
    assert_eq!(store.clients().unwrap().len(), 2);
}

#[test]
fn limits_are_kept_and_changed_as_a_whole() {
    let folder = Folder::new();
    let store = folder.open();
    let all = limits();
    store
        .insert_client(&NewClient {
            client_id: "c1",
            name: "cursor",
            token_hash: &[1; 32],
            limits: &all,
        })
        .unwrap();
    assert_eq!(store.clients().unwrap()[0].limits, all);
    let less = ClientLimits {
        budget: Some(Budget {
            currency: Currency::Usd,
            day: None,
            month: Some(Nano::new(1)),
        }),
        ..ClientLimits::default()
    };
    assert!(store.update_client("c1", None, Some(&less), false).unwrap());
    assert_eq!(store.clients().unwrap()[0].limits, less);
    assert!(
        store
            .update_client("c1", Some("claude"), None, false)
            .unwrap()
    );
    let row = store.clients().unwrap().remove(0);
    assert_eq!((row.name.as_str(), row.limits), ("claude", less));
}

#[test]
fn what_is_not_there_is_not_changed() {
    let folder = Folder::new();
    let store = folder.open();
    insert(&store, "c1", "cursor", 1).unwrap();
    insert(&store, "c2", "claude", 2).unwrap();
    let error = store.update_client("c2", Some("cursor"), Some(&limits()), false);
    let error = error.unwrap_err();
    assert!(matches!(error, StoreError::NameTaken { .. }), "{error:?}");
    let untouched = &store.clients().unwrap()[1];
    assert_eq!(untouched.limits, ClientLimits::default(), "nothing by half");
    assert!(
        store
            .update_client("c2", Some("claude"), None, false)
            .unwrap()
    );
    assert!(!store.update_client("c3", Some("x"), None, false).unwrap());
    store.revoke_client("c2").unwrap();
    assert!(
        !store
            .update_client("c2", None, Some(&limits()), false)
            .unwrap()
    );
    assert!(
        store
            .update_client("c2", None, Some(&limits()), true)
            .unwrap()
    );
    assert_eq!(store.clients().unwrap()[1].limits, limits());
}

/// S25: what a client sends is bound, never built into a statement.
#[test]
fn quotes_are_only_letters() {
    let folder = Folder::new();
    let store = folder.open();
    let name = "' OR 1=1; DROP TABLE clients; --";
    insert(&store, "c1", name, 1).unwrap();
    assert_eq!(store.clients().unwrap()[0].name, name);
    assert!(store.revoke_client("c1").unwrap());
}

/// A lost vault means a new token for a client that exists; its limits stay.
#[test]
fn a_client_gets_another_token() {
    let folder = Folder::new();
    let store = folder.open();
    store.put_client("default", "default", &[1; 32]).unwrap();
    store
        .update_client("default", None, Some(&limits()), false)
        .unwrap();
    store.put_client("default", "default", &[2; 32]).unwrap();
    assert_eq!(live(&store), [("default".to_owned(), [2; 32])]);
    assert_eq!(store.clients().unwrap()[0].limits, limits());
}

/// A start must not undo what the user did.
#[test]
fn what_was_revoked_stays_so_until_it_is_made_again() {
    let folder = Folder::new();
    let store = folder.open();
    store.put_client("default", "default", &[1; 32]).unwrap();
    store.revoke_client("default").unwrap();
    store.put_client("default", "default", &[1; 32]).unwrap();
    store.put_client("default", "default", &[2; 32]).unwrap();
    assert_eq!(live(&store), []);
    let again = NewClient {
        client_id: "default",
        name: "default",
        token_hash: &[3; 32],
        limits: &limits(),
    };
    store.revive_client(&again).unwrap();
    assert_eq!(live(&store), [("default".to_owned(), [3; 32])]);
    assert_eq!(store.clients().unwrap()[0].limits, limits());
}

/// A budget whose currency is not known is no budget of another one, and not none.
#[test]
fn an_unknown_currency_is_an_error() {
    let folder = Folder::new();
    let store = folder.open();
    insert(&store, "c1", "cursor", 1).unwrap();
    assert!(
        store
            .update_client("c1", None, Some(&limits()), false)
            .unwrap()
    );
    let connection = open_writer(&folder.path("flowkeep.db"), Durability::Full).unwrap();
    let by_hand = "PRAGMA ignore_check_constraints = ON;
        UPDATE clients SET budget_currency = 'EUR'";
    connection.execute_batch(by_hand).unwrap();
    let error = store.clients().unwrap_err();
    assert!(matches!(error, StoreError::Sql { .. }), "{error:?}");
    assert!(error.to_string().contains("EUR"), "{error}");
}
