mod client;
mod endings;
mod recorded;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::client::Client;
use super::super::request;
use super::*;

/// A translator for the answer to this request.
fn answer_to(fields: &Value) -> StreamAnswer {
    let mut body = json!({"model": "asked", "input": "hi", "stream": true});
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let translated = request::translate(body.to_string().as_bytes()).unwrap();
    let form = translated
        .form
        .of_request(uuid::Uuid::nil(), 1_700_000_000_000);
    StreamAnswer::new(form)
}

fn translated(request: &Value, pieces: &[&[u8]]) -> Vec<u8> {
    let mut answer = answer_to(request);
    let mut out = Vec::new();
    for piece in pieces {
        answer.feed(piece, &mut out).unwrap();
    }
    answer.finish(&mut out);
    out
}

/// What a client makes of a stream; it is as strict as the SDKs.
fn heard(request: &Value, stream: &str) -> Client {
    let mut client = Client::default();
    client.hear(&translated(request, &[stream.as_bytes()]));
    client
}

/// A stream of these deltas, with the vendor's usage in every chunk.
fn stream_of(deltas: &[Value], finish: &str) -> String {
    let mut stream = String::new();
    let mut chunk = |delta: &Value, reason: Value, tokens: usize| {
        let chunk = json!({"id": "x", "created": 1_753_329_315, "model": "answered",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
            "usage": {"prompt_tokens": 4, "completion_tokens": tokens, "total_tokens": 4 + tokens}});
        stream.push_str("data: ");
        stream.push_str(&chunk.to_string());
        stream.push_str("\n\n");
    };
    for (tokens, delta) in deltas.iter().enumerate() {
        chunk(delta, Value::Null, tokens);
    }
    chunk(
        &json!({"content": "", "reasoning_content": null}),
        finish.into(),
        deltas.len(),
    );
    stream + "data: [DONE]\n\n"
}

fn text(text: &str) -> Value {
    json!({"role": "assistant", "content": text, "reasoning_content": null})
}

fn thought(text: &str) -> Value {
    json!({"role": "assistant", "content": null, "reasoning_content": text})
}

fn begins_call(index: usize, id: Option<&str>, name: &str) -> Value {
    json!({"content": null, "tool_calls": [{"index": index, "id": id, "type": "function",
        "function": {"name": name, "arguments": ""}}]})
}

fn goes_on(index: usize, arguments: &str) -> Value {
    json!({"content": null, "tool_calls": [{"index": index, "id": null, "type": null,
        "function": {"name": "", "arguments": arguments}}]})
}

#[test]
fn a_text_has_all_its_events_in_order() {
    let client = heard(
        &json!({}),
        &stream_of(&[text(""), text("Hel"), text("lo")], "stop"),
    );
    let kinds: Vec<&str> = client.kinds().collect();
    assert_eq!(
        kinds,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let response = client.response();
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "answered");
    assert_eq!(response["created_at"], 1_753_329_315);
    assert_eq!(response["id"], "resp_00000000000000000000000000000000");
    assert_eq!(response["output"][0]["content"][0]["text"], "Hello");
    assert_eq!(
        response["usage"],
        json!({"input_tokens": 4, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 7})
    );
}

#[test]
fn thought_text_and_thought_again_are_items_of_their_own() {
    let deltas = [
        thought("a"),
        thought("b"),
        text("c"),
        thought("d"),
        text("e"),
    ];
    let client = heard(&json!({}), &stream_of(&deltas, "stop"));
    let output = &client.response()["output"];
    let told: Vec<_> = output
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["type"].as_str().unwrap(),
                item["content"][0]["text"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("reasoning", "ab"),
            ("message", "c"),
            ("reasoning", "d"),
            ("message", "e")
        ]
    );
    assert!(output[0].get("encrypted_content").is_none());
}

/// For clients that keep no raw thoughts.
#[test]
fn thoughts_are_sealed_when_asked_for() {
    let asked = json!({"include": ["reasoning.encrypted_content"], "store": false});
    let client = heard(&asked, &stream_of(&[thought("hm"), text("x")], "stop"));
    let item = &client.response()["output"][0];
    assert_eq!(item["encrypted_content"], "flowkeep-reasoning-1:hm");
}

#[test]
fn calls_side_by_side_keep_their_arguments_apart() {
    let deltas = [
        text("Looking."),
        begins_call(0, Some("c0"), "first"),
        goes_on(0, "{\"a\""),
        begins_call(1, Some("c1"), "second"),
        goes_on(1, "{\"b\""),
        goes_on(0, ":1}"),
        goes_on(1, ":2}"),
    ];
    let client = heard(&json!({}), &stream_of(&deltas, "tool_calls"));
    let output = &client.response()["output"];
    for (index, id, name, arguments) in [
        (1, "c0", "first", "{\"a\":1}"),
        (2, "c1", "second", "{\"b\":2}"),
    ] {
        let item = &output[index];
        assert_eq!(item["type"], "function_call");
        assert_eq!(
            (&item["call_id"], &item["name"]),
            (&id.into(), &name.into())
        );
        assert_eq!(item["arguments"], arguments);
    }
}

/// Some models number all calls 0, send the name late or no id at all.
#[test]
fn careless_calls_are_understood() {
    let nameless =
        json!({"tool_calls": [{"index": 0, "id": "c0", "function": {"arguments": "{\"a\""}}]});
    let named = json!({"tool_calls": [{"index": 0, "id": "c0", "function": {"name": "first", "arguments": ":1}"}}]});
    let second = json!({"tool_calls": [{"id": "c1", "function": {"name": "second", "arguments": {"b": 2}}}]});
    let client = heard(
        &json!({}),
        &stream_of(&[nameless, named, second], "tool_calls"),
    );
    let output = &client.response()["output"];
    assert_eq!(output[0]["arguments"], "{\"a\":1}");
    assert_eq!(output[1]["arguments"], "{\"b\":2}");
    let client = heard(
        &json!({}),
        &stream_of(&[begins_call(0, None, "f"), goes_on(0, "{}")], "tool_calls"),
    );
    let item = &client.response()["output"][0];
    assert_eq!(item["call_id"], "call_00000000000000000000000000000000_0");
}

#[test]
fn a_custom_tool_gets_its_text_and_a_namespace_its_name() {
    let tools = json!({"tools": [{"type": "custom", "name": "apply_patch"},
        {"type": "namespace", "name": "mcp__files", "tools": [{"type": "function", "name": "read"}]}]});
    let deltas = [
        begins_call(0, Some("c0"), "apply_patch"),
        goes_on(0, "{\"input\":\"*** Be"),
        goes_on(0, "gin\\n\"}"),
        begins_call(1, Some("c1"), "mcp__files__read"),
        goes_on(1, "{}"),
    ];
    let client = heard(&tools, &stream_of(&deltas, "tool_calls"));
    let output = &client.response()["output"];
    assert_eq!(output[0]["type"], "custom_tool_call");
    assert_eq!(output[0]["input"], "*** Begin\n");
    assert_eq!(output[0]["name"], "apply_patch");
    assert_eq!(output[1]["type"], "function_call");
    assert_eq!(output[1]["name"], "read");
    assert_eq!(output[1]["namespace"], "mcp__files");
    assert!(
        client
            .kinds()
            .any(|kind| kind == "response.custom_tool_call_input.done")
    );
}

/// A response has one answer.
#[test]
fn of_several_choices_only_the_first_is_told() {
    let mut stream = stream_of(&[text("one")], "stop");
    let other =
        json!({"choices": [{"index": 1, "delta": {"content": "two"}, "finish_reason": null}]});
    stream.insert_str(0, &format!("data: {other}\n\n"));
    let client = heard(&json!({}), &stream);
    let output = client.response()["output"].as_array().unwrap();
    assert_eq!(output.len(), 1);
    assert_eq!(output[0]["content"][0]["text"], "one");
}

#[test]
fn a_response_repeats_its_request() {
    let asked = json!({"instructions": "be brief", "metadata": {"a": "b"}, "temperature": 0.5,
        "max_output_tokens": 99, "tool_choice": "auto", "parallel_tool_calls": false,
        "tools": [{"type": "function", "name": "f"}], "reasoning": {"effort": "low"},
        "text": {"format": {"type": "json_object"}}});
    let client = heard(&asked, &stream_of(&[text("{}")], "stop"));
    let response = client.response();
    for name in [
        "instructions",
        "metadata",
        "temperature",
        "max_output_tokens",
        "tool_choice",
        "parallel_tool_calls",
        "tools",
        "text",
    ] {
        assert_eq!(response[name], asked[name], "{name}");
    }
    assert_eq!(
        response["reasoning"],
        json!({"effort": "low", "summary": null})
    );
    assert_eq!(response["store"], false);
    assert_eq!(response["previous_response_id"], Value::Null);
}

proptest! {
    /// Cut anywhere, also inside a character or a line end, a stream becomes the
    /// same bytes.
    #[test]
    fn it_does_not_matter_where_the_upstream_cuts(
        cuts in prop::collection::vec(0_usize..4000, 0..20),
        crlf in any::<bool>(),
    ) {
        let deltas = [thought("想"), text("你好 🌍\n"), begins_call(0, Some("c"), "f"), goes_on(0, "{\"城\":1}")];
        let stream = stream_of(&deltas, "tool_calls");
        let stream = if crlf { stream.replace('\n', "\r\n") } else { stream };
        let bytes = stream.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&bytes[from..cut]);
            from = cut;
        }
        pieces.push(&bytes[from..]);
        prop_assert_eq!(translated(&json!({}), &pieces), translated(&json!({}), &[bytes]));
    }
}
