//! S11: a request has one meaning, to us and to the upstream.

use flowkeep_tests::{MODEL, Rig};

use crate::spoken::{reached, speak};

fn chat(rig: &Rig, headers: &[&str], body: &str) -> String {
    let json = "content-type: application/json";
    let headers: Vec<&str> = headers
        .iter()
        .copied()
        .chain([json, "connection: close"])
        .collect();
    rig.raw_head("POST", "/v1/chat/completions", &headers) + body
}

/// S11: lengths that contradict each other or are no lengths.
#[tokio::test]
async fn contradictory_lengths_are_refused() {
    let rig = Rig::start().await;
    let body = Rig::chat_body(MODEL, false).to_string();
    let right = format!("content-length: {}", body.len());
    let cases: [&[&str]; 8] = [
        &[&right, "content-length: 5"],
        &["content-length: 5", &right],
        &["content-length: 5, 6"],
        &["content-length: +5"],
        &["content-length: -1"],
        &["content-length: 0x10"],
        &["content-length: 99999999999999999999"],
        &["content-length: "],
    ];
    for headers in cases {
        let spoken = speak(&rig, chat(&rig, headers, &body)).await;
        assert_eq!(spoken.status, 400, "{headers:?}: {spoken:?}");
    }
    assert_eq!(reached(&rig), 0);
}

/// S11: a coding whose end we could not find.
#[tokio::test]
async fn unknown_codings_are_refused() {
    let rig = Rig::start().await;
    let body = Rig::chat_body(MODEL, false).to_string();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for coding in ["xchunked", "chunked, identity", "chunked, gzip", "identity"] {
        let header = format!("transfer-encoding: {coding}");
        let spoken = speak(&rig, chat(&rig, &[&header], &chunked)).await;
        assert_eq!(spoken.status, 400, "{coding}: {spoken:?}");
    }
    for broken in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-1\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}",
    ] {
        let spoken = speak(&rig, chat(&rig, &["transfer-encoding: chunked"], broken)).await;
        assert_eq!(spoken.status, 400, "{broken:?}: {spoken:?}");
    }
    assert_eq!(reached(&rig), 0);
}

/// S11: a second request hidden behind a lying length stays a part of the first
/// one's body; the upstream gets it framed anew.
#[tokio::test]
async fn a_smuggled_request_stays_a_body() {
    let rig = Rig::start().await;
    let smuggled = "--x\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n--x--";
    let payload = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    let headers = [
        "content-type: multipart/form-data; boundary=x",
        "content-length: 6",
        "transfer-encoding: chunked",
        "connection: close",
    ];
    let request = rig.raw_head("POST", "/v1/files", &headers) + &payload;
    let spoken = speak(&rig, request).await;
    let entries = rig.simulator.ledger().entries();
    if entries.is_empty() {
        assert_eq!(spoken.status, 400, "{spoken:?}");
        return;
    }
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].path, "/v1/files");
    assert_eq!(entries[0].body.as_deref(), Some(smuggled.as_bytes()));
    let framing = (
        entries[0].header("content-length"),
        entries[0].header("transfer-encoding"),
    );
    let length = smuggled.len().to_string();
    assert!(
        framing == (Some(length.as_str()), None) || framing == (None, Some("chunked")),
        "{framing:?}"
    );
    assert!(
        !spoken.rest.contains("HTTP/1.1"),
        "a second answer: {spoken:?}"
    );
}

/// S11: `Connection` takes away what it names, but not the pool's key.
#[tokio::test]
async fn connection_names_headers_that_stay_here() {
    let rig = Rig::start().await;
    let body = Rig::chat_body(MODEL, false).to_string();
    let length = format!("content-length: {}", body.len());
    let headers = [
        length.as_str(),
        "connection: authorization, x-foo, openai-project, host",
        "x-foo: 1",
        "openai-project: p",
        "openai-organization: o",
        "keep-alive: timeout=5",
        "te: trailers",
        "trailer: x-foo",
        "proxy-authorization: Basic eDp5",
        "proxy-connection: keep-alive",
    ];
    let spoken = speak(&rig, chat(&rig, &headers, &body)).await;
    assert_eq!(spoken.status, 200, "{spoken:?}");
    let hit = &rig.hits("/v1/chat/completions")[0];
    assert!(
        hit.header("authorization")
            .is_some_and(|value| value.starts_with("Bearer sk-test"))
    );
    assert_eq!(hit.header("openai-organization"), Some("o"));
    for gone in [
        "x-foo",
        "openai-project",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "proxy-authorization",
        "proxy-connection",
    ] {
        assert_eq!(hit.header(gone), None, "{gone}");
    }
}

/// S11: line ends and NUL in a header end the request, not the header.
#[tokio::test]
async fn control_characters_in_headers_are_refused() {
    let rig = Rig::start().await;
    for header in [
        "accept: a\rb",
        "accept: a\0b",
        "accept: a\r\n b",
        "accept : a",
        "acc ept: a",
        "accept\0: a",
        ": a",
        "accept",
    ] {
        let spoken = speak(
            &rig,
            rig.raw_head("GET", "/v1/models", &[header, "connection: close"]),
        )
        .await;
        assert_eq!(spoken.status, 400, "{header:?}: {spoken:?}");
    }
    assert_eq!(reached(&rig), 0);
    // A lone LF may end a line (RFC 9112 §2.2); what follows is a header like
    // any other, and not on the list.
    let header = "accept: a\nx-injected: 1";
    speak(
        &rig,
        rig.raw_head("GET", "/v1/models", &[header, "connection: close"]),
    )
    .await;
    for hit in rig.simulator.ledger().entries() {
        assert_eq!(hit.header("x-injected"), None);
    }
}

/// S11: neither tunnel nor another protocol.
#[tokio::test]
async fn no_tunnel_and_no_other_protocol() {
    let rig = Rig::start().await;
    let close = "connection: close\r\n\r\n";
    let token = &rig.token;
    let refused = [
        format!(
            "CONNECT evil:443 HTTP/1.1\r\nhost: evil:443\r\nauthorization: Bearer {token}\r\n{close}"
        ),
        format!(
            "CONNECT localhost:443 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{close}"
        ),
        format!(
            "GET http://evil/ HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{close}"
        ),
        format!(
            "GET http://evil/v1/models HTTP/1.1\r\nhost: evil\r\nauthorization: Bearer {token}\r\n{close}"
        ),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_owned(),
        format!("GET /v1/models HTTP/3.0\r\nhost: localhost\r\n{close}"),
        "\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03 a TLS hello\r\n\r\n".to_owned(),
    ];
    for request in refused {
        let spoken = speak(&rig, &request).await;
        assert!(
            [0, 400, 403].contains(&spoken.status),
            "{request:?}: {spoken:?}"
        );
    }
    assert_eq!(reached(&rig), 0);
    let upgrades: [&[&str]; 2] = [
        &[
            "connection: upgrade, http2-settings, close",
            "upgrade: h2c",
            "http2-settings: AAMAAABk",
        ],
        &[
            "connection: upgrade, close",
            "upgrade: websocket",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        ],
    ];
    for headers in upgrades {
        let spoken = speak(&rig, rig.raw_head("GET", "/v1/models", headers)).await;
        assert_eq!(spoken.status, 200, "answered as plain HTTP/1.1: {spoken:?}");
        assert!(!spoken.head.contains("\r\nupgrade:"), "{spoken:?}");
        let hit = rig.simulator.ledger().entries().pop().unwrap();
        assert_eq!(hit.header("upgrade"), None);
    }
}
