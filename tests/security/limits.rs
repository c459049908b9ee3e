//! S10: nobody keeps the gateway busy by being slow or large.

use std::time::{Duration, Instant};

use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions};

use crate::admin::access;
use crate::spoken::{Spoken, reached, speak};

async fn with(settings: &str) -> Rig {
    Rig::with(RigOptions {
        settings: settings.to_owned(),
        admin: Some(access()),
        ..RigOptions::default()
    })
    .await
}

fn declaring(rig: &Rig, path: &str, length: u64) -> String {
    let length = format!("content-length: {length}");
    rig.raw_head("POST", path, &["content-type: application/json", &length])
}

/// S10: a head that does not come to its end, and a client that says nothing.
#[tokio::test]
async fn a_slow_head_is_cut_off() {
    let rig = with("header_s = 1\n").await;
    for beginning in ["", "GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-slow: "] {
        let begun = Instant::now();
        let spoken = speak(&rig, beginning).await;
        let took = begun.elapsed();
        assert!(
            [0, 408].contains(&spoken.status),
            "{beginning:?}: {spoken:?}"
        );
        assert!(took > Duration::from_millis(900), "{beginning:?}: {took:?}");
        assert!(took < Duration::from_secs(8), "{beginning:?}: {took:?}");
    }
}

/// S10: 32 KiB and 64 headers are enough for everybody.
#[tokio::test]
async fn a_large_head_is_refused() {
    let rig = Rig::start().await;
    let large = format!("x-large: {}", "a".repeat(40 * 1024));
    let spoken = speak(&rig, rig.raw_head("GET", "/v1/models", &[&large])).await;
    assert_eq!(spoken.status, 431, "{spoken:?}");
    let many: Vec<String> = (0..70).map(|number| format!("x-{number}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let spoken = speak(&rig, rig.raw_head("GET", "/v1/models", &many)).await;
    assert_eq!(spoken.status, 431, "{spoken:?}");
    let path = format!("/v1/{}", "a".repeat(70_000));
    let spoken = speak(&rig, rig.raw_head("GET", &path, &[])).await;
    assert!([414, 431].contains(&spoken.status), "{spoken:?}");
    assert_eq!(reached(&rig), 0);
}

/// S10: a length over the cap is refused before a byte of the body is read.
#[tokio::test]
async fn a_large_length_is_refused_unread() {
    let rig = with("json_body_mib = 1\n").await;
    for (path, length) in [
        ("/v1/chat/completions", (1 << 20) + 1),
        ("/v1/messages", 70 << 20),
        ("/v1/anything", u64::MAX / 2),
    ] {
        let mut client = RawClient::connect(&rig).await;
        client.send(declaring(&rig, path, length)).await;
        let answer = client.read_until("\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
    }
    assert_eq!(reached(&rig), 0);
}

/// S10: without a length the cap holds as well.
#[tokio::test]
async fn a_large_chunked_body_is_cut_off() {
    let rig = with("json_body_mib = 1\nreplay_mib = 8\n").await;
    let piece = "a".repeat(64 * 1024);
    let body = format!("{:x}\r\n{piece}\r\n", piece.len()).repeat(17);
    let headers = [
        "content-type: application/json",
        "transfer-encoding: chunked",
    ];
    let mut client = RawClient::connect(&rig).await;
    client
        .send(rig.raw_head("POST", "/v1/chat/completions", &headers) + &body)
        .await;
    let answer = client.read_until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(reached(&rig), 0);
}

/// S10: a body that stops coming is given up, also where nobody has shown a
/// credential yet.
#[tokio::test]
async fn a_slow_body_is_given_up() {
    let rig = with("upload_idle_s = 1\n").await;
    for path in ["/v1/chat/completions", "/login"] {
        let spoken = speak(&rig, declaring(&rig, path, 100) + "{").await;
        assert_eq!(spoken.status, 408, "{path}: {spoken:?}");
    }
    assert_eq!(reached(&rig), 0);
}

/// S10: two hundred slow clients do not slow down a good one.
#[tokio::test]
async fn slow_clients_do_not_disturb_good_ones() {
    let rig = Rig::start().await;
    let mut slow = Vec::new();
    for number in 0..200 {
        let mut client = RawClient::connect(&rig).await;
        let beginning = match number % 3 {
            0 => "GET /v1/models HTTP/1.1\r\nhost: local".to_owned(),
            1 => declaring(&rig, "/v1/chat/completions", 1000) + "{\"model\":",
            _ => String::new(),
        };
        client.send(beginning).await;
        slow.push(client);
    }
    let outcomes = rig.chats(MODEL, 40).await;
    assert_eq!(outcomes.count(200), 40, "{outcomes:?}");
    assert_eq!(reached(&rig), 40);
    assert_eq!(slow.len(), 200);
}

/// S10: when slow clients hold every connection, the header timeout gives the
/// places back.
#[tokio::test]
async fn places_held_by_slow_clients_are_given_back() {
    let rig = with("header_s = 1\nmax_connections = 4\n").await;
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut client = RawClient::connect(&rig).await;
        client.send("GET / HTTP/1.1\r\nx: ").await;
        slow.push(client);
    }
    let spoken: Spoken = speak(
        &rig,
        rig.raw_head("GET", "/v1/models", &["connection: close"]),
    )
    .await;
    assert_eq!(spoken.status, 200, "{spoken:?}");
    assert_eq!(slow.len(), 8);
}
