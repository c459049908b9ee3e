use super::*;

const NOW: i64 = 1_787_400_000_000;

fn sighting(id: &str, created_at_ms: Option<i64>, client: Option<&str>) -> Sighting {
    Sighting {
        kind: ResourceKind::File,
        id: id.into(),
        created_at_ms,
        client: client.map(Arc::from),
        batch_created_ms: None,
    }
}

/// An account called like its id.
fn note(owners: &Owners, account: &str, seen: Sighting) -> bool {
    let holder = Holder {
        account: &AccountId::from(account),
        label: &account.into(),
    };
    owners.note(holder, vec![seen], NOW)
}

fn find(owners: &Owners, id: &str) -> Option<Resource> {
    owners.find(ResourceKind::File, id)
}

#[test]
fn what_was_noted_is_found_by_kind_and_id() {
    let owners = Owners::default();
    assert!(note(&owners, "a", sighting("f", None, Some("cursor"))));
    let found = find(&owners, "f").unwrap();
    assert_eq!(found.account, AccountId::from("a"));
    assert_eq!(found.created_at_ms, 0);
    assert_eq!(owners.find(ResourceKind::Batch, "f"), None);
    assert_eq!(find(&owners, "g"), None);
}

/// Only what the vendor never dates is as old as it is known.
#[test]
fn a_voice_is_as_old_as_it_is_known() {
    let owners = Owners::default();
    let voice = Sighting {
        kind: ResourceKind::Voice,
        ..sighting("speech:a", None, None)
    };
    note(&owners, "a", voice);
    let created = owners.created_at_ms(ResourceKind::Voice, "speech:a");
    assert_eq!(created, Some(NOW));
}

#[test]
fn the_maker_stays_and_the_place_follows() {
    let owners = Owners::default();
    note(&owners, "a", sighting("f", Some(5), Some("cursor")));
    assert!(!note(&owners, "a", sighting("f", None, None)), "no news");
    assert!(note(&owners, "b", sighting("f", None, Some("other"))));
    let found = find(&owners, "f").unwrap();
    assert_eq!(found.account, AccountId::from("b"));
    assert_eq!(found.client.as_deref(), Some("cursor"));
    assert_eq!(found.created_at_ms, 5);
}

#[test]
fn a_client_sees_its_own_and_what_is_nobodys() {
    let owners = Owners::default();
    note(&owners, "a", sighting("mine", None, Some("cursor")));
    note(&owners, "a", sighting("nobodys", None, None));
    let visible = |id, client| owners.is_visible(ResourceKind::File, id, client);
    assert!(visible("mine", "cursor"));
    assert!(!visible("mine", "other"));
    assert!(visible("nobodys", "other"));
    assert!(visible("never seen", "other"));
}

/// What the disk did not take survives a reload, and is offered to it again.
#[test]
fn a_reload_keeps_what_is_not_written_down() {
    let owners = Owners::default();
    note(&owners, "a", sighting("old", None, None));
    owners.saved(&owners.unsaved());
    assert_eq!(owners.unsaved(), []);
    note(&owners, "a", sighting("new", None, None));
    let other_process = Resource {
        id: "theirs".into(),
        ..find(&owners, "old").unwrap()
    };
    owners.load(vec![other_process]);
    assert_eq!(find(&owners, "old"), None, "another process forgot it");
    assert!(find(&owners, "theirs").is_some());
    let unsaved: Vec<_> = owners.unsaved().into_iter().map(|one| one.id).collect();
    assert_eq!(unsaved, [Arc::from("new")]);
}

/// What changed while it was being written is written again.
#[test]
fn a_change_during_the_writing_is_not_lost() {
    let owners = Owners::default();
    note(&owners, "a", sighting("f", None, None));
    let written = owners.unsaved();
    note(&owners, "b", sighting("f", None, None));
    owners.saved(&written);
    assert_eq!(owners.unsaved().len(), 1);
    assert_eq!(owners.unsaved()[0].account, AccountId::from("b"));
}

#[test]
fn the_oldest_that_is_newer_is_the_place_to_begin() {
    let owners = Owners::default();
    for (id, created) in [("a1", 1), ("a5", 5), ("a9", 9)] {
        note(&owners, "a", sighting(id, Some(created), None));
    }
    note(&owners, "b", sighting("b4", Some(4), None));
    let account = AccountId::from("a");
    let oldest = |created| owners.oldest_after(ResourceKind::File, &account, created);
    assert_eq!(oldest(3).as_deref(), Some("a5"));
    assert_eq!(oldest(5).as_deref(), Some("a9"));
    assert_eq!(oldest(9), None);
}

#[test]
fn what_is_forgotten_is_unknown() {
    let owners = Owners::default();
    note(&owners, "a", sighting("f", None, Some("cursor")));
    owners.forget(ResourceKind::File, "f");
    assert_eq!(find(&owners, "f"), None);
    assert_eq!(owners.unsaved(), []);
}

#[test]
fn a_batch_of_another_client_is_one_of_the_same_account() {
    let owners = Owners::default();
    let batch = |id: &str, client| Sighting {
        kind: ResourceKind::Batch,
        ..sighting(id, None, client)
    };
    note(&owners, "a", batch("mine", Some("cursor")));
    note(&owners, "b", batch("nobodys", None));
    let of_another =
        |account: &str, client| owners.has_batch_of_another(&AccountId::from(account), client);
    assert!(!of_another("a", "cursor"));
    assert!(of_another("a", "other"));
    assert!(!of_another("b", "other"));
    assert_eq!(
        owners.maker(ResourceKind::Batch, "mine"),
        Some("cursor".into())
    );
    assert_eq!(owners.maker(ResourceKind::Batch, "nobodys"), None);
}
