//! `/v1/responses`, which becomes a chat, and `/v1/messages/count_tokens`.

mod broken;
mod counted;
mod refused;

use flowkeep_contract::{Outcome, RequestView};
use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions, Seen};
use serde_json::{Value, json};

const PATH: &str = "/v1/responses";

fn asking(model: &str, stream: bool) -> Value {
    json!({"model": model, "input": "Hello", "stream": stream, "store": false})
}

fn weather() -> Value {
    json!([{"type": "function", "name": "get_weather", "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}])
}

/// The events of a stream.
fn events(seen: &Seen) -> Vec<Value> {
    let text = seen.text();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("an event is JSON"))
        .collect()
}

/// The response that a stream ends with.
fn last(seen: &Seen) -> Value {
    events(seen).pop().expect("an event")["response"].clone()
}

/// The body of the only chat that the upstream got.
fn chat(rig: &Rig) -> Value {
    let hits = rig.hits("/v1/chat/completions");
    assert_eq!(hits.len(), 1);
    let body = hits[0].body.as_deref().expect("bodies are recorded");
    serde_json::from_slice(body).expect("the chat is JSON")
}

/// The log has the tokens that the client was told.
fn assert_counted(row: &RequestView, response: &Value) {
    let told = |name: &str| response["usage"][name].as_i64();
    assert_eq!(row.prompt_tokens, told("input_tokens"));
    assert_eq!(row.completion_tokens, told("output_tokens"));
}

#[tokio::test]
async fn a_response_is_answered_by_a_chat_and_counted() {
    let rig = Rig::start().await;
    let seen = rig.ask(PATH, &asking(MODEL, false)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(!seen.header("x-flowkeep-account").is_empty());
    assert!(!seen.header("x-siliconcloud-trace-id").is_empty());
    let response = seen.json();
    assert_eq!(response["object"], "response");
    assert_eq!(response["status"], "completed");
    assert_eq!(
        response["output"][0]["content"][0]["text"],
        "You said: Hello"
    );
    let chat = chat(&rig);
    assert_eq!(
        chat["messages"],
        json!([{"role": "user", "content": "Hello"}])
    );
    assert_eq!(chat.get("store"), None);
    let rows = rig.agree(std::slice::from_ref(&seen)).await;
    assert_eq!(rows[0].route, "responses");
    assert_counted(&rows[0], &response);
}

#[tokio::test]
async fn a_stream_is_translated_and_counted() {
    let rig = Rig::start().await;
    let seen = rig.ask(PATH, &asking(MODEL, true)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(seen.header("content-type").starts_with("text/event-stream"));
    let events = events(&seen);
    assert_eq!(events[0]["type"], "response.created");
    let numbers: Vec<_> = events
        .iter()
        .map(|event| event["sequence_number"].as_u64())
        .collect();
    assert!(
        numbers
            .iter()
            .copied()
            .eq((0..numbers.len() as u64).map(Some))
    );
    let response = last(&seen);
    assert_eq!(
        response["output"][0]["content"][0]["text"],
        "You said: Hello"
    );
    let rows = rig.agree(std::slice::from_ref(&seen)).await;
    assert!(rows[0].stream);
    assert_eq!(rows[0].outcome, Outcome::Success);
    assert_counted(&rows[0], &response);
}

#[tokio::test]
async fn a_tool_is_called_and_answers() {
    let rig = Rig::start().await;
    for stream in [false, true] {
        let mut body = asking(MODEL, stream);
        body["tools"] = weather();
        body["input"] = json!([{"role": "user", "content": "What is the weather in Paris?"}]);
        let seen = rig.ask(PATH, &body).await;
        let response = if stream { last(&seen) } else { seen.json() };
        let call = response["output"][0].clone();
        assert_eq!(call["type"], "function_call", "{response}");
        assert_eq!(call["name"], "get_weather");
        assert_eq!(call["arguments"], "{\"city\":\"Paris\"}");
        let output =
            json!({"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"});
        body["input"].as_array_mut().unwrap().extend([call, output]);
        let seen = rig.ask(PATH, &body).await;
        let response = if stream { last(&seen) } else { seen.json() };
        let text = &response["output"][0]["content"][0]["text"];
        assert_eq!(text, "The tool said: sunny");
    }
}

#[tokio::test]
async fn thoughts_go_there_and_back() {
    let rig = Rig::start().await;
    for stream in [false, true] {
        let mut body = asking("sim/reasoning", stream);
        body["include"] = json!(["reasoning.encrypted_content"]);
        let seen = rig.ask(PATH, &body).await;
        let response = if stream { last(&seen) } else { seen.json() };
        let thought = &response["output"][0];
        assert_eq!(thought["type"], "reasoning", "{response}");
        let text = thought["content"][0]["text"].as_str().unwrap().to_owned();
        assert!(response["usage"]["output_tokens_details"]["reasoning_tokens"].as_u64() > Some(0));
        // As Codex sends it back: without the text.
        let kept = json!({"type": "reasoning", "summary": [], "encrypted_content": thought["encrypted_content"]});
        body["model"] = MODEL.into();
        body["input"] =
            json!([{"role": "user", "content": "Hello"}, kept, {"role": "user", "content": "On"}]);
        rig.simulator.ledger().clear();
        assert_eq!(rig.ask(PATH, &body).await.status, 200);
        assert_eq!(chat(&rig)["messages"][1]["reasoning_content"], text);
    }
}

/// Comments, line ends and cuts of the upstream change nothing.
#[tokio::test]
async fn how_the_upstream_writes_its_stream_does_not_show() {
    let rig = Rig::start().await;
    for model in [
        "sim/ok",
        "sim/comments",
        "sim/crlf",
        "sim/dribble",
        "sim/bom",
    ] {
        let seen = rig.ask(PATH, &asking(model, true)).await;
        let response = last(&seen);
        assert_eq!(response["status"], "completed", "{model}");
        assert_eq!(
            response["output"][0]["content"][0]["text"], "You said: Hello",
            "{model}"
        );
        assert!(!seen.text().contains("keep-alive"));
    }
}

/// A body that is longer than what is held for a repeat is read whole all the same.
#[tokio::test]
async fn a_long_request_is_translated_too() {
    let rig = Rig::with(RigOptions {
        settings: "replay_mib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let mut body = asking("deepseek-ai/DeepSeek-V4-Flash", false);
    body["input"] = "four".repeat(1 << 19).into();
    let seen = rig.ask(PATH, &body).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(chat(&rig)["messages"][0]["content"].as_str().unwrap().len() > 1 << 20);
}

#[tokio::test]
async fn offers_that_cannot_be_kept_are_named() {
    let rig = Rig::start().await;
    let mut body = asking(MODEL, false);
    body["tools"] = json!([{"type": "web_search"}]);
    let seen = rig.ask(PATH, &body).await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("x-flowkeep-ignored"), "tools[0].web_search");
}

/// Codex closes the connection once it has the last event.
#[tokio::test]
async fn a_client_that_leaves_after_the_last_event_got_everything() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    client.send(rig.raw_post(PATH, &asking(MODEL, true))).await;
    client.read_until("event: response.completed\n").await;
    client.read_until("\n\n").await;
    drop(client);
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Success);
}

/// A name that only the tool knows is replaced, as in a chat.
#[tokio::test]
async fn an_alias_counts_here_too() {
    let rig = Rig::start().await;
    let seen = rig.ask(PATH, &asking("gpt-4o", false)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let used = seen.header("x-flowkeep-model");
    assert!(!used.is_empty());
    assert_eq!(chat(&rig)["model"], used);
    assert_eq!(seen.json()["model"], used);
}
