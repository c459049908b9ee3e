//! S12: whatever is sent, there is an answer, and it is never a fault of ours.

use std::time::Instant;

use flowkeep_tests::{MODEL, Rig, Seen};
use http::Method;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

const ROUTES: [&str; 30] = [
    "chat/completions",
    "messages",
    "messages/count_tokens",
    "responses",
    "completions",
    "embeddings",
    "rerank",
    "images/generations",
    "image/generations",
    "audio/speech",
    "audio/transcriptions",
    "audio/voice/list",
    "audio/voice/deletions",
    "audio/reference",
    "audio/reference/delete",
    "uploads/audio/voice",
    "video/submit",
    "video/status",
    "video/generations",
    "files",
    "files/file-1",
    "files/file-1/content",
    "batches",
    "batches/batch_1",
    "batches/batch_1/cancel",
    "models",
    "models/deepseek-ai/DeepSeek-V3",
    "user/info",
    "user/models",
    "never/heard/of",
];

/// A request as a fuzzer makes it.
#[derive(Clone, Debug)]
struct Odd {
    method: Method,
    path: String,
    content_type: String,
    body: Vec<u8>,
}

fn json() -> impl Strategy<Value = Vec<u8>> {
    let value = prop::sample::select(vec![
        "null",
        "true",
        "-1",
        "1e400",
        "0.5",
        "\"\"",
        "\"x\"",
        "\"\\u0000\"",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "{\"role\":1}",
        "[{\"role\":\"user\",\"content\":[null]}]",
        "\"speech:x\"",
    ]);
    let name = prop::sample::select(vec![
        "model",
        "messages",
        "stream",
        "input",
        "prompt",
        "voice",
        "uri",
        "requestId",
        "tools",
        "max_tokens",
        "input_file_id",
        "endpoint",
        "metadata",
        "previous_response_id",
        "size",
        "n",
        "stream_options",
        "system",
        "query",
        "documents",
        "usage",
    ]);
    prop::collection::vec((name, value), 0..6).prop_map(|fields| {
        let mut parts: Vec<String> = Vec::new();
        for (name, value) in fields {
            parts.push(format!("\"{name}\":{value}"));
        }
        if parts.len().is_multiple_of(2) {
            parts.push(format!("\"model\":\"{MODEL}\""));
        }
        format!("{{{}}}", parts.join(",")).into_bytes()
    })
}

fn form() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "model",
        "file",
        "purpose",
        "text",
        "customName",
        "",
        "\"",
    ]);
    let part = (name, prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(name, content)| {
        let head = format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        [head.as_bytes(), &content, b"\r\n"].concat()
    });
    let end = prop::sample::select(vec!["--b--\r\n", "--b\r\n", "--", ""]);
    (prop::collection::vec(part, 0..4), end)
        .prop_map(|(parts, end)| [parts.concat(), end.as_bytes().to_vec()].concat())
}

fn odd() -> impl Strategy<Value = Odd> {
    let method = prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    let query = prop_oneof![Just(String::new()), "\\?[a-z_]{1,8}=[!-~&&[^#]]{0,12}"];
    let body = prop_oneof![
        json().prop_map(|body| ("application/json", body)),
        form().prop_map(|body| ("multipart/form-data; boundary=b", body)),
        prop::collection::vec(any::<u8>(), 0..60).prop_map(|body| ("application/json", body)),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(|body| ("text/plain", body)),
    ];
    let route = prop::sample::select(ROUTES.to_vec());
    (method, route, query, body).prop_map(|(method, route, query, (content_type, body))| Odd {
        method: method.parse().expect("a method"),
        path: format!("/v1/{route}{query}"),
        content_type: content_type.to_owned(),
        body,
    })
}

/// Hundreds of odd requests: each is answered, none with an internal error, and
/// the gateway serves as before.
#[tokio::test]
async fn no_request_is_an_internal_error() {
    let rig = Rig::start().await;
    let mut runner = TestRunner::deterministic();
    let strategy = odd();
    for _ in 0..600 {
        let odd = strategy.new_tree(&mut runner).expect("a request").current();
        let sent = Instant::now();
        let request = rig.client.request(odd.method.clone(), rig.url(&odd.path));
        let request = request
            .bearer_auth(&rig.token)
            .header("content-type", &odd.content_type)
            .body(odd.body.clone());
        let seen = Seen::read(request.send().await.expect("an answer"), sent).await;
        assert_ne!(seen.status, 500, "{odd:?}: {}", seen.text());
        let ours = seen.status >= 500 && !seen.error().is_empty();
        assert!(!ours, "{} for {odd:?}: {}", seen.status, seen.text());
        assert!(!seen.broke_off, "{odd:?}");
    }
    assert!(rig.ask_chat(MODEL, false).await.is_whole());
}
