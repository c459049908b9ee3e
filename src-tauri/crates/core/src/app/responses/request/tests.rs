mod conversation;
mod toolbox;

use super::super::refused::Reason;
use super::*;

/// The chat for a body; `model` and `input` need not be said.
fn chat(fields: Value) -> Value {
    let translated = translate(full(fields).to_string().as_bytes());
    serde_json::from_slice(&translated.expect("can be translated").body).unwrap()
}

fn refused(fields: Value) -> Refused {
    translate(full(fields).to_string().as_bytes()).expect_err("cannot be translated")
}

fn full(fields: Value) -> Value {
    let mut body = json!({"model": "zai-org/GLM-5.2", "input": "hi"});
    let Value::Object(fields) = fields else {
        unreachable!("tests give objects")
    };
    body.as_object_mut().unwrap().extend(fields);
    body
}

#[test]
fn a_text_is_what_the_user_says() {
    let expected = json!({"model": "zai-org/GLM-5.2",
        "messages": [{"role": "user", "content": "hi"}]});
    assert_eq!(chat(json!({})), expected);
    let told = chat(json!({"instructions": "be brief"}));
    assert_eq!(
        told["messages"],
        json!([{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}])
    );
}

/// One row per field that has a counterpart.
#[test]
fn fields_become_those_of_a_chat() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let format = json!({"type": "json_schema", "name": "answer", "schema": schema, "strict": true});
    let wanted = json!({"type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": true}});
    for (asked, name, expected) in [
        (json!({"max_output_tokens": 99}), "max_tokens", json!(99)),
        (json!({"temperature": 0.5}), "temperature", json!(0.5)),
        (json!({"top_p": 1}), "top_p", json!(1)),
        (json!({"stream": true}), "stream", json!(true)),
        (
            json!({"stream": true}),
            "stream_options",
            json!({"include_usage": true}),
        ),
        (
            json!({"text": {"format": format}}),
            "response_format",
            wanted,
        ),
        (
            json!({"text": {"format": {"type": "json_object"}}}),
            "response_format",
            json!({"type": "json_object"}),
        ),
        (
            json!({"reasoning": {"effort": "low"}}),
            "reasoning_effort",
            json!("high"),
        ),
        (
            json!({"reasoning": {"effort": "xhigh"}}),
            "reasoning_effort",
            json!("max"),
        ),
        (
            json!({"reasoning": {"effort": "none"}}),
            "enable_thinking",
            json!(false),
        ),
        (
            json!({"enable_thinking": true}),
            "enable_thinking",
            json!(true),
        ),
        (json!({"top_k": 20}), "top_k", json!(20)),
    ] {
        assert_eq!(chat(asked.clone())[name], expected, "{asked}");
    }
}

/// What the upstream must not see, since it would refuse it or knows it not.
#[test]
fn hints_and_wishes_without_effect_are_left_out() {
    let bare = chat(json!({}));
    for hint in [
        json!({"store": true}),
        json!({"store": false, "include": ["reasoning.encrypted_content"]}),
        json!({"metadata": {"a": "b"}, "user": "me", "safety_identifier": "x"}),
        json!({"prompt_cache_key": "k", "prompt_cache_retention": "24h"}),
        json!({"service_tier": "auto", "truncation": "auto", "max_tool_calls": 3}),
        json!({"client_metadata": {"session": "x"}}),
        json!({"text": {"verbosity": "low"}}),
        json!({"text": {"format": {"type": "text"}}}),
        json!({"reasoning": {"summary": "auto", "effort": null}}),
        json!({"background": false, "conversation": null, "previous_response_id": null}),
        json!({"context_management": [], "top_logprobs": 0, "stream": false}),
        json!({"tools": [], "tool_choice": "auto", "parallel_tool_calls": true}),
    ] {
        assert_eq!(chat(hint.clone()), bare, "{hint}");
    }
}

/// The field is named, and nothing is guessed.
fn names_the_field(asked: &Value, reason: Reason, param: &str) {
    let refused = refused(asked.clone());
    assert_eq!(refused.reason, reason, "{asked}");
    assert_eq!(refused.param, param, "{asked}");
    let names_it = format!("\"{param}\" ");
    assert!(refused.message.starts_with(&names_it), "{refused}");
}

#[test]
fn what_cannot_be_had_is_refused_by_name() {
    for (asked, param) in [
        (
            json!({"previous_response_id": "resp_1"}),
            "previous_response_id",
        ),
        (json!({"conversation": "conv_1"}), "conversation"),
        (json!({"conversation": {"id": "conv_1"}}), "conversation"),
        (json!({"prompt": {"id": "p"}}), "prompt"),
        (json!({"background": true}), "background"),
        (json!({"moderation": {"model": "m"}}), "moderation"),
        (
            json!({"context_management": [{"type": "compaction"}]}),
            "context_management",
        ),
        (json!({"top_logprobs": 5}), "top_logprobs"),
        (json!({"reasoning": {"effort": "huge"}}), "reasoning.effort"),
        (
            json!({"text": {"format": {"type": "grammar"}}}),
            "text.format.type",
        ),
    ] {
        names_the_field(&asked, Reason::Unsupported, param);
    }
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let schemaless = json!({"type": "json_schema", "name": "a"});
    for (asked, param) in [
        (
            json!({"text": {"format": schemaless}}),
            "text.format.schema",
        ),
        (json!({"text": "plain"}), "text"),
        (json!({"model": null}), "model"),
        (json!({"model": 4}), "model"),
        (json!({"input": null}), "input"),
        (json!({"input": 4}), "input"),
        (json!({"input": ["hi"]}), "input[0]"),
        (json!({"input": [{"content": "hi"}]}), "input[0].type"),
        (json!({"instructions": ["a"]}), "instructions"),
        (json!({"temperature": "hot"}), "temperature"),
        (json!({"max_output_tokens": "many"}), "max_output_tokens"),
        (json!({"stream": "yes"}), "stream"),
    ] {
        names_the_field(&asked, Reason::Invalid, param);
    }
}

#[test]
fn what_is_no_object_is_refused() {
    for body in ["", "{", "[]", "\"hi\"", "null"] {
        let refused = translate(body.as_bytes()).expect_err(body);
        assert_eq!(refused.reason, Reason::Invalid);
    }
}
