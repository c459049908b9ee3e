//! Good answers that look strange on the wire: what the upstream sends is what
//! the client gets, byte for byte, and is understood all the same.

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};
use serde_json::{Value, json};

/// What differs between two answers to the same question: id and time.
fn without_names(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let head = &line[..line.len().min(256)];
        let text = String::from_utf8_lossy(head);
        match text.find("\"model\"") {
            Some(at) if text.contains("\"id\":") => out.extend_from_slice(&line[at..]),
            _ => out.extend_from_slice(line),
        }
    }
    out
}

/// The same question, asked of the upstream itself.
async fn directly(rig: &Rig, body: &Value) -> Vec<u8> {
    let url = format!("{}/chat/completions", rig.simulator.base_url());
    let response = rig
        .client
        .post(url)
        .bearer_auth(sample_key("alpha"))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

/// F18, F19: one byte at a time, split characters, CR LF, comments, a line of
/// ten megabytes.
#[tokio::test]
async fn streams_of_any_texture_pass_to_the_byte() {
    let rig = Rig::start().await;
    let models = [
        "sim/dribble",
        "sim/crlf",
        "sim/comments",
        "sim/huge-line:10485760",
        "sim/usage-last",
    ];
    for (at, model) in models.into_iter().enumerate() {
        let body = json!({"model": model, "stream": true, "messages": [
            {"role": "user", "content": "你好, 世界 — hello 🌏"}]});
        let original = directly(&rig, &body).await;
        let seen = rig.ask("/v1/chat/completions", &body).await;
        assert!(seen.is_whole(), "{model}");
        assert_eq!(seen.body.len(), original.len(), "{model}");
        assert!(
            without_names(&seen.body) == without_names(&original),
            "{model}"
        );
        let hit = rig.upstream_hits().await.pop().unwrap();
        assert_eq!(hit.bytes_sent, seen.body.len() as u64, "{model}");
        let rows = rig.settled_rows().await;
        assert_eq!(rows.len(), at + 1);
        let (row, told) = (&rows[at], hit.told.unwrap());
        assert_eq!(
            (row.outcome, row.attempts),
            (Outcome::Success, 1),
            "{model}"
        );
        assert_eq!(
            row.prompt_tokens,
            i64::try_from(told.prompt).ok(),
            "{model}"
        );
        assert_eq!(
            row.completion_tokens,
            i64::try_from(told.completion).ok(),
            "{model}"
        );
    }
}

/// F18: a document that dribbles in is read like any other.
#[tokio::test]
async fn a_dribbling_document_passes_to_the_byte() {
    let rig = Rig::start().await;
    let chat = rig.ask_chat("sim/dribble", false).await;
    let message = rig.ask_message("sim/dribble", false).await;
    let events = rig.ask_message("sim/dribble", true).await;
    let hits = rig.upstream_hits().await;
    let rows = rig
        .agree(&[chat.clone(), message.clone(), events.clone()])
        .await;
    for ((seen, hit), row) in [chat, message, events].iter().zip(&hits).zip(&rows) {
        assert!(seen.is_whole());
        assert_eq!(hit.bytes_sent, seen.body.len() as u64);
        let told = hit.told.unwrap();
        assert_eq!(row.prompt_tokens, i64::try_from(told.prompt).ok());
        assert_eq!(row.completion_tokens, i64::try_from(told.completion).ok());
    }
}

/// F55: a large document passes identical, and its usage is found at its end.
#[tokio::test]
async fn a_large_document_passes_identical() {
    let rig = Rig::with(RigOptions::default()).await;
    let text = "数据 data ".repeat(2 << 20);
    let usage = r#""usage":{"prompt_tokens":31,"completion_tokens":7,"total_tokens":38}"#;
    let document =
        format!(r#"{{"id":"x","choices":[{{"message":{{"content":"{text}"}}}}],{usage}}}"#);
    let behaviour = Behaviour::Status {
        status: 200,
        body: Some(document.clone()),
        retry_after: None,
    };
    rig.simulator.set_behaviour(Scope::All, behaviour);
    let seen = rig.ask_chat(MODEL, false).await;
    assert!(
        seen.body == document.as_bytes(),
        "{} bytes of {}",
        seen.body.len(),
        document.len()
    );
    assert_eq!(seen.header("content-length"), document.len().to_string());
    let rows = rig.agree(&[seen]).await;
    assert_eq!(
        (rows[0].prompt_tokens, rows[0].completion_tokens),
        (Some(31), Some(7))
    );
}
