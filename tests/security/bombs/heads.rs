//! Heads without an end, and heads that are none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{BareUpstream, MODEL, RawClient, Rig, RigOptions};

use super::{JSON, answer, before, is_alive};

/// More than any head may have.
const ENDLESS: u64 = 64 << 20;

/// Says `start`, then `piece` again and again; counts what the gateway took.
async fn endless(start: &'static str, piece: String) -> (BareUpstream, Arc<AtomicU64>) {
    let taken: Arc<AtomicU64> = Arc::default();
    let count = Arc::clone(&taken);
    let piece: Arc<str> = piece.into();
    let upstream = BareUpstream::start(move |mut asked| {
        let (count, piece) = (Arc::clone(&count), Arc::clone(&piece));
        async move {
            asked.skip_body().await?;
            asked.say(start).await?;
            while count.load(Ordering::Relaxed) < ENDLESS {
                asked.say(&*piece).await?;
                count.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
            asked.close().await
        }
    })
    .await;
    (upstream, taken)
}

/// A head that does not end is given up after some hundred kilobytes.
#[tokio::test]
async fn an_endless_head_is_given_up() {
    let long = "a".repeat(16 * 1024);
    for (start, piece) in [
        ("HTTP/1.1 200 OK\r\n", format!("x-a: {long}\r\n")),
        ("HTTP/1.1 200 OK\r\n", "x-a: b\r\n".repeat(1000)),
        ("HTTP/1.1 200 OK\r\nx-a: ", long.clone()),
        ("HTTP/1.1 200 ", long.clone()),
        ("", long.clone()),
        ("", "\r\n".repeat(8000)),
    ] {
        let (upstream, taken) = endless(start, piece).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, true).await;
        assert_eq!((seen.status, seen.error()), (502, "upstream_no_answer"));
        // Twice at most: once more after no answer. The kernel holds the rest.
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken < ENDLESS / 2, "{start:?}: {taken} bytes");
        assert!(is_alive(&rig).await);
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].outcome, Outcome::UpstreamFailed);
    }
}

/// Interim answers without an end are no answer within the limit.
#[tokio::test]
async fn interim_answers_for_ever_are_no_answer() {
    let upstream = BareUpstream::start(|mut asked| async move {
        asked.skip_body().await?;
        loop {
            asked
                .say("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
                .await?;
            tokio::task::yield_now().await;
        }
    })
    .await;
    let rig = Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        settings: "first_byte_s = 1\n".to_owned(),
        ..RigOptions::with_accounts(vec![Account::new("one", sample_key("one"))])
    })
    .await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.error()), (504, "upstream_timeout"));
    assert!(is_alive(&rig).await);
}

/// What is no HTTP/1.1 answer is no answer.
#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    let refused: [&[u8]; 12] = [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\x15\x03\x01\0\x02\x02\x46",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"<html>hello</html>",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx\0y: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\x7f\r\n\r\n",
    ];
    for head in refused {
        let upstream = BareUpstream::saying(head).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, false).await;
        let shown = String::from_utf8_lossy(head);
        assert_eq!(
            (seen.status, seen.error()),
            (502, "upstream_no_answer"),
            "{shown:?}"
        );
        assert!(is_alive(&rig).await);
    }
}

/// No tunnel is opened, and a status of no known meaning is no success.
#[tokio::test]
async fn statuses_that_are_no_answer_are_a_502() {
    for status in ["101 Switching Protocols", "199 Odd", "600 Odd", "999 Odd"] {
        let headers = format!("{JSON}connection: upgrade\r\nupgrade: websocket\r\n");
        let upstream = BareUpstream::saying(answer(status, &headers, b"{\"a\":1}")).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, false).await;
        assert_eq!(seen.status, 502, "{status}: {}", seen.text());
        assert!(!seen.error().is_empty());
        assert_eq!(seen.header("upgrade"), "");
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].outcome, Outcome::UpstreamFailed, "{status}");
    }
}

/// Bytes beyond ASCII in headers are legal on the wire; they break nothing.
#[tokio::test]
async fn headers_that_are_no_text_break_nothing() {
    let mut sent =
        b"HTTP/1.1 200 OK\r\nx-siliconcloud-trace-id: \xff\xfe\r\nx-b: \xe4\r\n".to_vec();
    sent.extend_from_slice(b"content-type: application/json\xff\r\n");
    sent.extend_from_slice(b"retry-after: \xff\r\ncontent-length: 8\r\n\r\n{\"a\": 1}");
    let upstream = BareUpstream::saying(sent).await;
    let rig = before(&upstream).await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.text().as_str()), (200, "{\"a\": 1}"));
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Success);
}

/// The words behind the status are the upstream's own affair.
#[tokio::test]
async fn the_reason_phrase_stays_here() {
    for status in [
        "200 <script>alert(1)</script>",
        "400 <script>alert(1)</script>",
    ] {
        let upstream = BareUpstream::saying(answer(status, JSON, b"{\"a\":1}")).await;
        let rig = before(&upstream).await;
        let mut client = RawClient::connect(&rig).await;
        client
            .send(rig.raw_post("/v1/chat/completions", &Rig::chat_body(MODEL, false)))
            .await;
        let head = client.read_until("\r\n\r\n").await;
        let line = head.lines().next().unwrap();
        assert!(
            ["HTTP/1.1 200 OK", "HTTP/1.1 400 Bad Request"].contains(&line),
            "{line}"
        );
    }
}
