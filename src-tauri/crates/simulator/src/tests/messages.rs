use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, client, ended, send, start};
use crate::{Script, Simulator, sample_key};

const MODEL: &str = "Pro/zai-org/GLM-5.1";

fn request(stream: bool) -> Value {
    json!({
        "model": MODEL,
        "max_tokens": 64,
        "stream": stream,
        "system": "be brief",
        "messages": [{"role": "user", "content": "hello"}],
    })
}

async fn messages(simulator: &Simulator, body: &Value) -> Answer {
    let target = (Method::POST, "/v1/messages");
    send(simulator, target, &sample_key("alpha"), body.to_string()).await
}

#[tokio::test]
async fn a_message_has_the_vendors_shape() {
    let simulator = start().await;
    let answer = messages(&simulator, &request(false)).await;
    assert_eq!(answer.status, 200);
    let json = answer.json();
    let id = json["id"].as_str().unwrap();
    assert!(id.starts_with("msg_") && id.len() == 28, "{id}");
    assert_eq!(json["type"], "message");
    assert_eq!(
        json["content"],
        json!([{"type": "text", "text": "You said: hello"}])
    );
    assert_eq!(json["stop_reason"], "end_turn");
    assert_eq!(
        json["usage"],
        json!({"input_tokens": 4, "output_tokens": 4})
    );
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(
        (entry.route.as_str(), entry.told),
        ("messages", entry.generated)
    );
}

#[tokio::test]
async fn both_headers_sign_a_message() {
    let simulator = start().await;
    let url = format!("{}/messages", simulator.base_url());
    let response = client()
        .post(&url)
        .header("x-api-key", sample_key("beta"))
        .body(request(false).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(simulator.ledger().for_account("beta").len(), 1);
    let response = client()
        .get(format!("{}/models", simulator.base_url()))
        .header("x-api-key", sample_key("beta"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401, "only messages knows x-api-key");
}

#[tokio::test]
async fn a_thinking_stream_has_anthropics_order() {
    let simulator = start().await;
    let mut body = request(true);
    body["thinking"] = json!({"type": "enabled", "budget_tokens": 256});
    let answer = messages(&simulator, &body).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(
        answer
            .body
            .starts_with("event: message_start\ndata: {\"type\":\"message_start\"")
    );
    assert!(
        answer
            .body
            .ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
    );
    let events = answer.events();
    assert_eq!(events[0]["message"]["usage"], json!({"input_tokens": 4}));
    assert_eq!(
        events[1]["content_block"],
        json!({"type": "thinking", "thinking": ""})
    );
    let mut kinds: Vec<&str> = events
        .iter()
        .map(|event| {
            event["delta"]["type"]
                .as_str()
                .or(event["type"].as_str())
                .unwrap()
        })
        .collect();
    kinds.dedup();
    let expected = [
        "message_start",
        "content_block_start",
        "thinking_delta",
        "signature_delta",
        "content_block_stop",
        "content_block_start",
        "text_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ];
    assert_eq!(kinds, expected);
    let text: String = events
        .iter()
        .filter(|event| event["index"] == 1)
        .filter_map(|event| event["delta"]["text"].as_str())
        .collect();
    assert_eq!(text, "You said: hello");
    let usage = &events[events.len() - 2]["usage"];
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(usage["output_tokens"], entry.told.unwrap().completion);
    assert!(entry.told.unwrap().reasoning > 0);
}

#[tokio::test]
async fn a_tool_goes_round_trip() {
    let simulator = start().await;
    let mut body = request(true);
    body["tools"] = json!([{
        "name": "get_weather",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }]);
    body["tool_choice"] = json!({"type": "any"});
    let events = messages(&simulator, &body).await.events();
    let start = &events[1]["content_block"];
    assert_eq!(
        (&start["type"], &start["name"]),
        (&json!("tool_use"), &json!("get_weather"))
    );
    let input: String = events
        .iter()
        .filter_map(|event| event["delta"]["partial_json"].as_str())
        .collect();
    assert_eq!(input, r#"{"city":"Paris"}"#);
    assert_eq!(events[events.len() - 2]["delta"]["stop_reason"], "tool_use");
    body["stream"] = json!(false);
    let whole = messages(&simulator, &body).await.json();
    let content = whole["content"].clone();
    assert_eq!(content[0]["input"], json!({"city": "Paris"}));
    let result = json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": content[0]["id"], "content": "sunny"},
    ]});
    let conversation = body["messages"].as_array_mut().unwrap();
    conversation.extend([json!({"role": "assistant", "content": content}), result]);
    let last = messages(&simulator, &body).await.json();
    assert_eq!(last["content"][0]["text"], "The tool said: sunny");
}

#[tokio::test]
async fn done_follows_only_when_switched_on() {
    let script = Script {
        messages_done: true,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let answer = messages(&simulator, &request(true)).await;
    assert!(
        answer.body.ends_with("\n\ndata: [DONE]\n\n"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn errors_are_native_or_anthropic() {
    let simulator = start().await;
    let mut body = request(false);
    body["model"] = json!("no/such-model");
    let unknown = messages(&simulator, &body).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(unknown.json()["error"]["type"], "invalid_request_error");
    let no_limit = json!({"model": MODEL, "messages": [{"role": "user", "content": "x"}]});
    let native = messages(&simulator, &no_limit).await.json();
    assert_eq!(
        native,
        json!({"code": 20015, "message": "Field required", "data": null})
    );
    body["model"] = json!("sim/anthropic-error");
    let forced = messages(&simulator, &body).await.json();
    assert_eq!(forced["type"], "error");
}

#[tokio::test]
async fn a_wrong_block_index_can_be_had() {
    let simulator = start().await;
    let mut body = request(true);
    body["model"] = json!("sim/wrong-block-index");
    let events = messages(&simulator, &body).await.events();
    let text = events
        .iter()
        .find(|event| event["delta"]["type"] == "text_delta")
        .unwrap();
    let start = events
        .iter()
        .find(|event| event["type"] == "content_block_start")
        .unwrap();
    assert_ne!(text["index"], start["index"]);
}
