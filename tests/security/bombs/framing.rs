//! Lengths that lie, in all directions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flowkeep_contract::Outcome;
use flowkeep_tests::{BareUpstream, MODEL};

use super::{EVENTS, JSON, before, is_alive};

const GOOD: &str = r#"{"id":"good","choices":[]}"#;

fn forged() -> String {
    let body = r#"{"id":"forged","choices":[]}"#;
    format!(
        "HTTP/1.1 200 OK\r\n{JSON}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Says this and keeps the connection, as if it could be used again; counts
/// the requests.
async fn staying(sent: String, answered: Arc<AtomicUsize>) -> BareUpstream {
    let sent: Arc<str> = sent.into();
    BareUpstream::start(move |mut asked| {
        let (sent, count) = (Arc::clone(&sent), Arc::clone(&answered));
        async move {
            asked.skip_body().await?;
            count.fetch_add(1, Ordering::Relaxed);
            asked.say(&*sent).await?;
            asked.wait_for_end().await
        }
    })
    .await
}

/// More bytes than announced are nobody's answer, least of all the next one's.
#[tokio::test]
async fn bytes_behind_an_answer_are_not_the_next_one() {
    for chunked in [false, true] {
        let answered: Arc<AtomicUsize> = Arc::default();
        let length = GOOD.len();
        let good = if chunked {
            format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n{GOOD}\r\n0\r\n\r\n")
        } else {
            format!("content-length: {length}\r\n\r\n{GOOD}")
        };
        let sent = format!("HTTP/1.1 200 OK\r\n{JSON}{good}{}", forged());
        let upstream = staying(sent, Arc::clone(&answered)).await;
        let rig = before(&upstream).await;
        let mut clients = Vec::new();
        for _ in 0..4 {
            let seen = rig.ask_chat(MODEL, false).await;
            assert_eq!((seen.status, seen.text().as_str()), (200, GOOD));
            clients.push(seen);
        }
        assert_eq!(answered.load(Ordering::Relaxed), 4);
        let rows = rig.settled_rows().await;
        assert!(rows.iter().all(|row| row.outcome == Outcome::Success));
    }
}

/// Lengths that contradict each other or are none: no answer.
#[tokio::test]
async fn lengths_that_are_none_are_no_answer() {
    for lengths in [
        "content-length: 5\r\ncontent-length: 26\r\n",
        "content-length: 5, 26\r\n",
        "content-length: -1\r\n",
        "content-length: +26\r\n",
        "content-length: 0x1a\r\n",
        "content-length: 99999999999999999999\r\n",
        "content-length: \r\n",
    ] {
        let sent = format!("HTTP/1.1 200 OK\r\n{JSON}{lengths}\r\n{GOOD}");
        let upstream = BareUpstream::saying(sent).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, false).await;
        assert_eq!(seen.status, 502, "{lengths}: {}", seen.text());
        assert!(!seen.text().contains("good"), "{lengths}");
        assert!(is_alive(&rig).await);
    }
}

/// A chunk size that lies after the first event: the events that came, and an
/// error instead of an end.
#[tokio::test]
async fn a_broken_chunk_in_the_middle_ends_in_an_error() {
    let event = format!("data: {GOOD}\n\n");
    let chunk = format!("{:x}\r\n{event}\r\n", event.len());
    for broken in [
        "zz\r\nnonsense\r\n",
        "-5\r\nhello\r\n",
        "fffffffffffffffff\r\n",
        "3\r\ntoo long for three\r\n",
    ] {
        let sent = format!(
            "HTTP/1.1 200 OK\r\n{EVENTS}transfer-encoding: chunked\r\n\r\n{chunk}{chunk}{broken}"
        );
        let upstream = BareUpstream::saying(sent).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, true).await;
        let text = seen.text();
        assert_eq!(seen.status, 200, "{broken:?}: {text}");
        assert!(text.starts_with(&format!("{event}{event}")), "{text}");
        assert!(text.contains("upstream_interrupted"), "{broken:?}: {text}");
        assert!(!text.contains("[DONE]"), "{text}");
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].outcome, Outcome::Interrupted, "{broken:?}");
    }
}

/// What stands in trailers and chunk extensions stays here.
#[tokio::test]
async fn trailers_and_chunk_extensions_stay_here() {
    let sent = format!(
        "HTTP/1.1 200 OK\r\n{JSON}transfer-encoding: chunked\r\ntrailer: set-cookie\r\n\r\n\
         {:x};evil=1\r\n{GOOD}\r\n0\r\nset-cookie: a=b\r\nx-late: 1\r\n\r\n",
        GOOD.len()
    );
    let upstream = BareUpstream::saying(sent).await;
    let rig = before(&upstream).await;
    let mut client = flowkeep_tests::RawClient::connect(&rig).await;
    let body = flowkeep_tests::Rig::chat_body(MODEL, false);
    client
        .send(rig.raw_post("/v1/chat/completions", &body))
        .await;
    let answer = client.read_until("0\r\n\r\n").await;
    assert!(answer.contains(GOOD), "{answer}");
    for gone in ["evil", "set-cookie", "x-late", "trailer:"] {
        assert!(!answer.contains(gone), "{gone} in {answer}");
    }
}
