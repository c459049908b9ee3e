//! Requests that no chat can answer.

use flowkeep_contract::Outcome;
use flowkeep_tests::{MODEL, Rig};
use serde_json::json;

use super::{PATH, asking};

#[tokio::test]
async fn what_would_need_a_memory_is_refused_by_name() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for (field, value) in [
        ("previous_response_id", json!("resp_1")),
        ("conversation", json!("conv_1")),
        ("background", json!(true)),
    ] {
        let mut body = asking(MODEL, true);
        body[field] = value;
        let seen = rig.ask(PATH, &body).await;
        assert_eq!((seen.status, seen.error()), (400, "unsupported_parameter"));
        let error = &seen.json()["error"];
        assert_eq!(error["param"], field);
        assert_eq!(error["type"], "invalid_request_error");
        assert_eq!(error["code"], "unsupported_parameter");
        assert!(
            error["message"].as_str().unwrap().contains("stores none"),
            "{error}"
        );
        clients.push(seen);
    }
    assert!(rig.upstream_hits().await.is_empty());
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Rejected && row.route == "responses")
    );
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let rig = Rig::start().await;
    let mut body = asking(MODEL, false);
    body["input"] = json!([{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]);
    let seen = rig.ask(PATH, &body).await;
    assert_eq!(seen.status, 400);
    assert_eq!(seen.json()["error"]["param"], "input[0].content[0].type");
    let seen = rig.ask(PATH, &json!({"input": "x"})).await;
    assert_eq!((seen.status, seen.error()), (400, "model_missing"));
    let seen = rig.ask(PATH, &json!({"model": MODEL})).await;
    assert_eq!((seen.status, seen.error()), (400, "invalid_parameter"));
}

/// It would be read as a tree, which takes a multiple of its bytes (S37).
#[tokio::test]
async fn a_body_too_long_to_be_read_here_is_refused() {
    let rig = Rig::start().await;
    let long = "x".repeat(17 << 20);
    let mut body = asking(MODEL, false);
    body["input"] = long.as_str().into();
    let seen = rig.ask(PATH, &body).await;
    assert_eq!((seen.status, seen.error()), (413, "body_too_large"));
    let count = json!({"model": MODEL, "messages": [{"role": "user", "content": long}]});
    let seen = rig.ask("/v1/messages/count_tokens", &count).await;
    assert_eq!((seen.status, seen.error()), (413, "body_too_large"));
    assert!(rig.upstream_hits().await.is_empty());
}
