use super::super::tests::{Folder, new_key};
use crate::model::KeyId;
use crate::store::NewKey;

/// However a key or account goes, it is still known by its name.
#[test]
fn what_was_removed_keeps_its_name() {
    let folder = Folder::new();
    let store = folder.open();
    let named = NewKey {
        label: "laptop".to_owned(),
        account_label: Some("team".to_owned()),
        ..new_key(1)
    };
    let nameless = NewKey {
        account_label: Some("team".to_owned()),
        ..new_key(2)
    };
    store.insert_keys(&[named, nameless]).unwrap();
    let team = store.accounts().unwrap()[0].account_id.clone();
    let former = |id: &str| store.former_name(id).unwrap();
    assert_eq!(former("key-1"), None);
    store.remove_keys(&[KeyId::from("key-1")]).unwrap();
    assert_eq!(former("key-1").as_deref(), Some("laptop …0001"));
    assert_eq!(former(team.as_str()), None, "it has another key");
    store.remove_keys(&[KeyId::from("key-2")]).unwrap();
    assert_eq!(former("key-2").as_deref(), Some("…0002"));
    assert_eq!(former(team.as_str()).as_deref(), Some("team"));
    let id = store.former_id("team").unwrap();
    assert_eq!(id.as_deref(), Some(team.as_str()));
    assert_eq!(store.former_id("nobody' OR 1=1 --").unwrap(), None);
}
