//! Clients that leave before the end (F22): the upstream is hung up on at once,
//! nothing stays behind, and nobody is blamed.

use std::time::{Duration, Instant};

use flowkeep_contract::{Outcome, RequestView};
use flowkeep_simulator::Entry;
use flowkeep_tests::{PATIENCE, RawClient, Rig, RigOptions};

use crate::ledger::is_unpenalised;

/// 100 ms is the promise; a busy test machine may need more.
const SOON: Duration = Duration::from_secs(1);

/// Waits until the upstream has a request of this kind.
async fn upstream_has(rig: &Rig, wanted: impl Fn(&Entry) -> bool) {
    let ledger = rig.simulator.ledger();
    let begun = ledger
        .wait_for(|entries| entries.iter().any(&wanted), PATIENCE)
        .await;
    assert!(begun, "{:?}", ledger.entries());
}

/// Hangs up and waits until the upstream has noticed.
async fn hang_up(rig: &Rig, client: RawClient, when: &str) -> RequestView {
    assert_eq!(rig.app.in_flight(), 1);
    let left = Instant::now();
    drop(client);
    upstream_has(rig, |entry| entry.client_closed_at_ms.is_some()).await;
    let took = left.elapsed();
    println!("F22 {when}: the upstream saw the close after {took:?}");
    assert!(took < SOON, "{when}: {took:?}");
    let rows = rig.settled_rows().await;
    assert_eq!(rig.app.in_flight(), 0);
    assert_eq!((rows.len(), rig.upstream_hits().await.len()), (1, 1));
    assert_eq!(
        (rows[0].outcome, rows[0].attempts),
        (Outcome::ClientClosed, 1)
    );
    assert!(is_unpenalised(&rig.keys().await));
    rows[0].clone()
}

/// F22: before the first byte.
#[tokio::test]
async fn a_client_that_leaves_before_the_first_byte_is_noticed() {
    for path in ["/v1/chat/completions", "/v1/messages"] {
        let rig = Rig::start().await;
        let mut body = Rig::chat_body("sim/delay:60000", true);
        body["max_tokens"] = 64.into();
        let mut client = RawClient::connect(&rig).await;
        client.send(rig.raw_post(path, &body)).await;
        upstream_has(&rig, |entry| entry.body_sha256.is_some()).await;
        let row = hang_up(&rig, client, "before the first byte").await;
        assert_eq!((row.status, row.prompt_tokens), (499, None));
    }
}

/// F22: between head and first event, which Flowkeep still holds back.
#[tokio::test]
async fn a_client_that_leaves_while_the_first_event_is_awaited_is_noticed() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let body = Rig::chat_body("sim/first-byte:60000", true);
    client
        .send(rig.raw_post("/v1/chat/completions", &body))
        .await;
    upstream_has(&rig, |entry| entry.status == 200).await;
    hang_up(&rig, client, "before the first event").await;
}

/// F22: in the middle of a stream; what was seen is counted.
#[tokio::test]
async fn a_client_that_leaves_mid_stream_is_noticed_and_counted() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let body = Rig::chat_body("sim/stall:5", true);
    client
        .send(rig.raw_post("/v1/chat/completions", &body))
        .await;
    for _ in 0..5 {
        client.read_until("data: ").await;
    }
    let row = hang_up(&rig, client, "mid-stream").await;
    assert_eq!(row.status, 200);
    let told = rig.upstream_hits().await[0].told.unwrap();
    assert_eq!(row.prompt_tokens, i64::try_from(told.prompt).ok());
    assert_eq!(row.completion_tokens, i64::try_from(told.completion).ok());
    assert_eq!(row.completion_tokens, Some(4));
}

/// F22: in the middle of an upload that is already on its way upstream.
#[tokio::test]
async fn a_client_that_leaves_mid_upload_is_noticed() {
    for (path, content_type, begin) in [
        ("/v1/files", "multipart/form-data; boundary=b", "--b\r\n"),
        (
            "/v1/chat/completions",
            "application/json",
            "{\"model\":\"m\",\"messages\":\"",
        ),
    ] {
        let rig = Rig::with(RigOptions {
            settings: "replay_mib = 1\n".to_owned(),
            ..RigOptions::default()
        })
        .await;
        let mut client = RawClient::connect(&rig).await;
        let content_type = format!("content-type: {content_type}");
        let head = rig.raw_head("POST", path, &[&content_type, "content-length: 33554432"]);
        client.send(head + begin).await;
        // More than is held for a repeat, so that it streams.
        client.send(vec![b'x'; 3 << 19]).await;
        upstream_has(&rig, |entry| entry.body_bytes > 1 << 20).await;
        hang_up(&rig, client, "mid-upload").await;
    }
}

/// F22: an upload that is still held never reaches the upstream.
#[tokio::test]
async fn a_client_that_leaves_before_its_body_is_whole_costs_nothing() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let post = rig.raw_post("/v1/chat/completions", &Rig::chat_body("sim/ok", false));
    client.send(&post[..post.len() - 10]).await;
    drop(client);
    // The next request is answered, and is the only one that anybody saw.
    let next = rig.ask_chat("sim/ok", false).await;
    let rows = rig.agree(&[next]).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rig.upstream_hits().await.len(), 1);
}

/// F22: a junk byte of a next request must not hide the hang-up.
#[tokio::test]
async fn a_pipelined_byte_does_not_hide_a_hang_up() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let body = Rig::chat_body("sim/delay:60000", false);
    client
        .send(rig.raw_post("/v1/chat/completions", &body) + "X")
        .await;
    upstream_has(&rig, |entry| entry.body_sha256.is_some()).await;
    hang_up(&rig, client, "with a junk byte, before the first byte").await;

    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let body = Rig::chat_body("sim/stall:5", true);
    client
        .send(rig.raw_post("/v1/chat/completions", &body) + "GET / HT")
        .await;
    for _ in 0..5 {
        client.read_until("data: ").await;
    }
    hang_up(&rig, client, "with half a next request, mid-stream").await;
}
