//! Good answers that look strange on the wire: what the upstream sends is what
//! the client gets, byte for byte, and is understood all the same.

use std::time::Duration;

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope, sample_key};
use flowkeep_tests::{BareUpstream, MODEL, Rig, RigOptions};
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

/// F19: a byte order mark, and each kind of line end.
#[tokio::test]
async fn a_byte_order_mark_passes_and_hides_nothing() {
    let usage = r#"{"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
    for (body, kind) in [
        (
            format!("\u{feff}data: {usage}\r\n\r\ndata: [DONE]\r\n\r\n"),
            "text/event-stream",
        ),
        (
            format!("\u{feff}data: {usage}\n\ndata: [DONE]\n\n"),
            "text/event-stream",
        ),
        (format!("\u{feff}{usage}\r\n"), "application/json"),
    ] {
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
        let upstream = BareUpstream::saying(head + &body).await;
        let rig = Rig::with(RigOptions {
            upstream: Some(upstream.base_url()),
            ..RigOptions::default()
        })
        .await;
        let seen = rig.ask_chat(MODEL, kind == "text/event-stream").await;
        assert_eq!((seen.status, seen.text()), (200, body));
        let rows = rig.settled_rows().await;
        assert_eq!((rows[0].outcome, rows[0].attempts), (Outcome::Success, 1));
        assert_eq!(
            (rows[0].prompt_tokens, rows[0].completion_tokens),
            (Some(3), Some(1))
        );
    }
}

/// F17: blanks before a document, with which some upstreams keep a connection
/// alive, are patience and no empty answer.
#[tokio::test]
async fn blanks_before_a_document_are_waited_through() {
    const DOCUMENT: &str =
        r#"{"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
    let upstream = BareUpstream::start(|mut asked| async move {
        asked.skip_body().await?;
        asked
            .say("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
            .await?;
        for blank in ["\n", " ", "\r\n", "\n\n"] {
            asked.say_chunk(blank.as_bytes()).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        asked.say_chunk(DOCUMENT.as_bytes()).await?;
        asked.say("0\r\n\r\n").await?;
        asked.close().await
    })
    .await;
    let rig = Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        ..RigOptions::default()
    })
    .await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.attempts()), (200, 1), "{}", seen.text());
    assert_eq!(seen.text(), format!("\n \r\n\n\n{DOCUMENT}"));
    let rows = rig.settled_rows().await;
    assert_eq!(
        (rows[0].outcome, rows[0].prompt_tokens),
        (Outcome::Success, Some(3))
    );
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
