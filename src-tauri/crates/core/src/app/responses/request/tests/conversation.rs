//! `input` as messages.

use serde_json::{Value, json};

use super::{chat, refused};

fn messages(input: &Value) -> Value {
    chat(json!({"input": input}))["messages"].clone()
}

/// As Codex sends a second turn: everything again, thoughts and calls included.
#[test]
fn a_turn_of_codex_is_one_message_of_the_model() {
    let sealed = "flowkeep-reasoning-1:I need the files.";
    let input = json!([
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "context"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "list files"}]},
        {"type": "reasoning", "summary": [], "encrypted_content": sealed},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Looking."}]},
        {"type": "function_call", "call_id": "c1", "name": "shell", "arguments": "{\"command\":\"ls\"}"},
        {"type": "function_call", "call_id": "c2", "name": "shell", "arguments": "{\"command\":\"pwd\"}"},
        {"type": "function_call_output", "call_id": "c1", "output": "a.txt"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "/"}]},
    ]);
    let call = |id: &str, arguments: &str| {
        json!({"id": id, "type": "function",
        "function": {"name": "shell", "arguments": arguments}})
    };
    let expected = json!([
        {"role": "system", "content": "do it well\n\nrules"},
        {"role": "user", "content": "context\n\nlist files"},
        {"role": "assistant", "content": "Looking.", "reasoning_content": "I need the files.",
            "tool_calls": [call("c1", "{\"command\":\"ls\"}"), call("c2", "{\"command\":\"pwd\"}")]},
        {"role": "tool", "tool_call_id": "c1", "content": "a.txt"},
        {"role": "tool", "tool_call_id": "c2", "content": "/"},
    ]);
    let asked = chat(json!({"instructions": "do it well", "input": input}));
    assert_eq!(asked["messages"], expected);
}

#[test]
fn calls_after_a_result_are_another_message() {
    let call =
        |id: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"});
    let output = |id: &str| json!({"type": "function_call_output", "call_id": id, "output": "x"});
    let messages = messages(&json!([call("1"), output("1"), call("2"), output("2")]));
    let roles: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["role"])
        .collect();
    assert_eq!(roles, ["assistant", "tool", "assistant", "tool"]);
    assert_eq!(messages[2]["tool_calls"][0]["id"], "2");
    assert_eq!(messages[0]["content"], "");
}

#[test]
fn a_message_needs_no_type() {
    let told = messages(&json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "c"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "d"}]},
    ]));
    let expected = json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b\n\nc"},
        {"role": "user", "content": "d"},
    ]);
    assert_eq!(told, expected);
}

#[test]
fn pictures_and_sounds_are_parts() {
    let told = messages(&json!([{"role": "user", "content": [
        {"type": "input_text", "text": "what is it?"},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"},
        {"type": "input_image", "image_url": "https://example.test/a.png", "detail": "original"},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
    ]}]));
    let expected = json!([{"role": "user", "content": [
        {"type": "text", "text": "what is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://example.test/a.png"}},
        {"type": "audio_url", "audio_url": {"url": "data:audio/mp3;base64,AAAA"}},
    ]}]);
    assert_eq!(told, expected);
}

/// Chats take pictures from users only.
#[test]
fn a_picture_from_a_tool_follows_its_results() {
    let call = |id: &str| json!({"type": "function_call", "call_id": id, "name": "view", "arguments": "{}"});
    let told = messages(&json!([
        call("1"),
        call("2"),
        {"type": "function_call_output", "call_id": "1",
            "output": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]},
        {"type": "function_call_output", "call_id": "2", "output": "nothing"},
        {"role": "user", "content": "go on"},
    ]));
    let picture = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
    assert_eq!(
        told[1]["content"],
        "(the result is the image in the next message)"
    );
    assert_eq!(told[2]["content"], "nothing");
    assert_eq!(
        told[3],
        json!({"role": "user", "content": [picture, {"type": "text", "text": "go on"}]})
    );
}

/// The text itself before what we sealed, before a summary; others' seals are
/// not ours to open.
#[test]
fn thoughts_come_back_from_wherever_the_client_kept_them() {
    let thought = |item: Value| {
        let told = messages(&json!([item, {"role": "assistant", "content": "x"}]));
        told[0].get("reasoning_content").cloned()
    };
    let content = json!([{"type": "reasoning_text", "text": "raw"}]);
    let summary =
        json!([{"type": "summary_text", "text": "short"}, {"type": "summary_text", "text": "er"}]);
    let ours = "flowkeep-reasoning-1:sealed";
    for (item, expected) in [
        (
            json!({"type": "reasoning", "content": content, "summary": summary, "encrypted_content": ours}),
            Some("raw"),
        ),
        (
            json!({"type": "reasoning", "summary": summary, "encrypted_content": ours}),
            Some("sealed"),
        ),
        (
            json!({"type": "reasoning", "summary": summary, "encrypted_content": "gAAA"}),
            Some("short\n\ner"),
        ),
        (
            json!({"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}),
            None,
        ),
    ] {
        assert_eq!(thought(item.clone()), expected.map(Value::from), "{item}");
    }
}

/// A failed call of an old Codex.
#[test]
fn a_wrapped_result_is_unwrapped() {
    let told = messages(&json!([{"type": "function_call_output", "call_id": "1",
        "output": {"content": "no such file", "success": false}}]));
    assert_eq!(told[0]["content"], "no such file");
}

#[test]
fn items_without_a_counterpart_are_refused_by_their_place() {
    for (item, param) in [
        (
            json!({"type": "item_reference", "id": "msg_1"}),
            "input[1].type",
        ),
        (json!({"type": "computer_call", "id": "1"}), "input[1].type"),
        (
            json!({"type": "compaction", "encrypted_content": "x"}),
            "input[1].type",
        ),
        (json!({"role": "critic", "content": "x"}), "input[1].role"),
        (json!({"role": "user"}), "input[1].content"),
        (
            json!({"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}),
            "input[1].content[0].type",
        ),
        (
            json!({"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}),
            "input[1].content[0].file_id",
        ),
        (
            json!({"role": "user", "content": [{"type": "input_text"}]}),
            "input[1].content[0].text",
        ),
        (
            json!({"role": "system", "content": [{"type": "input_image", "image_url": "u"}]}),
            "input[1].content",
        ),
        (
            json!({"type": "function_call", "name": "f", "arguments": "{}"}),
            "input[1].call_id",
        ),
        (
            json!({"type": "function_call", "name": "f", "call_id": "1", "arguments": {}}),
            "input[1].arguments",
        ),
        (
            json!({"type": "function_call_output", "call_id": "1"}),
            "input[1].output",
        ),
    ] {
        let refused = refused(json!({"input": [{"role": "user", "content": "hi"}, item]}));
        assert_eq!(refused.param, param, "{item}");
    }
}
