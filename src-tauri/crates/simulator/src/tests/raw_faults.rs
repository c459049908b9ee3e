//! Faults below HTTP, read from a bare socket.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{MODEL, ask_raw, chat, ended, hello, raw_request, read_until, start};
use crate::{Behaviour, Scope, Simulator};

/// Everything that arrives, and how the connection ended.
async fn read_all(simulator: &Simulator, model: &str, stream: bool) -> (String, Option<ErrorKind>) {
    let mut socket = ask_raw(simulator, &hello(model, stream)).await;
    let mut bytes = Vec::new();
    let end = socket.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text, end.err().map(|error| error.kind()))
}

#[tokio::test]
async fn a_reset_comes_instead_of_an_answer() {
    let simulator = start().await;
    let (text, end) = read_all(&simulator, "sim/reset", true).await;
    assert_eq!((text.as_str(), end), ("", Some(ErrorKind::ConnectionReset)));
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!((entry.status, entry.completed), (0, false));
    assert_eq!(entry.client_closed_at_ms, None, "it was us");
}

#[tokio::test]
async fn a_cut_stream_has_its_events_and_no_end() {
    let simulator = start().await;
    for (model, end) in [
        ("sim/cut:10", None),
        ("sim/cut:10:rst", Some(ErrorKind::ConnectionReset)),
    ] {
        let (text, seen) = read_all(&simulator, model, true).await;
        assert_eq!(text.matches("data: ").count(), 10, "{model}");
        assert!(!text.contains("[DONE]") && !text.ends_with("0\r\n\r\n"));
        assert_eq!(seen, end, "{model}");
    }
    let entries = ended(&simulator, 2).await;
    for entry in &entries {
        assert!(!entry.completed && entry.client_closed_at_ms.is_none());
        // Nine events of text after the first.
        assert_eq!(entry.told.unwrap().completion, 9);
        assert_eq!(entry.cost_nano, 2 * 1_000 + 9 * 2_000);
    }
}

#[tokio::test]
async fn a_cut_before_the_first_event_leaves_only_the_head() {
    let simulator = start().await;
    let (text, end) = read_all(&simulator, "sim/cut:0", true).await;
    assert!(
        text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("\r\n\r\n"),
        "{text}"
    );
    assert_eq!(end, None);
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!((entry.cost_nano, entry.generated), (0, None));
}

#[tokio::test]
async fn a_json_body_can_be_cut_too() {
    let simulator = start().await;
    let (text, _) = read_all(&simulator, "sim/cut:1", false).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn framing_can_be_broken() {
    let simulator = start().await;
    let (text, end) = read_all(&simulator, "sim/bad-length", false).await;
    assert!(text.contains("content-length: 4096") && text.len() < 1024);
    assert!(text.contains("x-siliconcloud-trace-id: ti_"));
    assert_eq!(end, None);
    let (text, _) = read_all(&simulator, "sim/bad-chunk", true).await;
    assert!(text.contains("transfer-encoding: chunked") && text.contains("\r\nzz\r\n"));
    for entry in ended(&simulator, 2).await {
        assert_eq!((entry.status, entry.completed), (200, false));
    }
}

#[tokio::test]
async fn a_dribble_arrives_in_many_pieces() {
    let simulator = start().await;
    let body = serde_json::json!({
        "model": "sim/dribble",
        "stream": true,
        "messages": [{"role": "user", "content": "你好"}],
    });
    let mut socket = ask_raw(&simulator, &body).await;
    let text = read_until(&mut socket, "0\r\n\r\n").await;
    let (_, chunks) = text.split_once("\r\n\r\n").unwrap();
    let lines: Vec<&str> = chunks.split("\r\n").collect();
    let sizes = lines.iter().step_by(2).filter(|size| **size == "1").count();
    let sent = ended(&simulator, 1).await[0].bytes_sent;
    assert_eq!(sizes as u64, sent, "each byte is a chunk of its own");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let simulator = start().await;
    let behaviour = Behaviour::CloseIdle { ms: 400 };
    simulator.set_behaviour(Scope::All, behaviour);
    let mut socket = ask_raw(&simulator, &hello(MODEL, true)).await;
    read_until(&mut socket, "0\r\n\r\n").await;
    // A request in time keeps the connection.
    let again = raw_request(&hello(MODEL, false));
    socket.write_all(again.as_bytes()).await.unwrap();
    read_until(&mut socket, "system_fingerprint").await;
    let answered = Instant::now();
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).await.unwrap();
    let idle = answered.elapsed();
    assert!(
        rest.is_empty() && idle >= Duration::from_millis(300),
        "{idle:?}"
    );
}

#[tokio::test]
async fn stopping_closes_and_restarting_opens_the_same_port() {
    let simulator = start().await;
    let mut socket = ask_raw(&simulator, &hello("sim/stall:2", true)).await;
    read_until(&mut socket, "You ").await;
    simulator.stop().await;
    let mut rest = Vec::new();
    assert!(
        socket
            .read_to_end(&mut rest)
            .await
            .is_ok_and(|_| !rest.ends_with(b"0\r\n\r\n"))
    );
    let refused = tokio::net::TcpStream::connect(simulator.addr()).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(entry.client_closed_at_ms, None, "the simulator stopped");
    simulator.restart().await.unwrap();
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
    assert_eq!(simulator.ledger().count(), 2);
}

#[tokio::test]
async fn dropping_the_simulator_closes_its_port() {
    let simulator = start().await;
    let mut socket = ask_raw(&simulator, &hello("sim/stall:1", true)).await;
    read_until(&mut socket, "data: ").await;
    drop(simulator);
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).await.unwrap();
}
