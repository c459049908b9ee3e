//! D17 with S16 and S17: kept bodies hold no key and no token, only an admin sees
//! them, and what was removed is in no file.

use std::path::Path;
use std::sync::Arc;

use flowkeep_contract::{GetRequestRequest, RequestDetails, UpdateClientRequest};
use flowkeep_core::clock::ManualClock;
use flowkeep_simulator::Account;
use flowkeep_tests::{MODEL, PATIENCE, Rig, RigOptions};
use serde_json::{Value, json};

use crate::admin::{access, administered, command, login};
use crate::logs::Logs;
use crate::puppet::{Puppet, chunked};
use crate::sentinel::Sentinel;

const CHAT: &str = "/v1/chat/completions";
const JSON: &str = "content-type: application/json\r\n";
const EVENTS: &str = "content-type: text/event-stream\r\n";
const DAY_MS: u64 = 86_400_000;

async fn capture(rig: &Rig) {
    let request = UpdateClientRequest {
        id: "default".to_owned(),
        name: None,
        limits: None,
        capture_minutes: Some(60),
    };
    rig.app.update_client(request).await.expect("it is changed");
}

async fn details(rig: &Rig) -> Vec<RequestDetails> {
    let mut all = Vec::new();
    for row in rig.settled_rows().await {
        let request = GetRequestRequest { id: row.id };
        all.push(rig.app.get_request(request).await.expect("a request"));
    }
    all
}

fn said(words: &str, stream: bool) -> Value {
    json!({"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": words}]})
}

/// What the pieces of a kept stream come to.
fn put_together(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let events = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let content = |event: Value| {
        let piece = event["choices"][0]["delta"]["content"].as_str();
        piece.map(str::to_owned)
    };
    events.filter_map(content).collect()
}

/// The bodies are there, and hold the key neither in one piece nor in several; nor
/// does any file.
async fn assert_clean(rig: Rig, secrets: &[&Sentinel], case: &str) {
    let all = details(&rig).await;
    let shown = serde_json::to_string(&all).unwrap();
    let mut bodies = Vec::new();
    for one in all {
        let kept = one
            .bodies
            .unwrap_or_else(|| panic!("{case}: nothing was kept"));
        bodies.extend([kept.request.text, kept.response.text]);
    }
    assert!(shown.contains("[redacted]"), "{case}: {shown}");
    let token = rig.token.clone();
    let folder = rig.stop().await;
    for sentinel in secrets {
        sentinel.assert_not_in(shown.as_bytes(), case);
        for body in bodies.iter().flatten() {
            sentinel.assert_not_in(put_together(body).as_bytes(), case);
        }
        assert!(sentinel.assert_not_below(folder.path()) > 0);
        sentinel.assert_not_in(&Logs::capture().bytes(), case);
    }
    assert!(!shown.contains(&token), "{case}: a token");
    assert!(
        !stands_below(folder.path(), token.as_bytes()),
        "{case}: a token"
    );
}

fn stands_below(folder: &Path, words: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|entry| entry.unwrap().path()).any(|path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words)
    })
}

/// A prompt with the account's own key, one of somebody else's and the client's
/// token, which the upstream repeats: whole, and four letters an event.
#[tokio::test]
async fn a_prompt_and_its_echo_lose_keys_and_tokens() {
    Logs::capture();
    for stream in [false, true] {
        let (mine, other) = (Sentinel::new("Mine"), Sentinel::new("Other"));
        let options = RigOptions::with_accounts(vec![Account::new("one", mine.key())]);
        let rig = Rig::with(options).await;
        capture(&rig).await;
        for words in [
            format!("keys:\n{}\n{} {}", mine.key(), other.key(), rig.token),
            format!("x{}\"{}\\{}", mine.key(), other.key(), rig.token),
            format!("{}{}", other.key(), rig.token),
        ] {
            let seen = rig.ask(CHAT, &said(&words, stream)).await;
            assert!(seen.is_whole());
            let heard = rig.hits(CHAT).pop().unwrap().body.unwrap();
            assert!(
                mine.form_in(&heard).or(other.form_in(&heard)).is_some(),
                "it went up"
            );
        }
        assert_clean(rig, &[&mine, &other], "an echo").await;
    }
}

/// However the upstream cuts it.
#[tokio::test]
async fn a_key_in_pieces_is_lost_too() {
    Logs::capture();
    let sentinel = Sentinel::new("Pieces");
    let key = sentinel.key().to_owned();
    let (front, back) = key.split_at(20);
    let event = |text: &str| {
        let delta = json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        format!("data: {delta}\n\n")
    };
    let document = format!("{{\"choices\":[{{\"message\":{{\"content\":\"{key}\"}}}}]}}");
    let (begin, end) = document.split_at(document.find(back).unwrap());
    let long = event("a ") + &event(front) + &event(back) + "data: [DONE]\n\n";
    let (head, tail) = long.split_at(long.find(back).unwrap() - 30);
    let letters: String = key.split_inclusive(|_| true).map(event).collect();
    for (case, answer, stream) in [
        ("two chunks", chunked("200 OK", JSON, &[begin, end]), false),
        ("two events", chunked("200 OK", EVENTS, &[head, tail]), true),
        (
            "letters",
            chunked("200 OK", EVENTS, &[&letters, "data: [DONE]\n\n"]),
            true,
        ),
        (
            "no end",
            chunked("200 OK", EVENTS, &[&event(&key), &event(front)]),
            true,
        ),
    ] {
        let puppet = Puppet::start(move |_| answer.clone()).await;
        let rig = Rig::with(RigOptions {
            upstream: Some(puppet.base_url()),
            ..RigOptions::with_accounts(vec![Account::new("one", &key)])
        })
        .await;
        capture(&rig).await;
        let seen = rig.ask(CHAT, &said("hello", stream)).await;
        assert_eq!(seen.status, 200, "{case}");
        assert_clean(rig, &[&sentinel], case).await;
    }
}

/// S16: the cut goes through a key, and its beginning does not stay.
#[tokio::test]
async fn a_key_at_the_cut_of_a_body_is_lost_too() {
    Logs::capture();
    let sentinel = Sentinel::new("Cut");
    let rig = Rig::with(RigOptions {
        settings: "capture_body_kib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    capture(&rig).await;
    let before = said("", false).to_string().find("\"content\":\"").unwrap() + 11;
    for inside in [4, 8, 12, 20, 40] {
        let words = format!("{} {}", "x".repeat(1_023 - before - inside), sentinel.key());
        assert_eq!(rig.ask(CHAT, &said(&words, false)).await.status, 200);
    }
    for one in details(&rig).await {
        let request = one.bodies.expect("it is kept").request;
        assert!(request.is_cut);
        let text = request.text.unwrap();
        assert!(text.ends_with(" [redacted]"), "{text}");
    }
    assert_clean(rig, &[&sentinel], "the cut").await;
}

/// S40: bodies are an admin's to see, and a token's owner is none.
#[tokio::test]
async fn bodies_need_the_admins_access() {
    let rig = administered().await;
    capture(&rig).await;
    assert_eq!(
        rig.ask(CHAT, &said("sentinel words", false)).await.status,
        200
    );
    let id = rig.settled_rows().await[0].id;
    let session = login(&rig).await;
    let shown = command(&rig, &session, "get_request", &json!({"id": id})).await;
    assert!(shown.text().contains("sentinel words"), "{}", shown.text());
    for stranger in [rig.token.as_str(), "", "fk-0"] {
        for (name, body) in [
            ("get_request", json!({"id": id})),
            ("clear_bodies", json!({})),
        ] {
            let seen = command(&rig, stranger, name, &body).await;
            assert_eq!(seen.status, 401, "{name}");
            assert!(!seen.text().contains("sentinel words"));
        }
    }
    let shown = command(&rig, &session, "get_request", &json!({"id": id})).await;
    assert!(
        shown.text().contains("sentinel words"),
        "nobody removed them"
    );
}

/// What has expired is overwritten, also in the write-ahead log.
#[tokio::test]
async fn what_has_expired_is_in_no_file() {
    let clock = Arc::new(ManualClock::at(1_787_400_000_000));
    let rig = Rig::with(RigOptions {
        clock: Some(Arc::<ManualClock>::clone(&clock)),
        admin: Some(access()),
        ..RigOptions::default()
    })
    .await;
    capture(&rig).await;
    let words = "a sentence that nobody else would write ".repeat(500);
    for _ in 0..5 {
        assert_eq!(rig.ask(CHAT, &said(&words, true)).await.status, 200);
    }
    rig.settled_rows().await;
    let sentence = b"a sentence that nobody else would write";
    assert!(stands_below(rig.folder(), sentence));
    clock.advance_ms(DAY_MS);
    let mut events = rig.app.subscribe();
    let gone = async {
        while stands_below(rig.folder(), sentence) {
            events.recv().await.expect("an event");
        }
    };
    tokio::time::timeout(2 * PATIENCE, gone)
        .await
        .expect("it is overwritten");
    assert_eq!(rig.settled_rows().await.len(), 5, "the rows stay");
}
