//! Tokens counted before they are spent.

use flowkeep_contract::Outcome;
use flowkeep_tests::Rig;
use serde_json::{Value, json};

const COUNT: &str = "/v1/messages/count_tokens";

#[tokio::test]
async fn tokens_are_estimated_here_and_the_answer_says_so() {
    let rig = Rig::start().await;
    let body = json!({"model": "claude-sonnet-4-5", "system": "be brief",
        "messages": [{"role": "user", "content": "Hello, 你好"}],
        "tools": [{"name": "weather", "input_schema": {"type": "object"}}]});
    let seen = rig.ask(COUNT, &body).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.header("x-flowkeep-estimate"), "true");
    assert_eq!(seen.header("content-type"), "application/json");
    let told = seen.json();
    let tokens = told["input_tokens"].as_u64().unwrap();
    assert!((150..300).contains(&tokens), "{told}");
    assert_eq!(told.as_object().unwrap().len(), 1);
    assert!(rig.upstream_hits().await.is_empty());
    let rows = rig.agree(&[seen]).await;
    assert_eq!(rows[0].outcome, Outcome::Success);
    assert_eq!(rows[0].route, "messages/count_tokens");
    assert_eq!(rows[0].prompt_tokens, None, "nothing was spent");
}

#[tokio::test]
async fn a_body_without_messages_is_refused_in_the_form_of_anthropic() {
    let rig = Rig::start().await;
    for body in [
        json!({"model": "m"}),
        json!({"model": "m", "messages": "hi"}),
    ] {
        let seen = rig.ask(COUNT, &body).await;
        assert_eq!(seen.status, 400);
        let error = seen.json();
        assert_eq!(error["type"], "error");
        assert_eq!(error["error"]["type"], "invalid_request_error");
    }
    let garbage = rig
        .client
        .post(rig.url(COUNT))
        .header("x-api-key", &rig.token)
        .header("content-type", "application/json")
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(garbage.status(), 400);
    let error: Value = serde_json::from_slice(&garbage.bytes().await.unwrap()).unwrap();
    assert_eq!(error["type"], "error");
}

#[tokio::test]
async fn it_needs_the_token() {
    let rig = Rig::start().await;
    let answer = rig
        .client
        .post(rig.url(COUNT))
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
}
