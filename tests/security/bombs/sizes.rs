//! Answers without an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flowkeep_contract::Outcome;
use flowkeep_tests::{BareUpstream, MODEL};

use super::{EVENTS, JSON, before, is_alive};

/// Says a head, then `piece` in chunks for ever; counts what was taken.
async fn endless(
    status: &'static str,
    headers: &'static str,
    piece: Vec<u8>,
) -> (BareUpstream, Arc<AtomicU64>) {
    let taken: Arc<AtomicU64> = Arc::default();
    let count = Arc::clone(&taken);
    let piece: Arc<[u8]> = piece.into();
    let upstream = BareUpstream::start(move |mut asked| {
        let (count, piece) = (Arc::clone(&count), Arc::clone(&piece));
        async move {
            asked.skip_body().await?;
            let head = format!("HTTP/1.1 {status}\r\n{headers}transfer-encoding: chunked\r\n\r\n");
            asked.say(head).await?;
            loop {
                asked.say_chunk(&piece).await?;
                count.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
        }
    })
    .await;
    (upstream, taken)
}

/// An error is read up to a limit and the upstream hung up on.
#[tokio::test]
async fn an_endless_error_is_cut() {
    let (upstream, taken) = endless("400 Bad Request", JSON, vec![b'x'; 64 * 1024]).await;
    let rig = before(&upstream).await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.body.len()), (400, 1 << 20));
    assert!(seen.body.iter().all(|byte| *byte == b'x'));
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Rejected);
    let taken = taken.load(Ordering::Relaxed);
    assert!(taken < 32 << 20, "{taken} bytes");
}

/// An endless line, endless comments, endless empty events: the client gets
/// them as they come, and its leaving ends them.
#[tokio::test]
async fn an_endless_stream_lasts_as_long_as_its_client() {
    for piece in [
        "data: x".repeat(2000),
        ": x\n\n".repeat(2000),
        "data:\n\n".repeat(2000),
    ] {
        let (upstream, _) = endless("200 OK", EVENTS, piece.clone().into_bytes()).await;
        let rig = before(&upstream).await;
        let mut answer = rig.stream(MODEL).await;
        assert_eq!(answer.status(), 200);
        let mut read = 0;
        while read < 2 << 20 {
            read += answer.chunk().await.unwrap().expect("no end").len();
        }
        drop(answer);
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].outcome, Outcome::ClientClosed);
        assert!(is_alive(&rig).await);
    }
}

/// A million empty events and a good end pass to the byte.
#[tokio::test]
async fn a_million_empty_events_pass() {
    let usage =
        r#"data: {"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
    let body = format!(
        "{}{usage}\n\ndata: [DONE]\n\n",
        "data:\n\n".repeat(1_000_000)
    );
    let sent = super::answer("200 OK", EVENTS, body.as_bytes());
    let upstream = BareUpstream::saying(sent).await;
    let rig = before(&upstream).await;
    let seen = rig.ask_chat(MODEL, true).await;
    assert!(seen.is_whole());
    assert!(seen.body == body.as_bytes(), "identical");
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Success);
    assert_eq!(
        (rows[0].prompt_tokens, rows[0].completion_tokens),
        (Some(3), Some(1))
    );
}
