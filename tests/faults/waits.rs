//! Answers that take their time.

use std::time::Duration;

use flowkeep_contract::Outcome;
use flowkeep_tests::{MODEL, PATIENCE, RawClient, Rig, RigOptions, Seen};
use tokio::time::timeout;

/// Far below the limit of ten minutes, and long enough for anything that would
/// be invented or repeated in the meantime.
const LATE: Duration = Duration::from_millis(1500);

/// F17: a late head, and a late first byte behind a head: nothing is sent in
/// the meantime, nothing repeated, nothing added.
#[tokio::test]
async fn a_late_first_byte_is_waited_for() {
    let rig = Rig::start().await;
    let late = ["sim/delay:1500", "sim/first-byte:1500"];
    let wait = async |model: &str, stream: bool| {
        let mut client = RawClient::connect(&rig).await;
        let post = rig.raw_post("/v1/chat/completions", &Rig::chat_body(model, stream));
        client
            .send(post.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"))
            .await;
        let early = timeout(LATE / 2, client.read_until("H")).await;
        assert!(
            early.is_err(),
            "{model}: {early:?} came before the upstream's"
        );
        client.read_to_end().await
    };
    let answers = tokio::join!(
        wait(late[0], false),
        wait(late[0], true),
        wait(late[1], false),
        wait(late[1], true),
    );
    for (answer, stream) in [
        (&answers.0, false),
        (&answers.1, true),
        (&answers.2, false),
        (&answers.3, true),
    ] {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("x-flowkeep-attempts: 1\r\n"), "{answer}");
        assert_eq!(answer.contains("data: [DONE]"), stream, "{answer}");
        assert!(!answer.contains("\n:"), "a comment was invented: {answer}");
    }
    let hits = rig.upstream_hits().await;
    assert_eq!(hits.len(), 4, "nothing is asked twice");
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Success && row.attempts == 1)
    );
}

/// F17: beyond the limit it is told, in whichever phase nothing came.
#[tokio::test]
async fn a_first_byte_that_does_not_come_is_a_timeout() {
    let rig = Rig::with(RigOptions {
        settings: "first_byte_s = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let clients = [
        rig.ask_chat("sim/delay:60000", false).await,
        rig.ask_chat("sim/first-byte:60000", true).await,
    ];
    for seen in &clients {
        assert_eq!((seen.status, seen.error()), (504, "upstream_timeout"));
        assert!(seen.took < PATIENCE, "{:?}", seen.took);
    }
    let good: Seen = rig.ask_chat(MODEL, true).await;
    assert!(good.is_whole());
    let ledger = rig.simulator.ledger();
    let all_ended = |entries: &[flowkeep_simulator::Entry]| entries.iter().all(|entry| entry.ended);
    assert!(ledger.wait_for(all_ended, PATIENCE).await, "hung up on");
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::UpstreamFailed);
    assert_eq!(rows[1].outcome, Outcome::UpstreamFailed);
}

/// An upload that takes longer than a first byte may is no late first byte.
#[tokio::test]
async fn a_slow_upload_is_not_a_late_answer() {
    let rig = Rig::with(RigOptions {
        settings: "first_byte_s = 1\nreplay_mib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let begin = "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n";
    let end = "\r\n--b--\r\n";
    let piece = vec![b'x'; 512 * 1024];
    let length = begin.len() + 8 * piece.len() + end.len();
    let head = rig.raw_head(
        "POST",
        "/v1/files",
        &[
            "content-type: multipart/form-data; boundary=b",
            &format!("content-length: {length}"),
        ],
    );
    let mut client = RawClient::connect(&rig).await;
    client.send(head + begin).await;
    for _ in 0..8 {
        client.send(&piece).await;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    client.send(end).await;
    let head = client.read_until("\r\n\r\n").await;
    assert!(!head.starts_with("HTTP/1.1 5"), "{head}");
    let hits = rig.upstream_hits().await;
    assert_eq!((hits.len(), hits[0].body_bytes), (1, length as u64));
}
