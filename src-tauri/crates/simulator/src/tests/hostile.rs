//! Answers that try to exhaust whoever reads them.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::json;

use super::{chat, client, hello, sample_key, start};
use crate::Simulator;

async fn bytes(simulator: &Simulator, model: &str, stream: bool) -> (Vec<u8>, bool) {
    let response = client()
        .post(format!("{}/chat/completions", simulator.base_url()))
        .bearer_auth(sample_key("alpha"))
        .header("accept-encoding", "identity")
        .body(hello(model, stream).to_string())
        .send()
        .await
        .unwrap();
    let is_gzip = response
        .headers()
        .get("content-encoding")
        .is_some_and(|value| value == "gzip");
    (response.bytes().await.unwrap().to_vec(), is_gzip)
}

#[tokio::test]
async fn a_bomb_is_small_and_whole() {
    let simulator = start().await;
    for (stream, mib) in [(false, 3), (true, 7)] {
        let (bomb, is_gzip) = bytes(&simulator, &format!("sim/gzip-bomb:{mib}"), stream).await;
        assert!(is_gzip && bomb.len() < mib * 2048, "{}", bomb.len());
        let mut unpacked = Vec::new();
        // The decoder checks length and sum at the end.
        GzDecoder::new(bomb.as_slice())
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked.len(), mib << 20);
        assert!(unpacked.iter().all(|byte| *byte == b' '));
    }
}

#[tokio::test]
async fn a_good_answer_can_be_compressed() {
    let simulator = start().await;
    for stream in [false, true] {
        let (packed, is_gzip) = bytes(&simulator, "sim/gzip", stream).await;
        assert!(is_gzip);
        let mut text = String::new();
        GzDecoder::new(packed.as_slice())
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text.contains("[DONE]"), stream);
        assert!(text.contains(r#""finish_reason":"stop""#));
    }
    let entries = super::ended(&simulator, 2).await;
    assert!(
        entries
            .iter()
            .all(|entry| entry.told.unwrap().completion == 4)
    );
}

#[tokio::test]
async fn a_line_can_be_without_end() {
    let simulator = start().await;
    let (line, _) = bytes(&simulator, "sim/endless-line:200001", true).await;
    assert_eq!(line.len(), 6 + 200_001);
    assert!(line.starts_with(b"data: x") && !line.contains(&b'\n'));
}

#[tokio::test]
async fn events_can_be_empty() {
    let simulator = start().await;
    let (events, _) = bytes(&simulator, "sim/empty-events:2500", true).await;
    assert_eq!(events, b"data:\n\n".repeat(2500));
}

#[tokio::test]
async fn json_can_be_deep() {
    let simulator = start().await;
    let answer = chat(&simulator, &hello("sim/deep-json:20", false)).await;
    assert_eq!(answer.body.matches('[').count(), 20);
    assert_eq!(answer.json()["id"], json!("deep"));
    let event = chat(&simulator, &hello("sim/deep-json:20", true)).await;
    assert_eq!(event.events()[0]["id"], json!("deep"));
}
