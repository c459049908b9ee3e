use flowkeep_contract::Outcome;
use flowkeep_tests::{MODEL, Rig};
use serde_json::{Value, json};

#[tokio::test]
async fn a_chat_is_answered_and_counted() {
    let rig = Rig::start().await;
    let response = rig.chat(MODEL).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-flowkeep-attempts"], "1");
    let account = response.headers()["x-flowkeep-account"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        ["alpha", "beta", "gamma"].contains(&account.as_str()),
        "{account}"
    );
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    let rows = rig.rows().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].outcome, Outcome::Success);
    assert_eq!(
        rows[0].prompt_tokens,
        body["usage"]["prompt_tokens"].as_i64()
    );
    assert_eq!(
        rows[0].completion_tokens,
        body["usage"]["completion_tokens"].as_i64()
    );
    assert_eq!(rows[0].account.as_deref(), Some(account.as_str()));
    assert_eq!(rig.app.in_flight(), 0);
}

/// D9: what the upstream got is what the client sent, to the byte.
#[tokio::test]
async fn a_body_passes_untouched() {
    let rig = Rig::start().await;
    let body = "{ \"model\" : \"deepseek-ai/DeepSeek-V3\",\n \"x_unknown\": 1.0e0, \"messages\":[{\"role\":\"user\",\"content\":\"\\u4f60\"}]}";
    let response = rig
        .client
        .post(rig.url("/v1/chat/completions?beta=1&x=%20"))
        .bearer_auth(&rig.token)
        .header("content-type", "application/json; charset=utf-8")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let hit = &rig.hits("/v1/chat/completions")[0];
    assert_eq!(hit.body.as_deref(), Some(body.as_bytes()));
    assert_eq!(hit.query.as_deref(), Some("beta=1&x=%20"));
}

#[tokio::test]
async fn a_stream_ends_in_done_and_is_counted() {
    let rig = Rig::start().await;
    let response = rig.stream(MODEL).await;
    assert_eq!(response.status(), 200);
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/event-stream")
    );
    let text = response.text().await.unwrap();
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    let told = rig.hits("/v1/chat/completions")[0].told.unwrap();
    let row = &rig.rows().await[0];
    assert!(row.stream);
    assert_eq!(row.outcome, Outcome::Success);
    assert_eq!(row.prompt_tokens, Some(i64::try_from(told.prompt).unwrap()));
    assert_eq!(
        row.completion_tokens,
        Some(i64::try_from(told.completion).unwrap())
    );
}

#[tokio::test]
async fn a_message_in_anthropic_form_is_answered_and_counted() {
    let rig = Rig::start().await;
    for stream in [false, true] {
        let body = json!({"model": "zai-org/GLM-5.2", "max_tokens": 64, "stream": stream,
            "messages": [{"role": "user", "content": "hi"}]});
        let response = rig
            .client
            .post(rig.url("/v1/messages"))
            .header("x-api-key", &rig.token)
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert!(!response.bytes().await.unwrap().is_empty());
    }
    let rows = rig.rows().await;
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row.route, "messages");
        assert_eq!(row.outcome, Outcome::Success);
        assert!(row.prompt_tokens.unwrap() > 0);
        assert!(row.completion_tokens.unwrap() > 0);
    }
}

#[tokio::test]
async fn the_models_are_listed() {
    let rig = Rig::start().await;
    let response = rig
        .client
        .get(rig.url("/v1/models?sub_type=chat"))
        .bearer_auth(&rig.token)
        .send()
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(body["object"], "list");
    assert!(
        body["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|model| model["id"] == MODEL)
    );
}

/// What Flowkeep does not know is the upstream's to answer.
#[tokio::test]
async fn an_unknown_route_is_forwarded() {
    let rig = Rig::start().await;
    let response = rig.post("/v1/made/up", &json!({})).await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.text().await.unwrap(), "Not Found");
    assert_eq!(rig.hits("/v1/made/up").len(), 1);
}
