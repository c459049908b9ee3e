//! F55: the corners of HTTP/1 that tools and scripts use.

use flowkeep_tests::{MODEL, RawClient, Rig};

use super::columns::{rig_before, whole};
use super::upstream::{MARK, Upstream};

/// The client waits for leave to send; the upstream is not asked for it.
#[tokio::test]
async fn expect_continue_is_answered_here() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    upstream.answer(whole("200 OK", "application/json", b"{}"));
    let body = Rig::chat_body(MODEL, false).to_string();
    let length = format!("content-length: {}", body.len());
    let mark = format!("{MARK}: 1");
    let headers = [
        "content-type: application/json",
        &length,
        &mark,
        "expect: 100-continue",
    ];
    let mut client = RawClient::connect(&rig).await;
    client
        .send(rig.raw_head("POST", "/v1/chat/completions", &headers))
        .await;
    let leave = client.read_until("\r\n\r\n").await;
    assert_eq!(leave, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(&body).await;
    let (head, answer) = client.read_answer().await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(answer, "{}");
    let got = &upstream.heard()[0];
    assert_eq!(got.body, body.as_bytes());
    assert_eq!(got.header("expect"), None);
}

/// What is refused by its head is refused before its body is sent.
#[tokio::test]
async fn expect_continue_is_refused_by_the_head() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for (method, kind, status) in [
        ("PUT", "application/json", "405"),
        ("POST", "text/plain", "415"),
        ("POST", "multipart/form-data", "400"),
    ] {
        let path = if kind.starts_with("multi") {
            "/v1/files"
        } else {
            "/v1/chat/completions"
        };
        let kind = format!("content-type: {kind}");
        let headers = [&*kind, "content-length: 9999999", "expect: 100-continue"];
        let mut client = RawClient::connect(&rig).await;
        client.send(rig.raw_head(method, path, &headers)).await;
        let head = client.read_until("\r\n\r\n").await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    }
    assert!(upstream.heard().is_empty());
}

/// HTTP/1.0: no chunks, no `Host`, and the end of the connection is the end.
#[tokio::test]
async fn http_1_0_gets_a_body_without_chunks() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    let body = Rig::chat_body(MODEL, false).to_string();
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\
        transfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n6\r\n\": 1 }\r\n0\r\n\r\n";
    let sized = whole("200 OK", "application/json", b"{\"a\": 1 }");
    for answer in [chunked.as_bytes().to_vec(), sized] {
        upstream.answer(answer);
        let token = &rig.token;
        let length = body.len();
        let request = format!(
            "POST /v1/chat/completions HTTP/1.0\r\nauthorization: Bearer {token}\r\n{MARK}: 1\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let mut client = RawClient::connect(&rig).await;
        client.send(request).await;
        let answer = client.read_to_end().await;
        let (head, received) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
        assert_eq!(received, "{\"a\": 1 }");
        assert_eq!(upstream.heard()[0].body, body.as_bytes());
    }
}

/// Requests that are sent ahead are answered in their order.
#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    upstream.answer(whole("200 OK", "application/json", b"{}"));
    let mark = format!("{MARK}: 1");
    let mut requests = String::new();
    for at in 0..4 {
        requests += &rig.raw_head("GET", &format!("/v1/thing/{at}"), &[&mark]);
        requests += &rig.raw_head("GET", "/v1/chat/completions", &[]);
    }
    let mut client = RawClient::connect(&rig).await;
    client.send(requests).await;
    for _ in 0..4 {
        let (head, _) = client.read_answer().await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let (head, _) = client.read_answer().await;
        assert!(head.starts_with("HTTP/1.1 405 "), "{head}");
    }
    let heard: Vec<String> = upstream
        .heard()
        .into_iter()
        .map(|heard| heard.target)
        .collect();
    assert_eq!(
        heard,
        ["/v1/thing/0", "/v1/thing/1", "/v1/thing/2", "/v1/thing/3"]
    );
}
