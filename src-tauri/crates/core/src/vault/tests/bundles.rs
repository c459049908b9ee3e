//! Adding, removing and loading over a store in memory.

use super::*;

#[test]
fn what_is_added_is_loaded_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::default();
    let wanted = keys(3);
    let vault = over(&store, folder.path(), 0);
    let places = vault.add(&wanted).unwrap();
    vault.set_token(&SecretString::from("token-1")).unwrap();
    assert!(places.iter().all(|(_, bundle)| *bundle == 0));

    let contents = over(&store, folder.path(), 0).load().unwrap();
    assert_eq!(exposed(&contents), expected(&wanted));
    assert_eq!(token_of(&contents), Some("token-1"));
    assert!(contents.unreadable_bundles.is_empty());
}

#[test]
fn removed_keys_are_gone_and_unknown_ids_are_fine() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::limited(2_000);
    let wanted = keys(100);
    over(&store, folder.path(), 0).add(&wanted).unwrap();

    // A process that has loaded nothing must search for them.
    let vault = over(&store, folder.path(), 0);
    let gone: Vec<_> = wanted[20..60].iter().map(|(id, _)| id.clone()).collect();
    vault.remove(&gone).unwrap();
    vault.remove(&[KeyId::from("nowhere")]).unwrap();

    let left: Vec<_> = wanted[..20].iter().chain(&wanted[60..]).cloned().collect();
    let contents = over(&store, folder.path(), 0).load().unwrap();
    assert_eq!(exposed(&contents), expected(&left));
}

#[test]
fn nothing_is_left_when_everything_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::limited(2_000);
    let vault = over(&store, folder.path(), 0);
    let wanted = keys(100);
    vault.add(&wanted).unwrap();
    assert!(vault.bundle_count() > 2);
    let ids: Vec<_> = wanted.iter().map(|(id, _)| id.clone()).collect();
    vault.remove(&ids).unwrap();
    assert_eq!(vault.bundle_count(), 0);
    assert!(store.read("bundle-0").unwrap().is_none());
}

#[test]
fn the_room_of_removed_keys_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::limited(2_000);
    let vault = over(&store, folder.path(), 0);
    let first = keys(100);
    let places = vault.add(&first).unwrap();
    let count = vault.bundle_count();
    let in_first: Vec<_> = places
        .iter()
        .filter(|(_, bundle)| *bundle == 0)
        .map(|(id, _)| id.clone())
        .collect();
    vault.remove(&in_first).unwrap();
    let places = vault.add(&keys(in_first.len())).unwrap();
    assert!(places.iter().all(|(_, bundle)| *bundle == 0));
    assert_eq!(vault.bundle_count(), count);
}

#[test]
fn two_processes_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::default();
    let (one, other) = (
        over(&store, folder.path(), 0),
        over(&store, folder.path(), 0),
    );
    let wanted = keys(60);
    std::thread::scope(|scope| {
        for (vault, half) in [(&one, &wanted[..30]), (&other, &wanted[30..])] {
            scope.spawn(move || {
                for pair in half.chunks(3) {
                    vault.add(pair).unwrap();
                }
            });
        }
    });
    let contents = one.load().unwrap();
    assert_eq!(exposed(&contents), expected(&wanted));
}

#[test]
fn there_is_one_token_and_the_last_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::limited(2_000);
    let vault = over(&store, folder.path(), 0);
    vault.set_token(&SecretString::from("short")).unwrap();
    vault.add(&keys(100)).unwrap();
    // It does not fit where the first one was.
    let long = "t".repeat(400);
    let other = over(&store, folder.path(), 0);
    other.set_token(&SecretString::from(long.clone())).unwrap();
    assert_eq!(token_of(&vault.load().unwrap()), Some(&*long));
    vault.set_token(&SecretString::from("last")).unwrap();
    assert_eq!(token_of(&vault.load().unwrap()), Some("last"));
    let holders = (0..vault.bundle_count())
        .filter_map(|n| store.read(&format!("bundle-{n}")).unwrap())
        .filter(|bytes| bytes.windows(2).any(|pair| pair == b"\n="));
    assert_eq!(holders.count(), 1);
}

/// S19: a damaged bundle is set aside, never written, and the others serve.
#[test]
fn a_damaged_bundle_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = MemoryStore::limited(2_000);
    let wanted = keys(70);
    let places = over(&store, folder.path(), 0).add(&wanted).unwrap();
    let mut damaged = store.read("bundle-1").unwrap().unwrap();
    let letter = damaged.len() - 5;
    damaged[letter] = b'X';
    store.write("bundle-1", &damaged).unwrap();

    let vault = over(&store, folder.path(), 3);
    let contents = vault.load().unwrap();
    assert_eq!(contents.unreadable_bundles, [1]);
    let readable = |position: usize| places[position].1 != 1;
    let whole: Vec<_> = (0..70)
        .filter(|n| readable(*n))
        .map(|n| wanted[n].clone())
        .collect();
    assert!(whole.len() > 30, "two of three bundles serve");
    assert_eq!(exposed(&contents), expected(&whole));

    let more = keys(40);
    let places = vault.add(&more).unwrap();
    assert!(places.iter().all(|(_, bundle)| *bundle != 1));
    let all: Vec<_> = wanted.iter().map(|(id, _)| id.clone()).collect();
    vault.remove(&all).unwrap();
    vault.set_token(&SecretString::from("token")).unwrap();
    assert_eq!(*store.read("bundle-1").unwrap().unwrap(), *damaged);
    let contents = vault.load().unwrap();
    assert_eq!(exposed(&contents), expected(&more));
}

/// A bundle that is missing in the middle hides none of those behind it.
#[test]
fn the_hint_reaches_over_a_hole() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = MemoryStore::limited(2_000);
    over(&store, folder.path(), 0).add(&keys(90)).unwrap();
    let before = over(&store, folder.path(), 0).load().unwrap().keys.len();
    assert_eq!(before, 90);
    store.delete("bundle-1").unwrap();
    let vault = over(&store, folder.path(), 4);
    assert!(vault.load().unwrap().keys.len() > 45);
}

#[test]
fn words_that_break_the_lines_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = over(&MemoryStore::default(), folder.path(), 0);
    for id in ["", "two words", "line\nend", "=token"] {
        let refused = vault.add(&[(KeyId::from(id), key(1))]).unwrap_err();
        assert!(matches!(refused, VaultError::Malformed), "{id:?}");
    }
    for token in ["", "line\nend"] {
        let refused = vault.set_token(&SecretString::from(token)).unwrap_err();
        assert!(matches!(refused, VaultError::Malformed), "{token:?}");
    }
    assert_eq!(vault.state(), VaultState::Ready);
    assert_eq!(vault.bundle_count(), 0);
}

#[test]
fn nothing_prints_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let vault = over(&MemoryStore::default(), folder.path(), 0);
    vault.add(&keys(2)).unwrap();
    vault.set_token(&SecretString::from("hush-hush")).unwrap();
    let shown = format!("{vault:?} {:?}", vault.load().unwrap());
    assert!(
        !shown.contains("hush-hush") && !shown.contains("sk-test"),
        "{shown}"
    );
}

/// Two processes make the first token at the same time, each its own: one of them
/// is kept, and both know which.
#[test]
fn two_that_make_the_first_token_agree_on_it() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..8 {
        let store = MemoryStore::default();
        let vaults = [0, 1].map(|_| over(&store, folder.path(), 0));
        let answers: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = vaults
                .iter()
                .enumerate()
                .map(|(n, vault)| {
                    let token = SecretString::from(format!("fk-{round}-{n}"));
                    scope.spawn(move || {
                        let kept = vault.token_or(token).unwrap();
                        kept.expose_secret().to_owned()
                    })
                })
                .collect();
            let ended = threads.into_iter().map(|thread| thread.join().unwrap());
            ended.collect()
        });
        assert_eq!(answers[0], answers[1]);
        for vault in &vaults {
            assert_eq!(token_of(&vault.load().unwrap()), Some(answers[0].as_str()));
        }
    }
}
