//! HTTP as clients really speak it: uploads, 100-continue, HTTP/1.0, HEAD,
//! pipelining.

use flowkeep_contract::Outcome;
use flowkeep_tests::{MODEL, RawClient, Rig, Seen};
use serde_json::Value;
use std::time::Instant;

/// F55: an upload of 25 MB arrives identical.
#[tokio::test]
async fn a_large_multipart_upload_arrives_identical() {
    let rig = Rig::start().await;
    let mut body =
        b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
    let mut state = 1_u32;
    body.extend(
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(25_000_000),
    );
    body.extend_from_slice(b"\r\n--b--\r\n");
    let sent = Instant::now();
    let response = rig
        .client
        .post(rig.url("/v1/files"))
        .bearer_auth(&rig.token)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body.clone())
        .send()
        .await
        .unwrap();
    let seen = Seen::read(response, sent).await;
    let refused = r#"{"code":20015,"message":"Field required","data":null}"#;
    assert_eq!((seen.status, seen.text().as_str()), (400, refused));
    println!("F55: 25 MB passed in {:?}", seen.took);
    let hits = rig.upstream_hits().await;
    assert_eq!(hits[0].body_bytes, body.len() as u64);
    assert!(
        hits[0].body.as_deref() == Some(body.as_slice()),
        "identical"
    );
    assert_eq!(
        hits[0].header("content-length"),
        Some(body.len().to_string().as_str())
    );
    assert_eq!(
        hits[0].header("content-type"),
        Some("multipart/form-data; boundary=b")
    );
    let rows = rig.agree(&[seen]).await;
    assert_eq!(
        (rows[0].outcome, rows[0].route.as_str()),
        (Outcome::Rejected, "files")
    );
}

/// F55: a client that waits for leave to send its body gets it, unless it is
/// refused anyway.
#[tokio::test]
async fn expect_100_continue_is_honoured() {
    let rig = Rig::start().await;
    let body = Rig::chat_body(MODEL, false).to_string();
    let length = format!("content-length: {}", body.len());
    let headers = [
        "content-type: application/json",
        &length,
        "expect: 100-continue",
    ];
    let head = rig.raw_head("POST", "/v1/chat/completions", &headers);
    let mut client = RawClient::connect(&rig).await;
    client.send(&head).await;
    client.read_until("HTTP/1.1 100 Continue\r\n\r\n").await;
    client.send(&body).await;
    let answer = client.read_until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let too_long = format!("content-length: {}", 70 << 20);
    for (wrong, right, status) in [
        (rig.token.as_str(), "sk-wrong", 401),
        (length.as_str(), too_long.as_str(), 413),
        ("application/json", "text/plain", 415),
        ("/v1/chat", "/v1/a;b", 400),
        ("POST", "PUT", 405),
    ] {
        let mut refused = RawClient::connect(&rig).await;
        refused.send(head.replace(wrong, right)).await;
        // No body is sent: the answer must come all the same, and alone.
        let answer = refused.read_until("\r\n\r\n").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    assert_eq!(rig.upstream_hits().await.len(), 1);
    assert_eq!(rig.settled_rows().await.len(), 1);
}

/// F55: HTTP/1.0 has no chunks and ends with the connection.
#[tokio::test]
async fn http_1_0_gets_plain_bytes_and_a_closed_connection() {
    let rig = Rig::start().await;
    for stream in [false, true] {
        let post = rig.raw_post("/v1/chat/completions", &Rig::chat_body(MODEL, stream));
        let mut client = RawClient::connect(&rig).await;
        client.send(post.replacen("HTTP/1.1", "HTTP/1.0", 1)).await;
        let answer = client.read_to_end().await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
        if stream {
            assert!(
                body.starts_with("data: {") && body.ends_with("data: [DONE]\n\n"),
                "{body}"
            );
        } else {
            let document: Value = serde_json::from_str(body).unwrap();
            assert!(document["usage"]["total_tokens"].is_u64());
        }
    }
    let rows = rig.settled_rows().await;
    assert_eq!((rows.len(), rig.upstream_hits().await.len()), (2, 2));
    assert!(rows.iter().all(|row| row.outcome == Outcome::Success));
}

/// F55: an HTTP/1.0 client that asks for it keeps its connection, as long as an
/// answer can tell its length.
#[tokio::test]
async fn http_1_0_keeps_a_connection_when_asked() {
    let rig = Rig::start().await;
    let path = "/v1/chat/completions";
    let post = |stream| {
        let body = Rig::chat_body(MODEL, stream).to_string();
        let length = format!("content-length: {}", body.len());
        let json = "content-type: application/json";
        let head = rig.raw_head("POST", path, &[json, &length, "connection: keep-alive"]);
        head.replacen("HTTP/1.1", "HTTP/1.0", 1) + &body
    };
    let mut client = RawClient::connect(&rig).await;
    for _ in 0..3 {
        client.send(post(false)).await;
        let (head, body) = client.read_answer().await;
        assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
        assert!(head.contains("connection: keep-alive\r\n"), "{head}");
        assert!(body.ends_with('}'), "{body}");
    }
    client.send(post(true)).await;
    let answer = client.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    assert!(!answer.contains("transfer-encoding"), "{answer}");
    assert!(answer.ends_with("data: [DONE]\n\n"), "{answer}");
    assert_eq!(rig.settled_rows().await.len(), 4);
}

/// F55: HEAD has a head only, OPTIONS is nobody's, and the connection goes on.
#[tokio::test]
async fn head_and_options_keep_the_connection_in_order() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    client.send(rig.raw_head("HEAD", "/v1/models", &[])).await;
    let answer = client.read_until("\r\n\r\n").await;
    // The upstream is asked with GET, which the simulator knows.
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    client
        .send(rig.raw_head("OPTIONS", "/v1/chat/completions", &[]))
        .await;
    let (answer, _) = client.read_answer().await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    client
        .send(rig.raw_post("/v1/chat/completions", &Rig::chat_body(MODEL, false)))
        .await;
    let answer = client.read_until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(rig.settled_rows().await.len(), 2, "OPTIONS is not relayed");
    assert_eq!(rig.simulator.ledger().count(), 2);
}

/// F55, F56: requests that come before the answer to the last are answered in
/// their order, never interleaved.
#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let path = "/v1/chat/completions";
    let first = rig.raw_post(path, &Rig::chat_body("sim/sse:20:5000", true));
    let second = rig.raw_post(path, &Rig::chat_body(MODEL, false));
    let third = rig.raw_post(path, &Rig::chat_body("sim/sse:3", true));
    client.send(first + &second).await;
    // The third comes in the middle of the first's stream.
    let mut stream = client.read_until("data: ").await;
    client.send(third).await;
    stream += &client.read_until("0\r\n\r\n").await;
    assert_eq!(stream.matches("HTTP/1.1 200 ").count(), 1, "{stream}");
    assert!(stream.contains("data: [DONE]"));
    let head = client.read_until("\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    assert!(length.is_some(), "{head}");
    let rest = client.read_until("0\r\n\r\n").await;
    assert!(
        rest.starts_with('{') && rest.contains("HTTP/1.1 200 "),
        "{rest}"
    );
    assert!(rest.contains("data: [DONE]"));
    let rows = rig.settled_rows().await;
    assert_eq!((rows.len(), rig.upstream_hits().await.len()), (3, 3));
    assert!(rows.iter().all(|row| row.outcome == Outcome::Success));
    let streams: Vec<bool> = rows.iter().map(|row| row.stream).collect();
    assert_eq!(streams, [true, false, true]);
}
