//! What is kept of what passes.

use std::time::Instant;

use flowkeep_contract::{ClientLimits, ExportFormat, LeftOut, Outcome, RequestFilter};
use flowkeep_simulator::{Behaviour, Entry, Scope};
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{BareUpstream, MODEL, PATIENCE, RawClient, Rig, RigOptions, Seen};
use serde_json::{Value, json};

use super::{DEFAULT, capture, details, sole, text};
use crate::clients::{ask_as, create};

const CHAT: &str = "/v1/chat/completions";

fn is_json(named: Option<&str>) -> bool {
    named.is_some_and(|named| named.starts_with("application/json"))
}

#[tokio::test]
async fn nothing_is_kept_unless_it_was_asked_for_and_then_of_one_token_only() {
    let rig = Rig::start().await;
    let tool = create(&rig, "Cursor", ClientLimits::default()).await;
    let body = Rig::chat_body(MODEL, false);
    let ask = |token: String| {
        let (rig, body) = (&rig, &body);
        async move { ask_as(rig, &token, CHAT, body).await.status }
    };
    assert_eq!(ask(rig.token.clone()).await, 200);
    assert_eq!(ask(tool.token.clone()).await, 200);
    assert_eq!(tool.client.capture_until_ms, None);
    assert!(
        capture(&rig, &tool.client.id, 60)
            .await
            .capture_until_ms
            .is_some()
    );
    assert_eq!(ask(rig.token.clone()).await, 200);
    assert_eq!(ask(tool.token.clone()).await, 200);
    assert_eq!(
        capture(&rig, &tool.client.id, 0).await.capture_until_ms,
        None
    );
    capture(&rig, DEFAULT, 60).await;
    assert_eq!(ask(rig.token.clone()).await, 200);
    assert_eq!(ask(tool.token.clone()).await, 200);
    let all = details(&rig).await;
    let kept: Vec<bool> = all.iter().map(|one| one.bodies.is_some()).collect();
    assert_eq!(kept, [false, false, false, true, true, false]);
    assert_eq!(assert_balanced(rig.folder()), 6);
}

#[tokio::test]
async fn a_chat_is_kept_as_it_passed() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let body = Rig::chat_body(MODEL, false);
    let seen = rig.ask(CHAT, &body).await;
    let kept = sole(&rig).await;
    assert_eq!(text(&kept.request), body.to_string());
    assert_eq!(kept.request.bytes, body.to_string().len() as u64);
    assert_eq!(text(&kept.response), seen.text());
    assert_eq!(kept.response.bytes, seen.body.len() as u64);
    for body in [&kept.request, &kept.response] {
        assert!(is_json(body.content_type.as_deref()), "{body:?}");
        assert_eq!((body.is_cut, body.left_out), (false, None));
    }
}

#[tokio::test]
async fn a_stream_is_kept_as_it_passed() {
    for path in [CHAT, "/v1/messages"] {
        let rig = Rig::start().await;
        capture(&rig, DEFAULT, 60).await;
        let mut body = Rig::chat_body(MODEL, true);
        body["max_tokens"] = 64.into();
        let seen = rig.ask(path, &body).await;
        assert!(seen.is_whole());
        let kept = sole(&rig).await;
        assert_eq!(text(&kept.response), seen.text());
        let named = kept.response.content_type.as_deref();
        assert!(named.is_some_and(|named| named.starts_with("text/event-stream")));
    }
}

/// What went upstream and came from there, whatever the client's protocol was.
#[tokio::test]
async fn responses_are_kept_as_the_chat_that_they_became() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let body = json!({"model": MODEL, "input": "a question", "stream": true});
    let seen = rig.ask("/v1/responses", &body).await;
    assert!(seen.is_whole(), "{}", seen.text());
    let kept = sole(&rig).await;
    let sent: Value = serde_json::from_str(text(&kept.request)).expect("a chat");
    assert_eq!(sent["messages"][0]["content"], "a question");
    assert!(text(&kept.response).contains("chat.completion.chunk"));
    let hit = &rig.hits(CHAT)[0];
    assert_eq!(kept.request.bytes, hit.body_bytes);
}

/// The model that an alias stands for is what went upstream.
#[tokio::test]
async fn an_alias_is_kept_as_the_model_behind_it() {
    let rig = Rig::with(RigOptions {
        settings: format!("[aliases]\nfast = [\"{MODEL}\"]\n"),
        ..RigOptions::default()
    })
    .await;
    capture(&rig, DEFAULT, 60).await;
    assert_eq!(rig.ask_chat("fast", false).await.status, 200);
    let kept = sole(&rig).await;
    let sent: Value = serde_json::from_str(text(&kept.request)).expect("a chat");
    assert_eq!(sent["model"], MODEL);
}

#[tokio::test]
async fn an_error_of_the_upstream_is_kept() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let seen = rig.ask_chat("sim/status:400", true).await;
    assert_eq!(seen.status, 400);
    let kept = sole(&rig).await;
    assert_eq!(text(&kept.response), seen.text());
    assert!(text(&kept.request).contains("sim/status:400"));
}

/// One capture however many accounts were asked, with the answer that the client got.
#[tokio::test]
async fn failover_leaves_one_capture() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let hiccup = Behaviour::StatusThenOk {
        status: 503,
        body: Some("{\"code\":50501,\"message\":\"first answer\",\"data\":null}".to_owned()),
        retry_after: None,
        times: 1,
    };
    rig.simulator.set_behaviour(Scope::All, hiccup);
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.attempts()), (200, 2));
    let kept = sole(&rig).await;
    assert_eq!(text(&kept.response), seen.text());
    assert_eq!(
        text(&kept.request),
        Rig::chat_body(MODEL, false).to_string()
    );
}

/// What Flowkeep answers itself, and what it refuses.
#[tokio::test]
async fn what_never_went_upstream_is_kept_as_it_was_asked() {
    let rig = Rig::start().await;
    let limits = ClientLimits {
        models: vec!["Qwen/*".to_owned()],
        ..ClientLimits::default()
    };
    let tool = create(&rig, "Cursor", limits).await;
    capture(&rig, &tool.client.id, 60).await;
    let body = Rig::chat_body(MODEL, false);
    let seen = ask_as(&rig, &tool.token, CHAT, &body).await;
    assert_eq!(seen.error(), "model_not_allowed");
    let kept = sole(&rig).await;
    assert_eq!(text(&kept.request), body.to_string());
    assert_eq!((kept.response.bytes, kept.response.text), (0, None));
}

/// Half a megabyte, whole; and two, which stream: of both the beginning is kept,
/// and the bytes are counted.
#[tokio::test]
async fn a_long_body_is_cut_and_counted() {
    let rig = Rig::with(RigOptions {
        settings: "replay_mib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    capture(&rig, DEFAULT, 60).await;
    for size in [500 << 10, 2 << 20] {
        let words = "数据 data ".repeat(size / 13);
        let mut body = Rig::chat_body(MODEL, false);
        body["user"] = words.into();
        let seen = rig.ask(CHAT, &body).await;
        assert_eq!(seen.status, 200);
        let all = details(&rig).await;
        let kept = all.last().unwrap().bodies.clone().expect("kept");
        let hit = rig.hits(CHAT).pop().unwrap();
        let bytes = hit.body_bytes;
        assert_eq!(kept.request.bytes, bytes, "as the upstream counted");
        assert!(bytes > size as u64 * 9 / 10 && kept.request.is_cut);
        let text = text(&kept.request);
        assert!(
            (64 * 1_024 - 3..=64 * 1_024).contains(&text.len()),
            "{}",
            text.len()
        );
        assert!(hit.body.as_deref().unwrap().starts_with(text.as_bytes()));
        assert!(!kept.response.is_cut);
    }
}

#[tokio::test]
async fn a_form_is_counted_and_not_kept() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let form = "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\
        FunAudioLLM/SenseVoiceSmall\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; \
        filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF sentinel\r\n--x--\r\n";
    let request = rig.client.post(rig.url("/v1/audio/transcriptions"));
    let request = request
        .bearer_auth(&rig.token)
        .header("content-type", "multipart/form-data; boundary=x")
        .body(form);
    let seen = Seen::read(request.send().await.unwrap(), Instant::now()).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let kept = sole(&rig).await;
    assert_eq!(
        (&kept.request.text, kept.request.left_out),
        (&None, Some(LeftOut::Binary))
    );
    assert_eq!(kept.request.bytes, form.len() as u64);
    assert_eq!(text(&kept.response), seen.text());
}

/// Spoken words, and an answer that came compressed though nobody asked for that.
#[tokio::test]
async fn what_cannot_be_read_is_only_counted() {
    for (headers, body, why) in [
        (
            "content-type: audio/mpeg\r\n",
            "ID3 some sound",
            LeftOut::Binary,
        ),
        (
            "content-type: application/json\r\ncontent-encoding: gzip\r\n",
            "\u{1f}some gzip",
            LeftOut::Compressed,
        ),
    ] {
        let head = format!(
            "HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        let upstream = BareUpstream::saying((head + body).into_bytes()).await;
        let rig = Rig::with(RigOptions {
            upstream: Some(upstream.base_url()),
            ..RigOptions::default()
        })
        .await;
        capture(&rig, DEFAULT, 60).await;
        let seen = rig.ask_chat(MODEL, false).await;
        assert_eq!(seen.text(), body);
        let kept = sole(&rig).await;
        assert_eq!(
            (kept.response.text, kept.response.left_out),
            (None, Some(why))
        );
        assert_eq!(kept.response.bytes, body.len() as u64);
    }
}

/// What was seen of a stream that the client left.
#[tokio::test]
async fn a_client_that_leaves_leaves_what_it_saw() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let mut client = RawClient::connect(&rig).await;
    let body = Rig::chat_body("sim/stall:3", true);
    client.send(rig.raw_post(CHAT, &body)).await;
    for _ in 0..3 {
        client.read_until("data: ").await;
    }
    drop(client);
    let left = |entries: &[Entry]| {
        entries
            .iter()
            .any(|entry| entry.client_closed_at_ms.is_some())
    };
    assert!(rig.simulator.ledger().wait_for(left, PATIENCE).await);
    let all = details(&rig).await;
    assert_eq!(all[0].request.outcome, Outcome::ClientClosed);
    let kept = all[0].bodies.as_ref().expect("its bodies are kept");
    assert_eq!(text(&kept.request), body.to_string());
    assert_eq!(text(&kept.response).matches("data: ").count(), 3);
    assert!(!text(&kept.response).contains("[DONE]"));
}

/// Nothing but the details of a request shows them.
#[tokio::test]
async fn lists_and_exports_do_not_show_bodies() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    let body = json!({"model": MODEL, "messages": [{"role": "user", "content": "sentinel words"}]});
    assert_eq!(rig.ask(CHAT, &body).await.status, 200);
    assert!(text(&sole(&rig).await.request).contains("sentinel words"));
    let rows = serde_json::to_string(&rig.settled_rows().await).unwrap();
    assert!(!rows.contains("sentinel words"));
    for format in [ExportFormat::Csv, ExportFormat::Jsonl] {
        let filter = RequestFilter::default();
        let records = rig.app.records();
        let mut export = records.export_requests(format, filter).unwrap();
        let mut all = Vec::new();
        while let Some(piece) = export.next_piece().unwrap() {
            all.extend_from_slice(&piece);
        }
        let all = String::from_utf8(all).unwrap();
        assert!(all.contains("deepseek") && !all.contains("sentinel words"));
    }
}
