//! Bad input and trouble: each a clear error in the protocol's own shape, and
//! no upstream request for it.

use flowkeep_contract::{KeyState, Outcome, SetPausedRequest};
use flowkeep_simulator::{Account, Behaviour, Scope, Script, Simulator, sample_key};
use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions, Seen};
use serde_json::Value;
use std::time::Instant;

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

/// Sends a body as JSON that may be none.
async fn send(rig: &Rig, path: &str, body: &str) -> Seen {
    let sent = Instant::now();
    let response = rig
        .client
        .post(rig.url(path))
        .bearer_auth(&rig.token)
        .header("content-type", "application/json")
        .body(body.to_owned())
        .send()
        .await
        .expect("an HTTP answer");
    Seen::read(response, sent).await
}

/// An error of Flowkeep's own, in the shape of the protocol; its message.
fn is_ours(path: &str, answer: &Value, kind: &str, code: &str) -> String {
    let error = &answer["error"];
    assert_eq!(error["type"], kind, "{answer}");
    if path == MESSAGES {
        assert_eq!(answer["type"], "error", "{answer}");
        assert!(error.get("code").is_none(), "{answer}");
    } else {
        assert_eq!(error["code"], code, "{answer}");
        assert!(answer.get("type").is_none(), "{answer}");
    }
    let message = error["message"].as_str().expect("a message");
    assert!(message.len() > 15, "says what to do: {message}");
    message.to_owned()
}

/// The same on what a client saw.
fn is_error(path: &str, seen: &Seen, (status, kind, code): (u16, &str, &str)) -> String {
    assert_eq!(
        (seen.status, seen.error()),
        (status, code),
        "{}",
        seen.text()
    );
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(!seen.header("x-flowkeep-request-id").is_empty());
    is_ours(path, &seen.json(), kind, code)
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let rig = Rig::start().await;
    for path in [CHAT, MESSAGES] {
        for body in ["hello", "", "[]", "{\"model\":\"a\"", "\u{feff}{}x", "null"] {
            let seen = send(&rig, path, body).await;
            let expected = (400, "invalid_request_error", "invalid_json");
            let message = is_error(path, &seen, expected);
            assert!(message.contains("JSON"), "{message}");
        }
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
    assert!(rig.settled_rows().await.is_empty(), "nothing was relayed");
}

#[tokio::test]
async fn a_body_without_a_model_is_refused() {
    let rig = Rig::start().await;
    for path in [CHAT, MESSAGES] {
        for body in [
            r#"{"messages":[]}"#,
            r#"{"model":""}"#,
            r#"{"model":7}"#,
            r#"{"model":null}"#,
        ] {
            let seen = send(&rig, path, body).await;
            let message = is_error(path, &seen, (400, "invalid_request_error", "model_missing"));
            assert!(message.contains("/v1/models"), "{message}");
        }
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
}

/// 70 MiB are refused by their announced length, before they are sent.
#[tokio::test]
async fn a_body_of_seventy_mebibytes_is_refused_unread() {
    let rig = Rig::start().await;
    for path in [CHAT, MESSAGES] {
        let length = format!("content-length: {}", 70 << 20);
        let head = rig.raw_head("POST", path, &["content-type: application/json", &length]);
        let mut client = RawClient::connect(&rig).await;
        client.send(head + "{\"model\":\"").await;
        let (head, body) = client.read_answer().await;
        assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
        assert!(
            head.contains("x-flowkeep-error: body_too_large\r\n"),
            "{head}"
        );
        let body: Value = serde_json::from_str(&body).unwrap();
        let message = is_ours(path, &body, "request_too_large", "body_too_large");
        assert!(message.contains("64 MiB"), "{message}");
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
    assert!(
        rig.ask_chat(MODEL, false).await.is_whole(),
        "the gateway goes on"
    );
}

/// Without an announced length the limit is found while the body streams: the
/// upstream request is cut off and the client is told why.
#[tokio::test]
async fn a_chunked_body_over_the_limit_is_cut_off() {
    let rig = Rig::with(RigOptions {
        settings: "json_body_mib = 2\nreplay_mib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let headers = [
        "content-type: application/json",
        "transfer-encoding: chunked",
    ];
    let mut client = RawClient::connect(&rig).await;
    client.send(rig.raw_head("POST", CHAT, &headers)).await;
    let begin = "{\"model\":\"m\",\"x\":\"";
    client
        .send(format!("{:x}\r\n{begin}\r\n", begin.len()))
        .await;
    let mebibyte = [
        b"100000\r\n".to_vec(),
        vec![b'x'; 1 << 20],
        b"\r\n".to_vec(),
    ]
    .concat();
    for _ in 0..3 {
        client.send(&mebibyte).await;
    }
    let head = client.read_until("\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
    assert!(
        head.contains("x-flowkeep-error: body_too_large\r\n"),
        "{head}"
    );
    let rows = rig.settled_rows().await;
    assert_eq!((rows.len(), rows[0].status), (1, 413));
    assert_eq!(rows[0].outcome, Outcome::Rejected);
    let hits = rig.upstream_hits().await;
    assert_eq!(hits.len(), 1);
    assert!(!hits[0].completed && hits[0].body_sha256.is_none());
    assert!(
        rig.ask_chat(MODEL, false).await.is_whole(),
        "the gateway goes on"
    );
}

#[tokio::test]
async fn no_keys_at_all_says_how_to_import() {
    let rig = Rig::with(RigOptions::with_accounts(Vec::new())).await;
    let clients = [
        rig.ask_chat(MODEL, false).await,
        rig.ask_chat(MODEL, true).await,
        rig.ask_message(MODEL, false).await,
    ];
    for (path, seen) in [CHAT, CHAT, MESSAGES].into_iter().zip(&clients) {
        let kind = if path == CHAT {
            "api_error"
        } else {
            "overloaded_error"
        };
        let message = is_error(path, seen, (503, kind, "no_keys"));
        assert!(message.contains("flowkeep keys import"), "{message}");
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Refused && row.attempts == 0)
    );
}

#[tokio::test]
async fn when_every_key_is_dead_the_counts_are_named() {
    let poor = Account::new("poor", sample_key("poor")).with_balance(0, 0);
    let rig = Rig::with(RigOptions {
        more_keys: ["one", "two"]
            .map(|name| format!("{} {name}", sample_key(name)))
            .to_vec(),
        ..RigOptions::with_accounts(vec![poor])
    })
    .await;
    let mut clients = vec![rig.ask_chat(MODEL, false).await];
    assert!([402, 503].contains(&clients[0].status), "the last refusal");
    let dead = |keys: &flowkeep_contract::KeyList| {
        let is = |state| keys.keys.iter().filter(|key| key.state == state).count();
        (is(KeyState::Unauthorized), is(KeyState::Exhausted)) == (2, 1)
    };
    rig.keys_become(dead).await;
    let asked = rig.upstream_hits().await.len();
    clients.push(rig.ask_chat(MODEL, true).await);
    clients.push(rig.ask_message(MODEL, false).await);
    for (path, seen) in [CHAT, MESSAGES].into_iter().zip(&clients[1..]) {
        let kind = if path == CHAT {
            "api_error"
        } else {
            "overloaded_error"
        };
        let message = is_error(path, seen, (503, kind, "no_usable_key"));
        for part in ["3 keys", "2 unauthorized", "1 exhausted"] {
            assert!(message.contains(part), "{message}");
        }
    }
    assert_eq!(
        rig.upstream_hits().await.len(),
        asked,
        "nobody is asked any more"
    );
    rig.agree(&clients).await;
}

#[tokio::test]
async fn while_paused_every_request_is_told_so() {
    let rig = Rig::start().await;
    rig.app
        .set_paused(SetPausedRequest { paused: true })
        .await
        .unwrap();
    let mut clients = vec![
        rig.ask_chat(MODEL, false).await,
        rig.ask_message(MODEL, true).await,
    ];
    for (path, seen) in [CHAT, MESSAGES].into_iter().zip(&clients) {
        let kind = if path == CHAT {
            "api_error"
        } else {
            "overloaded_error"
        };
        let message = is_error(path, seen, (503, kind, "paused"));
        assert!(message.contains("resume"), "{message}");
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
    rig.app
        .set_paused(SetPausedRequest { paused: false })
        .await
        .unwrap();
    clients.push(rig.ask_chat(MODEL, false).await);
    assert!(clients[2].is_whole());
    rig.agree(&clients).await;
}

#[tokio::test]
async fn an_unreachable_upstream_is_said_in_each_protocol() {
    let rig = Rig::start().await;
    rig.simulator.stop().await;
    let chat = rig.ask_chat(MODEL, false).await;
    is_error(CHAT, &chat, (502, "api_error", "upstream_unreachable"));
    let message = rig.ask_message(MODEL, false).await;
    is_error(
        MESSAGES,
        &message,
        (502, "api_error", "upstream_unreachable"),
    );
    assert_eq!(rig.simulator.ledger().count(), 0);
}

/// S14: a redirect is never followed, so no key goes anywhere else.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let rig = Rig::start().await;
    let elsewhere = Simulator::start(Script::sample()).await.unwrap();
    let mut clients = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let url = format!("{}/chat/completions", elsewhere.base_url());
        rig.simulator
            .set_behaviour(Scope::All, Behaviour::Redirect { status, url });
        let chat = rig.ask_chat(MODEL, false).await;
        is_error(CHAT, &chat, (502, "api_error", "upstream_redirect"));
        let message = rig.ask_message(MODEL, true).await;
        is_error(MESSAGES, &message, (502, "api_error", "upstream_redirect"));
        for seen in [chat, message] {
            assert!(seen.header("location").is_empty());
            assert!(
                !seen.text().contains("127.0.0.1"),
                "the target is not passed on"
            );
            clients.push(seen);
        }
    }
    assert_eq!(elsewhere.ledger().count(), 0, "nobody was sent there");
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::UpstreamFailed && row.attempts == 1)
    );
}
