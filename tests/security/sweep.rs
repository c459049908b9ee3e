//! S17, S27: after a day's work a key stands nowhere but in the vault.

use std::time::Instant;

use flowkeep_contract::COMMANDS;
use flowkeep_core::vault::VaultChoice;
use flowkeep_simulator::{Account, Behaviour, Scope};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::admin::{access, command, login};
use crate::logs::Logs;
use crate::sentinel::Sentinel;

/// The pool's keys, one that comes later, and one that no account has.
struct Keys {
    first: Sentinel,
    second: Sentinel,
    later: Sentinel,
    stranger: Sentinel,
}

impl Keys {
    fn new() -> Self {
        Self {
            first: Sentinel::new("First"),
            second: Sentinel::new("Second"),
            later: Sentinel::new("Later"),
            stranger: Sentinel::new("Stranger"),
        }
    }

    fn all(&self) -> [&Sentinel; 4] {
        [&self.first, &self.second, &self.later, &self.stranger]
    }

    fn assert_not_in(&self, bytes: &[u8], place: &str) {
        for key in self.all() {
            key.assert_not_in(bytes, place);
        }
    }

    fn assert_not_in_answer(&self, seen: &Seen, place: &str) {
        self.assert_not_in(format!("{:?}", seen.headers).as_bytes(), place);
        self.assert_not_in(&seen.body, place);
    }
}

async fn start(keys: &Keys) -> Rig {
    let mut second = Account::new("second", keys.second.key());
    second.keys.push(keys.later.key().to_owned());
    Rig::with(RigOptions {
        vault: VaultChoice::File,
        admin: Some(access()),
        validate: true,
        import: false,
        ..RigOptions::with_accounts(vec![Account::new("first", keys.first.key()), second])
    })
    .await
}

/// A valid request of each command; a command without one fails the test.
fn request_of(name: &str, keys: &Keys) -> Value {
    match name {
        "gateway_status"
        | "client_token"
        | "list_prices"
        | "unlock_vault"
        | "list_keys"
        | "list_clients"
        | "get_settings"
        | "refresh"
        | "refresh_status"
        | "cancel_refresh"
        | "usage_overview"
        | "burn_rate"
        | "clear_requests"
        | "clear_bodies"
        | "cancel_recompute_costs" => json!({}),
        "set_paused" => json!({"paused": false}),
        "import_keys" | "preview_import" => json!({"text": import_text(keys), "validate": true}),
        "create_client" => json!({"name": "cursor", "limits": {"models": ["Qwen/*"]}}),
        "update_client" => json!({"id": "default", "limits": {"requests_per_minute": 1000}}),
        "revoke_client" => json!({"id": "unknown"}),
        "confirm_import" => json!({"preview": "unknown"}),
        "undo_import" => json!({"undo": "unknown"}),
        "remove_keys" => json!({"ids": ["unknown"]}),
        "set_key" => json!({"ids": ["unknown"], "enabled": true}),
        "set_account" => json!({"id": "unknown", "label": "x"}),
        "set_balance" => json!({"account_id": "unknown", "nano": 1}),
        "usage_series" => json!({"step": "hour"}),
        "usage_breakdown" => json!({"by": "key"}),
        "get_request" => json!({"id": 1}),
        "set_price_overrides" => json!({"rows": []}),
        "recompute_costs" => json!({"from_ms": 0, "to_ms": 1}),
        "list_requests" => json!({"limit": 200}),
        "update_settings" => json!({"theme": "dark"}),
        other => panic!("{other} has no case here: add one"),
    }
}

/// Lines as people paste them, good, known, doubled, glued, cut and unknown.
fn import_text(keys: &Keys) -> String {
    let [first, second, later, stranger] = keys.all().map(Sentinel::key);
    [
        format!("{first} main"),
        format!("{second},{later}"),
        format!("{second} beside {later}"),
        format!("{first} again"),
        format!("{first}{second}"),
        format!("{stranger} is unknown upstream"),
        format!("{}é{}", &first[..20], &first[20..]),
        first[3..].to_owned(),
        format!("key={first}"),
    ]
    .join("\n")
}

/// S27: every command, with good and with bad arguments.
async fn call_all(rig: &Rig, keys: &Keys, session: &str) {
    for spec in COMMANDS {
        let request = request_of(spec.name, keys);
        let seen = command(rig, session, spec.name, &request).await;
        assert!(seen.status < 500, "{}: {}", spec.name, seen.text());
        keys.assert_not_in_answer(&seen, spec.name);
        let key = keys.first.key();
        let nonsense = [
            json!(key),
            json!({key: key}),
            json!([key]),
            json!({"ids": key, "text": [key], "upstream": key}),
        ];
        for nonsense in nonsense {
            let seen = command(rig, session, spec.name, &nonsense).await;
            keys.assert_not_in_answer(&seen, &format!("{} with nonsense", spec.name));
        }
    }
    let seen = command(rig, session, keys.first.key(), &json!({})).await;
    assert_eq!(seen.status, 404);
    keys.assert_not_in_answer(&seen, "an unknown command");
}

async fn ask_raw(rig: &Rig, token: &str, path: &str, body: String) -> Seen {
    let sent = Instant::now();
    let request = rig.client.post(rig.url(path)).bearer_auth(token);
    let request = request
        .header("content-type", "application/json")
        .body(body);
    Seen::read(request.send().await.unwrap(), sent).await
}

/// Traffic of all kinds, also with keys in places where they do not belong.
async fn work(rig: &Rig, keys: &Keys) {
    let mut answers = Vec::new();
    for stream in [false, true] {
        answers.push(rig.ask_chat(MODEL, stream).await);
        answers.push(rig.ask_message(MODEL, stream).await);
    }
    assert!(answers.iter().all(Seen::is_whole));
    let key = keys.first.key();
    let chat = Rig::chat_body(MODEL, false).to_string();
    let path = "/v1/chat/completions";
    answers.push(ask_raw(rig, key, path, chat.clone()).await);
    answers.push(
        ask_raw(
            rig,
            &rig.token,
            &format!("{path}?api_key={key}"),
            chat.clone(),
        )
        .await,
    );
    answers.push(ask_raw(rig, &rig.token, path, format!("\"{key}\"")).await);
    answers.push(ask_raw(rig, &rig.token, path, format!("{{{key}")).await);
    answers.push(
        ask_raw(
            rig,
            &rig.token,
            path,
            Rig::chat_body(key, false).to_string(),
        )
        .await,
    );
    answers.push(ask_raw(rig, &rig.token, &format!("/v1/{key}/x"), chat.clone()).await);
    answers.push(ask_raw(rig, &rig.token, &format!("/{key}"), chat).await);
    let bad = Behaviour::Status {
        status: 400,
        body: Some(format!("{{\"code\":20015,\"message\":\"no {key}\"}}")),
        retry_after: None,
    };
    for behaviour in [
        bad,
        Behaviour::Html,
        Behaviour::ResetBeforeHeaders,
        Behaviour::status(503),
        Behaviour::EchoAuth,
    ] {
        rig.simulator.set_behaviour(Scope::All, behaviour);
        for stream in [false, true] {
            answers.push(rig.ask_chat(MODEL, stream).await);
        }
    }
    rig.simulator.clear_behaviours();
    for (number, seen) in answers.iter().enumerate() {
        keys.assert_not_in_answer(seen, &format!("answer {number} ({})", seen.status));
    }
}

/// Collects the event stream until the gateway ends it.
async fn watch(rig: &Rig, session: &str, tasks: &TaskTracker) -> JoinHandle<Vec<u8>> {
    let request = rig
        .client
        .get(rig.url("/admin/events"))
        .bearer_auth(session);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let stream = answer.bytes_stream();
    tasks.spawn(stream.fold(Vec::new(), async |mut all, piece| {
        all.extend_from_slice(&piece.unwrap_or_default());
        all
    }))
}

/// S17, S27: neither answers, events, files, nor the log at TRACE hold a key, in
/// any form, nor its beginning.
#[tokio::test]
async fn no_key_is_found_anywhere() {
    let logs = Logs::capture();
    let keys = Keys::new();
    let rig = start(&keys).await;
    let session = login(&rig).await;
    let tasks = TaskTracker::new();
    let events = watch(&rig, &session, &tasks).await;

    call_all(&rig, &keys, &session).await;
    let held = rig.keys().await.keys;
    assert_eq!(
        held.len(),
        3,
        "first, second and later are in the pool: {held:#?}"
    );
    work(&rig, &keys).await;
    call_all(&rig, &keys, &session).await;
    let used: Vec<_> = rig
        .simulator
        .ledger()
        .entries()
        .into_iter()
        .filter_map(|hit| hit.key)
        .collect();
    assert!(
        used.iter().any(|key| key == keys.first.key()),
        "the keys did travel upstream"
    );

    let removed = json!({"ids": held.iter().map(|key| key.id.clone()).collect::<Vec<_>>()});
    let seen = command(&rig, &session, "remove_keys", &removed).await;
    assert_eq!(seen.json()["removed"], 3);
    keys.assert_not_in_answer(&seen, "remove_keys");
    rig.rows().await;
    for key in keys.all() {
        assert!(key.assert_not_below(rig.folder()) > 0);
    }
    rig.app.closing().cancel();
    let events = events.await.unwrap();
    assert!(events.starts_with(b": connected"));
    keys.assert_not_in(&events, "the event stream");
    let folder = rig.stop().await;
    for key in keys.all() {
        key.assert_not_below(folder.path());
    }
    let log = logs.bytes();
    assert!(
        log.windows(5).any(|word| word == b"TRACE"),
        "the log is complete"
    );
    keys.assert_not_in(&log, "the log");
}
