//! F55: a hundred megabytes of JSON, in either direction.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{BareUpstream, MODEL, Rig, RigOptions, Seen};

const SIZE: usize = 100_000_000;

async fn before(upstream: &BareUpstream, settings: &str) -> Rig {
    Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        settings: settings.to_owned(),
        ..RigOptions::with_accounts(vec![Account::new("one", sample_key("one"))])
    })
    .await
}

fn document(begin: &str, end: &str) -> Vec<u8> {
    let filler = "数据 data \\n ".repeat(SIZE / 16);
    [begin, &filler, end].concat().into_bytes()
}

/// F55: a request of that size arrives identical where the setting allows it.
#[tokio::test]
async fn a_request_of_100_mb_arrives_identical() {
    let arrived: Arc<Mutex<Vec<u8>>> = Arc::default();
    let kept = Arc::clone(&arrived);
    let upstream = BareUpstream::start(move |mut asked| {
        let kept = Arc::clone(&kept);
        async move {
            let body = asked.read_body().await?;
            *kept.lock().unwrap() = body;
            asked
                .say("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"id\":\"x\"}")
                .await?;
            asked.close().await
        }
    })
    .await;
    let rig = before(&upstream, "json_body_mib = 128\n").await;
    let body = document(&format!("{{\"model\":\"{MODEL}\",\"x\":\""), "\"}");
    let sent = Instant::now();
    let request = rig.client.post(rig.url("/v1/chat/completions"));
    let request = request
        .bearer_auth(&rig.token)
        .header("content-type", "application/json")
        .body(body.clone());
    let seen = Seen::read(request.send().await.unwrap(), sent).await;
    assert_eq!((seen.status, seen.text().as_str()), (200, "{\"id\":\"x\"}"));
    assert!(*arrived.lock().unwrap() == body, "identical");
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Success);
    assert_eq!(rows[0].model.as_deref(), Some(MODEL));
}

/// F55: an answer of that size arrives identical, and its usage is read.
#[tokio::test]
async fn an_answer_of_100_mb_arrives_identical() {
    let usage = r#"","usage":{"prompt_tokens":31,"completion_tokens":7,"total_tokens":38}}"#;
    let body = document("{\"id\":\"x\",\"text\":\"", usage);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let upstream = BareUpstream::saying([head.as_bytes(), &body].concat()).await;
    let rig = before(&upstream, "").await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert!(seen.is_whole());
    assert_eq!(seen.header("content-length"), body.len().to_string());
    assert!(seen.body == body, "identical");
    let rows = rig.settled_rows().await;
    assert_eq!(
        (rows[0].prompt_tokens, rows[0].completion_tokens),
        (Some(31), Some(7))
    );
}
