use super::super::tests::{Folder, NOON};
use super::*;
use crate::model::AccountId;

fn resource(kind: ResourceKind, id: &str, account: &str, client: Option<&str>) -> Resource {
    Resource {
        kind,
        id: id.into(),
        account: AccountId::from(account),
        account_label: format!("label of {account}").into(),
        client: client.map(Arc::from),
        created_at_ms: NOON,
    }
}

#[test]
fn what_is_written_down_is_there_after_a_restart() {
    let folder = Folder::new();
    let mut batch = resource(ResourceKind::Batch, "batch_1", "a", Some("cursor"));
    batch.created_at_ms += 1;
    let known = [
        batch,
        resource(ResourceKind::Voice, "speech:v:x:y", "b", None),
    ];
    folder.open().put_resources(&known).unwrap();
    assert_eq!(folder.open().resources().unwrap(), known);
}

/// A file and a batch may have the same id.
#[test]
fn one_is_forgotten_by_kind_and_id() {
    let folder = Folder::new();
    let store = folder.open();
    let file = resource(ResourceKind::File, "one", "a", None);
    let batch = resource(ResourceKind::Batch, "one", "b", None);
    store.put_resources(&[file.clone(), batch]).unwrap();
    assert!(store.forget_resource(ResourceKind::Batch, "one").unwrap());
    assert!(!store.forget_resource(ResourceKind::Batch, "one").unwrap());
    assert_eq!(store.resources().unwrap(), [file]);
}

#[test]
fn being_seen_again_does_not_change_the_maker() {
    let folder = Folder::new();
    let store = folder.open();
    let made = resource(ResourceKind::File, "f", "a", Some("cursor"));
    let seen = resource(ResourceKind::File, "f", "b", None);
    store.put_resources(&[made]).unwrap();
    store.put_resources(std::slice::from_ref(&seen)).unwrap();
    let now = Resource {
        client: Some("cursor".into()),
        ..seen
    };
    assert_eq!(store.resources().unwrap(), [now]);
}

#[test]
fn old_videos_go_and_old_files_stay() {
    let folder = Folder::new();
    let store = folder.open();
    let file = resource(ResourceKind::File, "f", "a", None);
    let video = resource(ResourceKind::Video, "v", "a", None);
    store.put_resources(&[file.clone(), video]).unwrap();
    assert_eq!(store.resources().unwrap().len(), 2);
    folder
        .clock
        .advance_ms(u64::try_from(VIDEO_LIFE_MS).unwrap() + 1);
    let mut new = resource(ResourceKind::Video, "new", "a", None);
    new.created_at_ms = NOON + VIDEO_LIFE_MS;
    store.put_resources(std::slice::from_ref(&new)).unwrap();
    assert_eq!(store.resources().unwrap(), [new, file]);
}

/// S25: what comes over the wire is bound, never built into a statement.
#[test]
fn quotes_are_only_letters() {
    let folder = Folder::new();
    let store = folder.open();
    let odd = resource(
        ResourceKind::Voice,
        "' OR 1=1; DROP TABLE resources; --",
        "a",
        None,
    );
    store.put_resources(std::slice::from_ref(&odd)).unwrap();
    assert_eq!(store.resources().unwrap(), [odd]);
}
