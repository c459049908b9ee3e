use serde_json::{Value, json};

use super::{MODEL, chat, ended, get, hello, send, start};
use crate::Usage;

#[tokio::test]
async fn an_answer_has_the_vendors_shape() {
    let simulator = start().await;
    let answer = chat(&simulator, &hello(MODEL, false)).await;
    assert_eq!(answer.status, 200);
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/json; charset=utf-8"));
    assert!(
        answer
            .header("x-siliconcloud-trace-id")
            .unwrap()
            .starts_with("ti_")
    );
    let json = answer.json();
    let id = json["id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    assert_eq!(&id[12..13], "7", "a UUIDv7 without dashes: {id}");
    assert_eq!(json["object"], "chat.completion");
    assert_eq!(json["model"], MODEL);
    assert_eq!(json["system_fingerprint"], "");
    let choice = &json["choices"][0];
    assert_eq!(choice["message"]["content"], "You said: hello");
    assert_eq!(choice["finish_reason"], "stop");
    assert_eq!(json["usage"]["prompt_tokens"], 2);
    assert_eq!(json["usage"]["completion_tokens"], 4);
    assert_eq!(json["usage"]["total_tokens"], 6);
    let entry = ended(&simulator, 1).await.remove(0);
    let usage = Usage {
        prompt: 2,
        completion: 4,
        ..Usage::default()
    };
    assert_eq!((entry.told, entry.generated), (Some(usage), Some(usage)));
    assert!(entry.completed && !entry.stream);
    assert_eq!(entry.bytes_sent, answer.body.len() as u64);
    assert_eq!(entry.route, "chat/completions");
    assert_eq!(entry.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_stream_is_written_like_the_captures() {
    let simulator = start().await;
    // An older model: no cache fields in its usage.
    let model = "Qwen/Qwen2.5-7B-Instruct";
    let answer = chat(&simulator, &hello(model, true)).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    let first = &answer.events()[0];
    let head = format!(
        r#"data: {{"id":{},"object":"chat.completion.chunk","created":{},"model":"{model}","choices":[{{"index":0,"delta":{{"#,
        first["id"], first["created"],
    );
    let chunk = |delta: &str, finish: &str, spent: u32| {
        format!(
            "{head}{delta}}},\"finish_reason\":{finish}}}],\"system_fingerprint\":\"\",\"usage\":{{\"prompt_tokens\":2,\"completion_tokens\":{spent},\"total_tokens\":{}}}}}\n\n",
            2 + spent
        )
    };
    let text = |piece: &str, spent: u32| {
        let delta = format!(r#""content":"{piece}","reasoning_content":null,"role":"assistant""#);
        chunk(&delta, "null", spent)
    };
    let expected = [
        text("", 0),
        text("You ", 1),
        text("said", 2),
        text(": he", 3),
        text("llo", 4),
        chunk(r#""content":"","reasoning_content":null"#, r#""stop""#, 4),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat();
    assert_eq!(answer.body, expected);
    let entry = ended(&simulator, 1).await.remove(0);
    assert!(entry.stream && entry.completed);
    assert_eq!(entry.told.unwrap().completion, 4);
    assert_eq!(entry.bytes_sent, answer.body.len() as u64);
}

#[tokio::test]
async fn reasoning_comes_first_and_is_counted() {
    let simulator = start().await;
    let answer = chat(&simulator, &hello("deepseek-ai/DeepSeek-R1", true)).await;
    let events = answer.events();
    let delta = &events[0]["choices"][0]["delta"];
    assert_eq!(delta["content"], Value::Null);
    assert_eq!(delta["reasoning_content"], "");
    let usage = &events.last().unwrap()["usage"];
    let reasoning = &usage["completion_tokens_details"]["reasoning_tokens"];
    assert!(reasoning.as_u64().unwrap() > 5, "{usage}");
    assert_eq!(usage["prompt_cache_miss_tokens"], 2);
    let mut body = hello("deepseek-ai/DeepSeek-V3.2", false);
    body["enable_thinking"] = json!(true);
    let whole = chat(&simulator, &body).await.json();
    let message = &whole["choices"][0]["message"];
    assert!(message["reasoning_content"].is_string(), "{whole}");
}

fn with_tool(stream: bool) -> Value {
    json!({
        "model": "Pro/moonshotai/Kimi-K2.6",
        "stream": stream,
        "messages": [{"role": "user", "content": "what is the weather?"}],
        "tools": [{"type": "function", "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        }}],
    })
}

#[tokio::test]
async fn a_tool_goes_round_trip() {
    let simulator = start().await;
    let mut body = with_tool(false);
    let first = chat(&simulator, &body).await.json();
    assert_eq!(first["choices"][0]["finish_reason"], "tool_calls");
    let message = first["choices"][0]["message"].clone();
    assert_eq!(message["content"], "");
    let call = &message["tool_calls"][0];
    assert_eq!(call["id"], "functions.get_weather:0");
    assert_eq!(call["function"]["arguments"], r#"{"city":"Paris"}"#);
    let result = json!({"role": "tool", "tool_call_id": call["id"], "content": "sunny"});
    let messages = body["messages"].as_array_mut().unwrap();
    messages.extend([message, result]);
    let second = chat(&simulator, &body).await.json();
    assert_eq!(
        second["choices"][0]["message"]["content"],
        "The tool said: sunny"
    );
    assert_eq!(second["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn a_streamed_tool_call_has_nulls_after_its_first_delta() {
    let simulator = start().await;
    let events = chat(&simulator, &with_tool(true)).await.events();
    let calls: Vec<&Value> = events
        .iter()
        .map(|event| &event["choices"][0]["delta"]["tool_calls"][0])
        .filter(|call| !call.is_null())
        .collect();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0]["id"], "functions.get_weather:0");
    assert_eq!(calls[0]["function"]["arguments"], "");
    for call in &calls[1..] {
        assert!(call["id"].is_null() && call["type"].is_null(), "{call}");
    }
    assert_eq!(calls[1]["function"]["name"], "");
    assert_eq!(calls[2]["function"].get("name"), None);
    let arguments: String = calls
        .iter()
        .map(|call| call["function"]["arguments"].as_str().unwrap())
        .collect();
    assert_eq!(arguments, r#"{"city":"Paris"}"#);
    let last = &events.last().unwrap()["choices"][0];
    assert_eq!(last["finish_reason"], "tool_calls");
}

#[tokio::test]
async fn models_that_do_not_chat_do_not_exist() {
    let simulator = start().await;
    for model in [
        "no/such-model",
        "sim/nonsense",
        "BAAI/bge-m3",
        "Qwen/Qwen3.5-397B-A17B",
    ] {
        let answer = chat(&simulator, &hello(model, false)).await;
        let message = "Model does not exist. Please check it carefully.";
        let expected = json!({"code": 20012, "message": message, "data": null});
        assert_eq!((answer.status, answer.json()), (400, expected), "{model}");
    }
}

#[tokio::test]
async fn bad_requests_get_the_vendors_texts() {
    let simulator = start().await;
    let mut wrong_type = hello(MODEL, false);
    wrong_type["max_tokens"] = json!("many");
    let mut thinking = hello(MODEL, false);
    thinking["enable_thinking"] = json!(true);
    let long = "x".repeat(4 * 32_768 + 4);
    let too_long = json!({
        "model": "Qwen/Qwen2.5-7B-Instruct",
        "messages": [{"role": "user", "content": long}],
    });
    let cases = [
        (json!({"model": MODEL}), 20015, "Field required"),
        (json!({"messages": []}), 20015, "Field required"),
        (
            json!([]),
            20015,
            "The parameter is invalid. Please check again.",
        ),
        (
            wrong_type,
            20015,
            "max_tokens: Input should be a valid integer",
        ),
        (
            thinking,
            20015,
            "Value error, current model does not support parameter `enable_thinking`.",
        ),
        (
            too_long,
            20015,
            "length of prompt_tokens (32769) must be less than max_seq_len (32768).",
        ),
    ];
    for (body, code, message) in cases {
        let answer = chat(&simulator, &body).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        let expected = json!({"code": code, "message": message, "data": null});
        assert_eq!(answer.json(), expected);
    }
    let target = (reqwest::Method::POST, "/v1/chat/completions");
    let not_json = send(&simulator, target, &crate::sample_key("alpha"), "{".into()).await;
    assert_eq!(not_json.json()["code"], 20015);
}

#[tokio::test]
async fn a_redirected_model_answers() {
    let simulator = start().await;
    let answer = chat(&simulator, &hello("Pro/moonshotai/Kimi-K2.5", false)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["model"], "Pro/moonshotai/Kimi-K2.6");
}

#[tokio::test]
async fn the_catalogue_is_listed_and_narrowed() {
    let simulator = start().await;
    let all = get(&simulator, "/v1/models").await;
    assert!(all.body.starts_with(r#"{"object":"list","data":[{"id":""#));
    let ids = |answer: &super::Answer| -> Vec<String> {
        let json = answer.json();
        let data = json["data"].as_array().unwrap();
        data.iter()
            .map(|model| model["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(ids(&all).contains(&"BAAI/bge-m3".to_owned()));
    assert!(
        !ids(&all).contains(&"Qwen/Qwen3.5-397B-A17B".to_owned()),
        "retired"
    );
    let chat_only = ids(&get(&simulator, "/v1/models?sub_type=chat").await);
    assert_eq!(chat_only[0], "deepseek-ai/DeepSeek-V4-Flash");
    assert!(!chat_only.contains(&"BAAI/bge-m3".to_owned()));
    let images = ids(&get(&simulator, "/v1/models?type=image").await);
    assert!(images.contains(&"Kwai-Kolors/Kolors".to_owned()));
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let simulator = start().await;
    for path in ["/v1/responses", "/chat/completions", "/", "/v1/models/x"] {
        let answer = get(&simulator, path).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, "Not Found"),
            "{path}"
        );
        assert!(answer.header("x-siliconcloud-trace-id").is_some());
    }
}
