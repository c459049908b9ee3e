//! `tools` and `tool_choice`.

use serde_json::{Value, json};

use super::super::translate;
use super::{chat, full, refused};

fn function(name: &str) -> Value {
    json!({"type": "function", "name": name, "parameters": {"type": "object"}})
}

#[test]
fn a_function_is_wrapped() {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let asked = chat(
        json!({"tools": [{"type": "function", "name": "weather", "description": "d",
        "parameters": parameters, "strict": true}, {"type": "function", "name": "bare", "parameters": null, "strict": null}],
        "parallel_tool_calls": false}),
    );
    let expected = json!([
        {"type": "function", "function": {"name": "weather", "description": "d", "parameters": parameters, "strict": true}},
        {"type": "function", "function": {"name": "bare", "parameters": {"type": "object", "properties": {}}}},
    ]);
    assert_eq!(asked["tools"], expected);
    assert_eq!(asked["tool_choice"], "auto");
    assert_eq!(asked["parallel_tool_calls"], false);
}

#[test]
fn choices_become_those_of_a_chat() {
    let named = |name: &str| json!({"type": "function", "function": {"name": name}});
    for (choice, expected) in [
        (json!("auto"), json!("auto")),
        (json!("none"), json!("none")),
        (json!("required"), json!("required")),
        (json!({"type": "function", "name": "a"}), named("a")),
        (json!({"type": "custom", "name": "a"}), named("a")),
        (
            json!({"type": "allowed_tools", "mode": "required", "tools": [function("b")]}),
            json!("required"),
        ),
    ] {
        let asked = chat(json!({"tools": [function("a"), function("b")], "tool_choice": choice}));
        assert_eq!(asked["tool_choice"], expected, "{choice}");
        let only_b = choice["type"] == "allowed_tools";
        assert_eq!(
            asked["tools"].as_array().unwrap().len(),
            if only_b { 1 } else { 2 }
        );
    }
}

/// Codex's `apply_patch`: text in a grammar becomes a function of one string.
#[test]
fn a_custom_tool_is_a_function_of_its_input() {
    let tool = json!({"type": "custom", "name": "apply_patch", "description": "Patch files.",
        "format": {"type": "grammar", "syntax": "lark", "definition": "start: line+"}});
    let history = json!([
        {"type": "custom_tool_call", "call_id": "1", "name": "apply_patch", "input": "*** Begin \"Patch\""},
        {"type": "custom_tool_call_output", "call_id": "1", "output": "done"},
    ]);
    let asked = chat(json!({"tools": [tool], "input": history}));
    let function = &asked["tools"][0]["function"];
    assert_eq!(function["name"], "apply_patch");
    assert_eq!(function["parameters"]["required"], json!(["input"]));
    let description = function["description"].as_str().unwrap();
    assert!(description.starts_with("Patch files.") && description.ends_with("start: line+"));
    assert_eq!(
        asked["messages"][0]["tool_calls"][0]["function"]["arguments"],
        "{\"input\":\"*** Begin \\\"Patch\\\"\"}"
    );
    assert_eq!(
        asked["messages"][1],
        json!({"role": "tool", "tool_call_id": "1", "content": "done"})
    );
}

/// Codex groups the tools of an MCP server.
#[test]
fn a_namespace_is_part_of_the_name() {
    let long = "a_tool_with_a_name_that_is_longer_than_anybody_should_have_chosen";
    let tools = json!([
        {"type": "namespace", "name": "mcp__files__", "description": "d", "tools": [function("read")]},
        {"type": "namespace", "name": "git.hub", "description": "d", "tools": [function("issues"), function(long)]},
    ]);
    let history = json!([{"type": "function_call", "call_id": "1", "name": "read",
        "namespace": "mcp__files__", "arguments": "{}"}]);
    let asked = chat(json!({"tools": tools, "input": history}));
    let name = |index: usize| asked["tools"][index]["function"]["name"].as_str().unwrap();
    assert_eq!(name(0), "mcp__files__read");
    assert_eq!(name(1), "git_hub__issues");
    assert_eq!(name(2).len(), 64);
    let called = &asked["messages"][0]["tool_calls"][0]["function"]["name"];
    assert_eq!(called, "mcp__files__read");
}

#[test]
fn tools_told_in_between_count() {
    let asked = chat(json!({"tools": [function("a")], "input": [
        {"type": "additional_tools", "role": "developer", "tools": [function("b")]},
        {"role": "user", "content": "hi"},
    ]}));
    assert_eq!(asked["tools"][1]["function"]["name"], "b");
}

/// Codex offers them to every model; that they are missing is said in a header.
#[test]
fn offers_the_model_may_leave_alone_are_left_out_and_named() {
    let body = full(json!({
        "tools": [function("a"), {"type": "web_search", "external_web_access": false}],
        "input": [{"type": "web_search_call", "status": "completed"}, {"role": "user", "content": "hi"}],
    }));
    let translated = translate(body.to_string().as_bytes()).unwrap();
    assert_eq!(
        translated.ignored,
        ["tools[1].web_search", "input[0].web_search_call"]
    );
    let chat: Value = serde_json::from_slice(&translated.body).unwrap();
    assert_eq!(chat["tools"].as_array().unwrap().len(), 1);
}

#[test]
fn tools_that_run_at_openai_are_refused_by_their_place() {
    for kind in [
        "file_search",
        "code_interpreter",
        "mcp",
        "computer",
        "local_shell",
        "shell",
        "tool_search",
    ] {
        let refused = refused(json!({"tools": [function("a"), {"type": kind}]}));
        assert_eq!(refused.param, "tools[1].type", "{kind}");
    }
    for (asked, param) in [
        (json!({"tools": [{"name": "a"}]}), "tools[0].type"),
        (json!({"tools": [{"type": "function"}]}), "tools[0].name"),
        (
            json!({"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]}]}),
            "tools[0].tools[0].type",
        ),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (json!({"tool_choice": "sometimes"}), "tool_choice"),
        (
            json!({"tool_choice": {"type": "web_search_preview"}}),
            "tool_choice.type",
        ),
        (
            json!({"tool_choice": {"type": "function"}}),
            "tool_choice.name",
        ),
    ] {
        assert_eq!(refused(asked.clone()).param, param, "{asked}");
    }
}
