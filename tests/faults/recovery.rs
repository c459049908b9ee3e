//! What was held against keys and accounts ends by itself, and is called what
//! it is in the meantime (issue 4, State machine).

use flowkeep_contract::KeyState;
use flowkeep_simulator::{Behaviour, Scope, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};

use crate::ledger::{OTHER_MODEL, by_hand, is_unpenalised, key, serves, with_status};

const DAY_MS: u64 = 24 * 3_600_000;

/// A key that is put back in the vendor's console is found within a day, with
/// one question and without anybody's request.
#[tokio::test]
async fn an_unauthorized_key_is_asked_about_once_a_day() {
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    let alpha = Scope::Key(sample_key("alpha"));
    rig.simulator
        .set_behaviour(alpha.clone(), Behaviour::status(401));
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    let out =
        |keys: &flowkeep_contract::KeyList| key(keys, "alpha").state == KeyState::Unauthorized;
    let keys = rig.keys_become(out).await;
    let reason = key(&keys, "alpha").reason.clone().unwrap();
    let next_ms = reason.next_retry_ms.expect("it is asked about again");
    assert!((23..=26).contains(&((next_ms - reason.since_ms) / 3_600_000)));

    // Still revoked a day later: it stays out, and since when as well.
    clock.advance_ms(DAY_MS + 2 * 3_600_000);
    let later = |keys: &flowkeep_contract::KeyList| {
        let next = key(keys, "alpha")
            .reason
            .as_ref()
            .and_then(|reason| reason.next_retry_ms);
        next.is_some_and(|next| next > next_ms)
    };
    let keys = rig.keys_become(later).await;
    assert!(out(&keys));
    assert_eq!(
        key(&keys, "alpha").reason.as_ref().unwrap().since_ms,
        reason.since_ms
    );
    assert_eq!(rig.hits("/v1/models").len(), 2, "one question a day");

    rig.simulator.clear_behaviours();
    clock.advance_ms(DAY_MS + 2 * 3_600_000);
    rig.keys_become(is_unpenalised).await;
    assert!(clients.iter().all(flowkeep_tests::Seen::is_whole));
    rig.agree(&clients).await;
}

/// A day later and no answer: nothing changes, and it is asked about in an hour.
#[tokio::test]
async fn a_question_without_an_answer_changes_nothing() {
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    let alpha = Scope::Key(sample_key("alpha"));
    rig.simulator
        .set_behaviour(alpha.clone(), Behaviour::status(401));
    for _ in 0..3 {
        rig.ask_chat(MODEL, false).await;
    }
    let out =
        |keys: &flowkeep_contract::KeyList| key(keys, "alpha").state == KeyState::Unauthorized;
    rig.keys_become(out).await;
    rig.simulator.set_behaviour(alpha, Behaviour::status(503));
    clock.advance_ms(DAY_MS + 2 * 3_600_000);
    let ledger = rig.simulator.ledger();
    let asked = |entries: &[flowkeep_simulator::Entry]| {
        let questions = entries.iter().filter(|entry| entry.path == "/v1/models");
        questions.filter(|entry| entry.ended).count() == 2
    };
    assert!(ledger.wait_for(asked, flowkeep_tests::PATIENCE).await);
    assert!(out(&rig.keys().await));
}

/// What no account may use is no rate limit, and the client reads whose words
/// these are.
#[tokio::test]
async fn a_model_that_nobody_may_use_is_not_called_a_rate_limit() {
    let (_clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    rig.simulator
        .set_behaviour(Scope::Model(MODEL.into()), Behaviour::RealName403);
    let first = rig.ask_chat(MODEL, false).await;
    assert_eq!(
        (first.status, first.error()),
        (403, ""),
        "the upstream's own words"
    );
    let second = rig.ask_chat(MODEL, false).await;
    assert_eq!((second.status, second.error()), (503, "no_usable_key"));
    let message = second.json()["error"]["message"].to_string();
    assert!(
        message.contains("no account may use this model"),
        "{message}"
    );
    assert!(message.contains("upstream said"), "{message}");
    // All said the same at once: none is kept away for hours.
    let wait: u64 = second
        .header("retry-after")
        .parse()
        .expect("when to ask again");
    assert!((30..=66).contains(&wait), "{wait}");
    let other = rig.ask_chat(OTHER_MODEL, false).await;
    assert!(other.is_whole());
    let keys = rig.keys().await;
    assert!(keys.keys.iter().all(serves));
    let hits = rig.upstream_hits().await;
    assert_eq!(with_status(&hits, 403), 3, "each was asked once");
    rig.agree(&[first, second, other]).await;
}

/// Changes the database as another program may.
fn change(rig: &Rig, sql: &str) {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let path = rig.folder().join("flowkeep.db");
    let database = rusqlite::Connection::open_with_flags(path, flags).unwrap();
    database.busy_timeout(flowkeep_tests::PATIENCE).unwrap();
    database.execute_batch(sql).unwrap();
}

/// F34: what traffic showed while the database could not be written is saved
/// when it can, and counts after a restart.
#[tokio::test]
async fn a_state_that_cannot_be_saved_is_saved_later() {
    let rig = Rig::with(RigOptions {
        vault: flowkeep_core::vault::VaultChoice::File,
        ..RigOptions::default()
    })
    .await;
    change(
        &rig,
        "CREATE TRIGGER not_now BEFORE UPDATE ON accounts
         BEGIN SELECT RAISE(ABORT, 'not now'); END",
    );
    let alpha = Scope::Key(sample_key("alpha"));
    rig.simulator.set_behaviour(alpha, Behaviour::status(402));
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert!(clients.iter().all(flowkeep_tests::Seen::is_whole));
    rig.agree(&clients).await;
    let exhausted = |keys: &flowkeep_contract::KeyList| key(keys, "alpha").state;
    assert_eq!(exhausted(&rig.keys().await), KeyState::Exhausted);
    change(&rig, "DROP TRIGGER not_now");
    let saved = "SELECT count(*) FROM accounts WHERE condition_status = 402";
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database =
        rusqlite::Connection::open_with_flags(rig.folder().join("flowkeep.db"), flags).unwrap();
    let begun = std::time::Instant::now();
    while database.query_row(saved, [], |row| row.get::<_, i64>(0)) != Ok(1) {
        assert!(
            begun.elapsed() < flowkeep_tests::PATIENCE,
            "it is not saved"
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    drop(database);
    let rig = rig.restart().await;
    assert_eq!(exhausted(&rig.keys().await), KeyState::Exhausted);
}
