//! Tokens of tools: made, changed and revoked while the gateway runs, and held to
//! their limits.

use std::sync::Arc;
use std::time::Instant;

use flowkeep_contract::{
    ClientLimits, ClientView, CreateClientRequest, CreatedClient, Empty, ErrorCode, Event,
    RevokeClientRequest, Topic, UpdateClientRequest,
};
use flowkeep_core::clock::{ManualClock, SystemClock};
use flowkeep_core::store::Store;
use flowkeep_core::vault::VaultChoice;
use flowkeep_tests::{MODEL, PATIENCE, Rig, RigOptions, Seen};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

/// A token that was made for a tool.
pub(super) async fn create(rig: &Rig, name: &str, limits: ClientLimits) -> CreatedClient {
    let name = name.to_owned();
    let request = CreateClientRequest { name, limits };
    rig.app.create_client(request).await.expect("a token")
}

/// A JSON body sent with this token.
pub(super) async fn ask_as(rig: &Rig, token: &str, path: &str, body: &Value) -> Seen {
    let sent = Instant::now();
    let request = rig.client.post(rig.url(path)).bearer_auth(token);
    let request = request
        .header("content-type", "application/json")
        .body(body.to_string());
    Seen::read(request.send().await.expect("an answer"), sent).await
}

async fn chat_as(rig: &Rig, token: &str, model: &str) -> Seen {
    let body = Rig::chat_body(model, false);
    ask_as(rig, token, "/v1/chat/completions", &body).await
}

async fn get_as(rig: &Rig, token: &str, path: &str) -> u16 {
    let request = rig.client.get(rig.url(path)).bearer_auth(token);
    request.send().await.expect("an answer").status().as_u16()
}

pub(super) async fn listed(rig: &Rig) -> Vec<ClientView> {
    let list = rig.app.list_clients(Empty {}).await.expect("a list");
    list.clients
}

async fn revoke(rig: &Rig, id: &str) {
    let request = RevokeClientRequest { id: id.to_owned() };
    let revoked = rig.app.revoke_client(request).await.expect("revoked");
    assert!(revoked.revoked_at_ms.is_some());
}

fn models(names: &[&str]) -> ClientLimits {
    ClientLimits {
        models: names.iter().map(ToString::to_string).collect(),
        ..ClientLimits::default()
    }
}

fn in_file() -> RigOptions {
    RigOptions {
        vault: VaultChoice::File,
        ..RigOptions::default()
    }
}

/// Waits until the windows are told to read the tokens again.
async fn hear_of_clients(events: &mut Receiver<Event>) {
    let heard = async {
        loop {
            let event = events.recv().await.expect("an event");
            if matches!(event, Event::Changed { topics } if topics.contains(&Topic::Clients)) {
                return;
            }
        }
    };
    let heard = tokio::time::timeout(PATIENCE, heard).await;
    heard.expect("the windows are told");
}

#[tokio::test]
async fn a_token_works_from_its_making_to_its_revocation() {
    let rig = Rig::start().await;
    let mut events = rig.app.subscribe();
    let made = create(&rig, "Claude Code", ClientLimits::default()).await;
    hear_of_clients(&mut events).await;
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 200);
    let rows = rig.settled_rows().await;
    let (id, name) = (made.client.id.clone(), made.client.name.clone());
    assert!(
        [&id, &name].contains(&&rows[0].client),
        "{}",
        rows[0].client
    );
    revoke(&rig, &id).await;
    let seen = chat_as(&rig, &made.token, MODEL).await;
    assert_eq!((seen.status, seen.error()), (401, "invalid_token"));
    assert_eq!(rig.chat(MODEL).await.status(), 200, "the other token");
    let again = RevokeClientRequest { id: id.clone() };
    let error = rig.app.revoke_client(again).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    // The name is free again, for another token with another id.
    let next = create(&rig, "Claude Code", ClientLimits::default()).await;
    assert_ne!(next.client.id, id);
    assert_ne!(next.token, made.token);
}

/// Only digests are kept, and nobody is told a token twice.
#[tokio::test]
async fn a_token_is_told_once_and_kept_nowhere() {
    let rig = Rig::with(in_file()).await;
    let made = create(&rig, "cursor", ClientLimits::default()).await;
    let list = format!("{:?}", listed(&rig).await);
    assert!(!list.contains(&made.token));
    assert!(!format!("{made:?}").contains(&made.token));
    let folder = rig.stop().await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let token = made.token.as_bytes();
            let found = bytes.windows(token.len()).any(|window| window == token);
            assert!(!found, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn names_are_told_apart() {
    let rig = Rig::start().await;
    create(&rig, "cursor", ClientLimits::default()).await;
    for name in ["cursor", " cursor ", "default", "", "a\u{7}b"] {
        let request = CreateClientRequest {
            name: name.to_owned(),
            limits: ClientLimits::default(),
        };
        let error = rig.app.create_client(request).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{name:?}");
    }
    assert_eq!(listed(&rig).await.len(), 2, "with the default token");
}

/// The start that follows must not give back what was taken.
#[tokio::test]
async fn a_revoked_default_token_stays_revoked() {
    let rig = Rig::with(in_file()).await;
    let other = create(&rig, "cursor", ClientLimits::default()).await;
    let token = rig.token.clone();
    revoke(&rig, "default").await;
    let error = rig.app.client_token(Empty {}).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TokenRevoked);
    assert_eq!(chat_as(&rig, &token, MODEL).await.status, 401);
    let rig = rig.restart().await;
    assert_eq!(rig.token, "", "it cannot be shown");
    assert_eq!(chat_as(&rig, &token, MODEL).await.status, 401);
    assert_eq!(chat_as(&rig, &other.token, MODEL).await.status, 200);
    // It can be made anew, and is then another one.
    let made = create(&rig, "default", ClientLimits::default()).await;
    assert!(made.client.is_default);
    assert_ne!(made.token, token);
    let shown = rig.app.client_token(Empty {}).await.unwrap();
    assert_eq!(shown.token, made.token);
    let rig = rig.restart().await;
    assert_eq!(rig.token, made.token);
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 200);
    assert_eq!(chat_as(&rig, &token, MODEL).await.status, 401);
}

/// A refusal names the token and what it may do, in the words of the protocol.
#[tokio::test]
async fn a_token_may_use_its_models_only() {
    let rig = Rig::start().await;
    let made = create(
        &rig,
        "cursor",
        models(&["Qwen/*", "deepseek-ai/DeepSeek-R1"]),
    )
    .await;
    let token = &made.token;
    assert_eq!(chat_as(&rig, token, "Qwen/Qwen3-8B").await.status, 200);
    rig.simulator.ledger().clear();
    let seen = chat_as(&rig, token, MODEL).await;
    assert_eq!((seen.status, seen.error()), (403, "model_not_allowed"));
    let body = seen.json();
    assert_eq!(body["error"]["type"], "permission_error");
    assert_eq!(body["error"]["param"], "model");
    let message = body["error"]["message"].to_string();
    for word in ["cursor", MODEL, "Qwen/*", "deepseek-ai/DeepSeek-R1"] {
        assert!(message.contains(word), "{message}");
    }
    let mut body = Rig::chat_body(MODEL, true);
    body["max_tokens"] = 64.into();
    let seen = ask_as(&rig, token, "/v1/messages", &body).await;
    assert_eq!(seen.status, 403);
    assert_eq!(seen.json()["type"], "error");
    assert_eq!(seen.json()["error"]["type"], "permission_error");
    for (path, body) in [
        ("/v1/responses", json!({"model": MODEL, "input": "hello"})),
        (
            "/v1/embeddings",
            json!({"model": "BAAI/bge-m3", "input": "hello"}),
        ),
        (
            "/v1/batches",
            json!({"input_file_id": "file-x", "endpoint": "/v1/chat/completions"}),
        ),
        ("/v1/something/new", json!({"prompt": "hello"})),
    ] {
        let seen = ask_as(&rig, token, path, &body).await;
        assert_eq!(
            (seen.status, seen.error()),
            (403, "model_not_allowed"),
            "{path}"
        );
    }
    assert_eq!(rig.simulator.ledger().count(), 0, "nobody was asked");
    assert_eq!(get_as(&rig, token, "/v1/models").await, 200);
    assert_eq!(rig.chat(MODEL).await.status(), 200, "the other token");
    let refused = rig.settled_rows().await;
    let errors = refused.iter().filter_map(|row| row.error.as_deref());
    assert_eq!(
        errors.filter(|error| *error == "model_not_allowed").count(),
        6
    );
}

/// What is named twice, or behind what is looked through, could be another model
/// upstream.
#[tokio::test]
async fn a_second_name_is_no_way_around() {
    let rig = Rig::with(RigOptions {
        settings: "replay_mib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let made = create(&rig, "cursor", models(&["Qwen/*"])).await;
    let raw = async |body: String| {
        let request = rig.client.post(rig.url("/v1/chat/completions"));
        let request = request
            .bearer_auth(&made.token)
            .header("content-type", "application/json")
            .body(body);
        let answer = request.send().await.expect("an answer");
        answer.status().as_u16()
    };
    let messages = r#""messages":[{"role":"user","content":"hi"}]"#;
    let cheap = r#""model":"Qwen/Qwen3-8B""#;
    assert_eq!(raw(format!("{{{cheap},{messages}}}")).await, 200);
    let twice = format!(r#"{{"model":"{MODEL}",{messages},{cheap}}}"#);
    assert_eq!(raw(twice).await, 403);
    let by_case = format!(r#"{{"Model":"{MODEL}",{messages},{cheap}}}"#);
    assert_eq!(raw(by_case).await, 403);
    let long = "x".repeat(2 << 20);
    let behind = format!(r#"{{{cheap},"user":"{long}",{messages},"model":"{MODEL}"}}"#);
    assert_eq!(raw(behind).await, 403);
    assert_eq!(rig.hits("/v1/chat/completions").len(), 1);
}

/// Tokens that were taken back are nobody's, also where none is needed.
#[tokio::test]
async fn a_revoked_token_is_refused_where_none_is_needed() {
    let rig = Rig::with(RigOptions {
        settings: "require_token = false\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let made = create(&rig, "cursor", ClientLimits::default()).await;
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 200);
    revoke(&rig, &made.client.id).await;
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 401);
    assert_eq!(chat_as(&rig, "sk-anything", MODEL).await.status, 200);
}

/// An alias is allowed by its own name, or when all that stands behind it is.
#[tokio::test]
async fn an_alias_is_no_way_around() {
    let aliases = "[aliases]\ncheap = [\"Qwen/Qwen3-8B\"]\nmixed = [\"Qwen/Qwen3-8B\", \"deepseek-ai/DeepSeek-V3\"]\ndear = [\"deepseek-ai/DeepSeek-V3\"]\n";
    let rig = Rig::with(RigOptions {
        settings: aliases.to_owned(),
        ..RigOptions::default()
    })
    .await;
    let made = create(&rig, "cursor", models(&["Qwen/*"])).await;
    assert_eq!(chat_as(&rig, &made.token, "cheap").await.status, 200);
    assert_eq!(chat_as(&rig, &made.token, "mixed").await.status, 403);
    assert_eq!(chat_as(&rig, &made.token, "dear").await.status, 403);
    let named = create(&rig, "cline", models(&["dear"])).await;
    assert_eq!(chat_as(&rig, &named.token, "dear").await.status, 200);
    assert_eq!(chat_as(&rig, &named.token, MODEL).await.status, 403);
}

#[tokio::test]
async fn a_token_keeps_its_pace() {
    let clock = Arc::new(ManualClock::at(1_760_000_000_000));
    let rig = Rig::with(RigOptions {
        clock: Some(Arc::<ManualClock>::clone(&clock)),
        ..RigOptions::default()
    })
    .await;
    let limits = ClientLimits {
        requests_per_minute: Some(6),
        ..ClientLimits::default()
    };
    let made = create(&rig, "cursor", limits).await;
    for _ in 0..6 {
        assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 200);
    }
    let seen = chat_as(&rig, &made.token, MODEL).await;
    assert_eq!((seen.status, seen.error()), (429, "client_rate_limited"));
    assert_eq!(seen.json()["error"]["type"], "rate_limit_error");
    let wait: u64 = seen.header("retry-after").parse().unwrap();
    assert_eq!(wait, 10);
    assert_eq!(rig.chat(MODEL).await.status(), 200, "the other token");
    // Another look at the table is no way past it.
    let change = UpdateClientRequest {
        id: made.client.id.clone(),
        name: Some("cursor 2".to_owned()),
        limits: None,
        capture_minutes: None,
    };
    let view = rig.app.update_client(change).await.unwrap();
    assert_eq!(
        (view.name.as_str(), view.limits.requests_per_minute),
        ("cursor 2", Some(6))
    );
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 429);
    clock.advance_ms(wait * 1_000);
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 200);
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 429);
}

/// What another process changes is in force within a second or two.
#[tokio::test]
async fn another_process_revokes() {
    let rig = Rig::with(in_file()).await;
    let made = create(&rig, "cursor", ClientLimits::default()).await;
    let mut events = rig.app.subscribe();
    // The look for changes must have seen the file once before it changes.
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 200);
    let clock = Arc::new(SystemClock::new());
    let (beside, _) = Store::open(rig.folder(), clock).unwrap();
    assert!(beside.revoke_client(&made.client.id).unwrap());
    hear_of_clients(&mut events).await;
    assert_eq!(chat_as(&rig, &made.token, MODEL).await.status, 401);
}
