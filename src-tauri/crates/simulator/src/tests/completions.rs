use serde_json::{Value, json};

use super::{MODEL, assert_invalid, assert_unknown_model, ended, post, start};
use crate::Usage;

const PATH: &str = "/v1/completions";

fn fill(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "prompt": "def f(", "suffix": "return x"})
}

#[tokio::test]
async fn a_completion_has_the_vendors_shape() {
    let simulator = start().await;
    let answer = post(&simulator, "alpha", PATH, &fill(MODEL, false)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let json = answer.json();
    let expected = format!(
        r#"{{"id":{},"object":"text_completion","created":{},"model":"{MODEL}","choices":[{{"index":0,"text":"You said: def f(return x","finish_reason":"stop","logprobs":null}}],"usage":{{"prompt_tokens":4,"completion_tokens":6,"total_tokens":10}}}}"#,
        json["id"], json["created"]
    );
    assert_eq!(answer.body, expected);
    let entry = ended(&simulator, 1).await.remove(0);
    let usage = Usage {
        prompt: 4,
        completion: 6,
        ..Usage::default()
    };
    assert_eq!(
        (entry.told, entry.route.as_str()),
        (Some(usage), "completions")
    );
    assert_eq!(entry.cost_nano, 4 * 2_000 + 6 * 8_000);
}

#[tokio::test]
async fn a_streamed_completion_counts_up_and_ends() {
    let simulator = start().await;
    let answer = post(&simulator, "alpha", PATH, &fill(MODEL, true)).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.body.ends_with("data: [DONE]\n\n"));
    let events = answer.events();
    let texts = events
        .iter()
        .map(|event| event["choices"][0]["text"].as_str().unwrap());
    assert_eq!(texts.collect::<String>(), "You said: def f(return x");
    let last = events.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert_eq!(last["usage"]["completion_tokens"], 6);
    assert_eq!(events[0]["usage"]["completion_tokens"], 1);
    assert_eq!(events[0]["choices"][0]["finish_reason"], Value::Null);
}

#[tokio::test]
async fn faults_apply_to_completions() {
    let simulator = start().await;
    let last = post(&simulator, "alpha", PATH, &fill("sim/usage-last", true))
        .await
        .events();
    let (tail, before) = last.split_last().unwrap();
    assert_eq!(
        (&tail["choices"], &tail["usage"]["completion_tokens"]),
        (&json!([]), &json!(6))
    );
    assert!(before.iter().all(|event| event["usage"].is_null()));
    let none = post(&simulator, "alpha", PATH, &fill("sim/no-usage", false)).await;
    assert!(!none.body.contains("\"usage\":"));
    let cut_off = post(&simulator, "alpha", PATH, &fill("sim/no-done", true)).await;
    assert!(!cut_off.body.contains("[DONE]"));
    let mid = post(
        &simulator,
        "alpha",
        PATH,
        &fill("sim/error-mid-stream:2", true),
    )
    .await
    .events();
    assert_eq!((mid.len(), &mid[2]["code"]), (3, &json!(50508)));
    let tool = post(&simulator, "alpha", PATH, &fill("sim/tool-call", false))
        .await
        .json();
    assert_eq!(
        tool["choices"][0]["finish_reason"], "stop",
        "a completion calls no tool"
    );
    let mut short = fill(MODEL, false);
    short["max_tokens"] = json!(2);
    let short = post(&simulator, "alpha", PATH, &short).await.json();
    assert_eq!(short["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn bad_completions_are_refused() {
    let simulator = start().await;
    let cases = [
        (json!({"model": MODEL}), "Field required"),
        (
            json!({"model": MODEL, "prompt": 7}),
            "prompt: Input should be a valid string",
        ),
        (
            json!({"model": MODEL, "prompt": "x", "max_tokens": "many"}),
            "max_tokens: Input should be a valid integer",
        ),
    ];
    for (body, message) in cases {
        assert_invalid(&post(&simulator, "alpha", PATH, &body).await, message);
    }
    for model in [
        "BAAI/bge-m3",
        "THUDM/glm-4-9b-chat",
        "Qwen/Qwen3.5-397B-A17B",
    ] {
        assert_unknown_model(&post(&simulator, "alpha", PATH, &fill(model, false)).await);
    }
}
