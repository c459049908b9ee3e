//! Owners that are gone, and resources that are.

use std::time::Instant;

use flowkeep_contract::{ImportKeysRequest, KeyState, RemoveKeysRequest};
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{PATIENCE, Rig, Seen};
use serde_json::json;

use super::{Asker, batch, ids, options, speech};

/// Who answered.
fn account(seen: &Seen) -> String {
    seen.header("x-flowkeep-account").to_owned()
}

/// The account of a voice, after a successful use of it.
async fn owner_of(asker: &Asker<'_>, voice: &str) -> String {
    let seen = asker.post("/v1/audio/speech", &speech(voice)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    account(&seen)
}

#[tokio::test]
async fn an_owner_whose_key_was_revoked_is_named_and_nobody_else_is_asked() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let voice = asker.new_voice().await;
    let owner = owner_of(&asker, &voice).await;
    rig.simulator.set_account(Account {
        id: owner.clone(),
        ..Account::default()
    });
    rig.simulator.ledger().clear();
    for _ in 0..2 {
        let seen = asker.post("/v1/audio/speech", &speech(&voice)).await;
        assert_eq!(
            (seen.status, seen.error()),
            (503, "no_usable_key"),
            "{}",
            seen.text()
        );
        assert!(seen.text().contains(&owner), "{}", seen.text());
        rig.keys_become(|keys| {
            let revoked = keys.keys.iter().find(|key| key.account == owner);
            revoked.is_some_and(|key| key.state == KeyState::Unauthorized)
        })
        .await;
    }
    let mut entries = rig.simulator.ledger().entries();
    // The revoked key is nobody's now.
    entries.retain(|entry| entry.account.is_some());
    assert!(entries.is_empty(), "{entries:#?}");
    let list = asker.get("/v1/audio/voice/list").await;
    assert_eq!(list.header("x-flowkeep-partial"), owner);
}

/// Removed and imported again under its name, an account has its own again.
#[tokio::test]
async fn a_removed_owner_is_named_until_it_is_back() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let voice = asker.new_voice().await;
    let owner = owner_of(&asker, &voice).await;
    let keys = rig.keys().await.keys;
    let key = keys.into_iter().find(|key| key.account == owner).unwrap();
    let request = RemoveKeysRequest { ids: vec![key.id] };
    rig.app.remove_keys(request).await.unwrap();
    rig.simulator.ledger().clear();
    let seen = asker.post("/v1/audio/speech", &speech(&voice)).await;
    assert_eq!((seen.status, seen.error()), (404, "resource_not_found"));
    assert!(seen.text().contains(&owner), "{}", seen.text());
    // Its key may have moved to one of them.
    assert_eq!((seen.attempts(), rig.simulator.ledger().count()), (2, 2));
    rig.simulator.ledger().clear();
    let removal = json!({"uri": voice});
    let seen = asker.post("/v1/audio/voice/deletions", &removal).await;
    assert_eq!((seen.status, seen.attempts()), (404, 0));
    assert!(seen.text().contains(&owner), "{}", seen.text());
    assert_eq!(rig.simulator.ledger().count(), 0);

    let request = ImportKeysRequest {
        text: format!("{} {owner}", sample_key(&owner)),
        validate: false,
        force: true,
    };
    rig.app.import_keys(request).await.unwrap();
    assert_eq!(owner_of(&asker, &voice).await, owner);
    assert!(rig.simulator.ledger().misdirected().is_empty());
}

/// The key of an account that is gone serves under another name: what it had is
/// found there, and known from then on.
#[tokio::test]
async fn what_belongs_to_a_moved_key_is_found() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let voice = asker.new_voice().await;
    let owner = owner_of(&asker, &voice).await;
    let keys = rig.keys().await.keys;
    let key = keys.into_iter().find(|key| key.account == owner).unwrap();
    let request = RemoveKeysRequest { ids: vec![key.id] };
    rig.app.remove_keys(request).await.unwrap();
    let request = ImportKeysRequest {
        text: format!("{} moved", sample_key(&owner)),
        validate: false,
        force: true,
    };
    rig.app.import_keys(request).await.unwrap();
    assert_eq!(owner_of(&asker, &voice).await, "moved");
    rig.simulator.ledger().clear();
    assert_eq!(owner_of(&asker, &voice).await, "moved");
    assert_eq!(rig.simulator.ledger().count(), 1, "nobody else is asked");
}

#[tokio::test]
async fn a_deleted_voice_is_forgotten() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let voice = asker.new_voice().await;
    let seen = asker
        .post("/v1/audio/voice/deletions", &json!({"uri": voice}))
        .await;
    assert_eq!((seen.status, seen.text().as_str()), (200, "\"\""));
    // Nobody has it: it is looked for everywhere, and the vendor refuses it.
    let seen = asker.post("/v1/audio/speech", &speech(&voice)).await;
    assert_eq!((seen.status, seen.attempts()), (400, 3), "{}", seen.text());
    let list = asker.get("/v1/audio/voice/list").await;
    assert_eq!(ids(&list, "uri"), Vec::<String>::new());
}

/// The database as another process has it open.
fn other_process(rig: &Rig) -> rusqlite::Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let path = rig.folder().join("flowkeep.db");
    rusqlite::Connection::open_with_flags(path, flags).expect("the database opens")
}

/// Written down by another process, and taken up. The batch goes to the file's
/// account only, and the vendor says what is wrong.
#[tokio::test]
async fn a_batch_whose_file_is_gone_is_the_owners_to_refuse() {
    let rig = Rig::with(options()).await;
    let database = other_process(&rig);
    let written = database.execute(
        "INSERT INTO resources (kind, id, account_id, account_label, created_at_ms)
            SELECT 'file', 'file-gone', account_id, label, 1 FROM accounts WHERE label = 'beta'",
        [],
    );
    assert_eq!(written.unwrap(), 1);
    let asker = Asker::new(&rig);
    let begun = Instant::now();
    // Until it is taken up, everybody is asked for a file that nobody has.
    let seen = loop {
        let seen = asker.post("/v1/batches", &batch("file-gone")).await;
        assert_eq!((seen.status, seen.error()), (400, ""), "{}", seen.text());
        if seen.attempts() == 1 {
            break seen;
        }
        assert!(begun.elapsed() < PATIENCE, "not taken up");
    };
    assert_eq!(account(&seen), "beta");
}

/// What the disk does not take is known until the end, and the client gets its
/// answer.
#[tokio::test]
async fn a_disk_that_fails_does_not_lose_what_is_made() {
    let rig = Rig::with(options()).await;
    let database = other_process(&rig);
    database.execute("DROP TABLE resources", []).unwrap();
    let asker = Asker::new(&rig);
    let mut voices = Vec::new();
    for _ in 0..3 {
        voices.push(asker.new_voice().await);
    }
    for voice in &voices {
        owner_of(&asker, voice).await;
    }
    assert!(rig.simulator.ledger().misdirected().is_empty());
}

/// An answer that is larger than what is learnt from goes through all the same.
#[tokio::test]
async fn an_answer_that_creates_something_passes_untouched() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let file = asker.new_file().await;
    let mut body = batch(&file);
    body["metadata"] = json!({"note": "x".repeat(2 << 20)});
    let seen = asker.post("/v1/batches", &body).await;
    assert_eq!(seen.status, 200);
    assert_eq!(
        seen.json()["metadata"]["note"].as_str().map(str::len),
        Some(2 << 20)
    );
    rig.idle().await;
}

/// What was paid for can be fetched when the account has nothing left.
#[tokio::test]
async fn an_exhausted_owner_still_gives_what_it_made() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let video = asker.new_video().await;
    let status = json!({"requestId": video});
    let owner = account(&asker.post("/v1/video/status", &status).await);
    let poor = Account::new(&owner, sample_key(&owner)).with_balance(0, 0);
    rig.simulator.set_account(poor);
    let is_exhausted = |state| state == KeyState::Exhausted;
    let state = async || {
        let keys = rig.keys().await.keys;
        let key = keys.into_iter().find(|key| key.account == owner);
        key.unwrap().state
    };
    for _ in 0..3 {
        assert_eq!(rig.chat("deepseek-ai/DeepSeek-V3").await.status(), 200);
    }
    assert!(is_exhausted(state().await));
    let seen = asker.post("/v1/video/status", &status).await;
    assert_eq!((seen.status, account(&seen)), (200, owner.clone()));
    let list = asker.get("/v1/files").await;
    assert_eq!((list.status, list.header("x-flowkeep-partial")), (200, ""));
    assert!(is_exhausted(state().await), "a free answer proves nothing");
}
