//! Compressed answers, though plain bytes were asked for.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use flowkeep_contract::Outcome;
use flowkeep_tests::{BareUpstream, MODEL, Rig};

use super::{EVENTS, JSON, answer, before, is_alive};
use crate::sentinel::Sentinel;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(status: &str, headers: &str, text: &[u8]) -> Vec<u8> {
    let headers = format!("{headers}content-encoding: gzip\r\n");
    answer(status, &headers, &gzip(text))
}

const DOCUMENT: &str = r#"{"id":"x","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}"#;

/// Nobody but the client inflates: the bytes pass with their name, and usage
/// that could not be read is unknown, not zero.
#[tokio::test]
async fn a_compressed_answer_passes_as_it_is() {
    let events = format!("data: {DOCUMENT}\n\ndata: [DONE]\n\n");
    for (headers, text, stream) in [(JSON, DOCUMENT, false), (EVENTS, &events, true)] {
        let sent = gzipped("200 OK", headers, text.as_bytes());
        let upstream = BareUpstream::saying(sent).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, stream).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        assert_eq!(seen.attempts(), 1);
        assert_eq!(seen.header("content-encoding"), "gzip");
        assert!(seen.body == gzip(text.as_bytes()), "identical");
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].outcome, Outcome::Success);
        assert_eq!(
            (rows[0].prompt_tokens, rows[0].completion_tokens),
            (None, None)
        );
    }
}

/// Into a compressed stream no words of ours fit: a broken one is aborted.
#[tokio::test]
async fn a_compressed_stream_that_breaks_off_is_aborted() {
    let text = gzip(format!("data: {DOCUMENT}\n\n").repeat(50).as_bytes());
    let half = text[..text.len() / 2].to_vec();
    let head = format!(
        "HTTP/1.1 200 OK\r\n{EVENTS}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        text.len()
    );
    let upstream = BareUpstream::saying([head.as_bytes(), &half].concat()).await;
    let rig = before(&upstream).await;
    let seen = rig.ask_chat(MODEL, true).await;
    assert!(seen.broke_off);
    // What was in no packet yet goes with the connection.
    assert!(half.starts_with(&seen.body), "nothing is added");
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Interrupted);
}

/// S16: an error whose text nobody can read before the client does might quote
/// the key, so it is not passed on; its status is.
#[tokio::test]
async fn a_compressed_error_is_not_passed_on_unread() {
    let sentinel = Sentinel::new("Gzip");
    let text = format!(
        "{{\"code\":20015,\"message\":\"Bearer {}\",\"data\":null}}",
        sentinel.key()
    );
    for status in ["400 Bad Request", "404 Not Found", "500 Oops"] {
        let upstream = BareUpstream::saying(gzipped(status, JSON, text.as_bytes())).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, false).await;
        assert_eq!(seen.status.to_string(), status[..3]);
        assert_eq!(seen.header("content-encoding"), "");
        assert_ne!(seen.body, gzip(text.as_bytes()), "{status}");
        sentinel.assert_not_in(&seen.body, "the answer");
        let message = seen.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("compressed"), "{message}");
    }
}

/// A bomb of a thousand times its size costs what it weighs on the wire.
#[tokio::test]
async fn a_bomb_is_passed_on_unopened() {
    let bomb = gzip(&vec![b' '; 32 << 20]);
    assert!(bomb.len() < 40 << 10, "{} bytes", bomb.len());
    for (status, headers, stream) in [
        ("200 OK", JSON, false),
        ("200 OK", EVENTS, true),
        ("400 Bad Request", JSON, false),
    ] {
        let headers = format!("{headers}content-encoding: gzip\r\n");
        let upstream = BareUpstream::saying(answer(status, &headers, &bomb)).await;
        let rig: Rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, stream).await;
        assert_eq!(seen.status.to_string(), status[..3]);
        assert_eq!(seen.body == bomb, seen.status == 200, "{status}");
        assert!(is_alive(&rig).await);
    }
}
