//! F44: thousands of keys come, change and go while chats run. No chat fails of
//! it, and nothing is half done.

use std::sync::atomic::{AtomicBool, Ordering};

use flowkeep_contract::{
    ErrorCode, ImportKeysRequest, ImportReport, RemoveKeysRequest, SetKeyRequest,
};
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};

const IMPORTED: usize = 10_000;
const REMOVED: usize = 30_000;
/// Chats at a time.
const CLIENTS: usize = 2;

/// A good key of the account `crowd`, one of many.
fn key_of_the_crowd(number: usize) -> String {
    format!("sk-testcrowd{number:038}")
}

/// An account with one key that stays, and one with as many keys as come and go;
/// all are good, so that whoever is picked must serve.
async fn rig() -> Rig {
    let mut crowd = Account::new("crowd", key_of_the_crowd(0));
    crowd.keys = (0..REMOVED).map(key_of_the_crowd).collect();
    let home = Account::new("home", sample_key("home"));
    let rig = Rig::with(RigOptions {
        import: false,
        ..RigOptions::with_accounts(vec![home, crowd])
    })
    .await;
    let text = format!("{} home", sample_key("home"));
    assert_eq!(import(&rig, text).await.added, 1);
    rig
}

async fn import(rig: &Rig, text: String) -> ImportReport {
    let request = ImportKeysRequest {
        text,
        validate: false,
        force: false,
    };
    rig.app.import_keys(request).await.expect("a report")
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    let line = |number| format!("{} account=crowd\n", key_of_the_crowd(number));
    numbers.map(line).collect()
}

/// Chats until told to stop, and once more after that.
async fn chat_until(rig: &Rig, is_over: &AtomicBool) -> Vec<Seen> {
    let mut seen = Vec::new();
    loop {
        let last = is_over.load(Ordering::SeqCst);
        seen.push(rig.ask_chat(MODEL, seen.len() % 2 == 0).await);
        if last {
            return seen;
        }
    }
}

async fn ids_of_the_crowd(rig: &Rig) -> Vec<String> {
    let keys = rig.keys().await.keys.into_iter();
    keys.filter(|key| key.account == "crowd")
        .map(|key| key.id)
        .collect()
}

async fn set_enabled(rig: &Rig, ids: &[String], enabled: bool) {
    let request = SetKeyRequest {
        ids: ids.to_vec(),
        enabled: Some(enabled),
        ..SetKeyRequest::default()
    };
    let report = rig.app.set_key(request).await.expect("a change");
    assert_eq!(report.changed as usize, ids.len());
}

/// All the edits; how many keys there are is checked after each.
async fn edit(rig: &Rig) {
    let count = || {
        let counts = rig.app.status().keys;
        [counts.total, counts.disabled].map(|count| count as usize)
    };
    let report = import(rig, lines(0..IMPORTED)).await;
    assert_eq!(report.added as usize, IMPORTED);
    assert_eq!(count(), [1 + IMPORTED, 0]);
    let report = import(rig, lines(0..REMOVED)).await;
    assert_eq!(
        (report.added as usize, report.known as usize),
        (REMOVED - IMPORTED, IMPORTED)
    );
    let ids = ids_of_the_crowd(rig).await;
    assert_eq!(ids.len(), REMOVED);
    set_enabled(rig, &ids[..IMPORTED], false).await;
    assert_eq!(count(), [1 + REMOVED, IMPORTED]);
    set_enabled(rig, &ids[..IMPORTED], true).await;
    assert_eq!(count(), [1 + REMOVED, 0]);
    let request = RemoveKeysRequest { ids };
    let report = rig.app.remove_keys(request).await.expect("a removal");
    assert_eq!(report.removed as usize, REMOVED);
    assert_eq!(count(), [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_chat_fails_while_thirty_thousand_keys_come_and_go() {
    let rig = rig().await;
    let is_over = AtomicBool::new(false);
    let chats = futures_util::future::join_all((0..CLIENTS).map(|_| chat_until(&rig, &is_over)));
    let edits = async {
        edit(&rig).await;
        is_over.store(true, Ordering::SeqCst);
    };
    let (clients, ()) = tokio::join!(chats, edits);
    let clients: Vec<Seen> = clients.into_iter().flatten().collect();
    println!("{} chats while the keys came and went", clients.len());
    assert!(clients.iter().all(Seen::is_whole));
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.attempts == 1));
    let hits = rig.upstream_hits().await;
    let of_the_crowd = hits
        .iter()
        .filter(|hit| hit.account.as_deref() == Some("crowd"));
    assert!(of_the_crowd.count() > 0, "the new keys served as well");
    let calls = i64::try_from(clients.len()).unwrap();
    assert_eq!(assert_balanced(rig.folder()), calls);
    // What was removed is gone altogether: the same keys are new again.
    assert_eq!(import(&rig, lines(0..10)).await.added, 10);
}

/// Two imports of the same at once: one is carried out and the other told to
/// wait, or both one after the other; no key is there twice or left out.
#[tokio::test(flavor = "multi_thread")]
async fn two_imports_at_once_add_each_key_once() {
    let rig = rig().await;
    let attempt = async |numbers: std::ops::Range<usize>| {
        let request = ImportKeysRequest {
            text: lines(numbers),
            validate: false,
            force: false,
        };
        rig.app.import_keys(request).await
    };
    let mut running = 0;
    for round in 0..5 {
        let start = round * 200;
        let (one, two) = tokio::join!(
            attempt(start..start + 150),
            attempt(start + 50..start + 200)
        );
        for answer in [one, two] {
            match answer {
                Ok(report) => assert_eq!(report.rejected, 0),
                Err(error) => {
                    assert_eq!(error.code, ErrorCode::ImportRunning, "{error}");
                    running += 1;
                }
            }
        }
        // Whoever was told to wait does so and comes again.
        attempt(start..start + 200).await.expect("nobody is there");
        assert_eq!(ids_of_the_crowd(&rig).await.len(), start + 200);
    }
    println!("{running} of 10 imports were told to wait");
    assert!(rig.ask_chat(MODEL, false).await.is_whole());
}
