//! The transcripts of the API reference, word for word.

use super::*;

/// §3.3: a plain chat.
const PLAIN: &str = concat!(
    r#"data: {"id":"01983a922eff7e1cee0f9a1cdbbd74f4","object":"chat.completion.chunk","created":1753329315,"model":"deepseek-ai/DeepSeek-V3","choices":[{"index":0,"delta":{"content":"","reasoning_content":null,"role":"assistant"},"finish_reason":null}],"system_fingerprint":"","usage":{"prompt_tokens":4,"completion_tokens":0,"total_tokens":4}}"#,
    "\n\n",
    r#"data: {"id":"01983a922eff7e1cee0f9a1cdbbd74f4","object":"chat.completion.chunk","created":1753329315,"model":"deepseek-ai/DeepSeek-V3","choices":[{"index":0,"delta":{"content":"你好","reasoning_content":null,"role":"assistant"},"finish_reason":null}],"system_fingerprint":"","usage":{"prompt_tokens":4,"completion_tokens":1,"total_tokens":5}}"#,
    "\n\n",
    r#"data: {"id":"01983a922eff7e1cee0f9a1cdbbd74f4","object":"chat.completion.chunk","created":1753329315,"model":"deepseek-ai/DeepSeek-V3","choices":[{"index":0,"delta":{"content":"！","reasoning_content":null,"role":"assistant"},"finish_reason":null}],"system_fingerprint":"","usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}"#,
    "\n\n",
    r#"data: {"id":"01983a922eff7e1cee0f9a1cdbbd74f4","object":"chat.completion.chunk","created":1753329315,"model":"deepseek-ai/DeepSeek-V3","choices":[{"index":0,"delta":{"content":"","reasoning_content":null},"finish_reason":"stop"}],"system_fingerprint":"","usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}"#,
    "\n\ndata: [DONE]\n\n",
);

/// The beginning of a chunk of §3.4.
const CHUNK: &str = r#"data: {"id":"019d3437924b80033d9d13a907fff991","object":"chat.completion.chunk","created":1774697550,"model":"Pro/moonshotai/Kimi-K2.6","choices":[{"index":0,"delta":"#;
/// The usage of its last one.
const USAGE: &str = r#""system_fingerprint":"","usage":{"prompt_tokens":120,"completion_tokens":16,"total_tokens":136,"completion_tokens_details":{"reasoning_tokens":3},"prompt_tokens_details":{"cached_tokens":64},"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":56}}"#;

/// §3.4: a model that thinks and calls a tool, with the vendor's nulls.
fn thinking() -> String {
    let deltas = [
        r#"{"content":null,"reasoning_content":"","role":"assistant"}"#,
        r#"{"content":null,"reasoning_content":"Need weather.","role":"assistant"}"#,
        r#"{"content":null,"reasoning_content":null,"role":"assistant","tool_calls":[{"index":0,"id":"functions.get_weather:0","type":"function","function":{"name":"get_weather","arguments":""}}]}"#,
        r#"{"content":null,"reasoning_content":null,"role":"assistant","tool_calls":[{"index":0,"id":null,"type":null,"function":{"name":"","arguments":"{\"city\":"}}]}"#,
        r#"{"content":null,"reasoning_content":null,"role":"assistant","tool_calls":[{"index":0,"id":null,"type":null,"function":{"arguments":"\"Paris\"}"}}]}"#,
    ];
    let mut stream = String::new();
    for delta in deltas {
        stream = format!("{stream}{CHUNK}{delta},\"finish_reason\":null}}],{USAGE}\n\n");
    }
    let last = r#"{"content":"","reasoning_content":null},"finish_reason":"tool_calls"}],"#;
    format!("{stream}{CHUNK}{last}{USAGE}\n\ndata: [DONE]\n\n")
}

#[test]
fn a_plain_chat() {
    let client = heard(&json!({}), PLAIN);
    let response = client.response();
    assert_eq!(response["output"][0]["content"][0]["text"], "你好！");
    assert_eq!(response["usage"]["total_tokens"], 6);
    assert_eq!(response["status"], "completed");
}

#[test]
fn a_thought_and_a_call() {
    let client = heard(&json!({}), &thinking());
    let kinds: Vec<&str> = client.kinds().skip(2).collect();
    assert_eq!(
        kinds,
        [
            "response.output_item.added",
            "response.content_part.added",
            "response.reasoning_text.delta",
            "response.reasoning_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let response = client.response();
    assert_eq!(response["output"][0]["content"][0]["text"], "Need weather.");
    let call = &response["output"][1];
    assert_eq!(call["call_id"], "functions.get_weather:0");
    assert_eq!(call["arguments"], "{\"city\":\"Paris\"}");
    let usage = &response["usage"];
    assert_eq!(usage["input_tokens_details"]["cached_tokens"], 64);
    assert_eq!(usage["output_tokens_details"]["reasoning_tokens"], 3);
}

/// At every single place of the one, and at many of the longer one.
#[test]
fn the_place_of_a_cut_changes_nothing() {
    for (stream, step) in [(PLAIN.to_owned(), 1), (thinking(), 11)] {
        let whole = translated(&json!({}), &[stream.as_bytes()]);
        for cut in (0..=stream.len()).step_by(step) {
            let (left, right) = stream.as_bytes().split_at(cut);
            assert_eq!(
                translated(&json!({}), &[left, right]),
                whole,
                "cut at {cut}"
            );
        }
    }
}
