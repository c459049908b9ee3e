//! Sessions of the clients that people use.

use http::HeaderValue;
use serde_json::{Value, json};

use super::scan::{elements, members};
use super::*;

fn of(body: &Value) -> Option<u64> {
    session_of("cursor", &HeaderMap::new(), body.to_string().as_bytes())
}

fn with_header(name: &'static str, value: &str) -> Option<u64> {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::try_from(value).unwrap());
    let body = json!({"messages": [{"role": "user", "content": value}]}).to_string();
    session_of("cursor", &headers, body.as_bytes())
}

/// A chat in OpenAI's shape with so many turns.
fn chat(system: &str, first: &str, turns: usize) -> Value {
    let mut messages = vec![
        json!({"role": "system", "content": system}),
        json!({"role": "user", "content": first}),
    ];
    for turn in 1..turns {
        messages.push(json!({"role": "assistant", "content": format!("answer {turn}")}));
        messages.push(json!({"role": "user", "content": format!("question {turn}")}));
    }
    json!({"model": "m", "messages": messages, "tools": [{"type": "function"}], "stream": true})
}

#[test]
fn a_chat_is_known_by_its_opening() {
    let first = of(&chat("be brief", "what is \"this\" \\?", 1));
    assert!(first.is_some());
    assert_eq!(of(&chat("be brief", "what is \"this\" \\?", 5)), first);
    assert_ne!(of(&chat("be long", "what is \"this\" \\?", 1)), first);
    assert_ne!(of(&chat("be brief", "what is that?", 1)), first);
    let mut other_tools = chat("be brief", "what is \"this\" \\?", 1);
    other_tools["tools"] = json!([]);
    assert_ne!(of(&other_tools), first);
    let mut other_model = chat("be brief", "what is \"this\" \\?", 3);
    other_model["model"] = json!("another");
    assert_eq!(of(&other_model), first, "the model may change in between");
}

#[test]
fn clients_share_no_conversation() {
    let body = chat("s", "u", 1).to_string();
    let of = |client| session_of(client, &HeaderMap::new(), body.as_bytes());
    assert_ne!(of("cursor"), of("cline"));
    assert_eq!(of("cursor"), of("cursor"));
}

#[test]
fn parts_do_not_run_into_each_other() {
    let split = |system: &str, user: &str| {
        of(&json!({"system": system, "messages": [{"role": "user", "content": user}]}))
    };
    assert_ne!(split("ab", "c"), split("a", "bc"));
    let anthropic = json!({"system": "x", "messages": [{"role": "user", "content": "u"}]});
    let without = json!({"messages": [{"role": "user", "content": "u"}]});
    assert_ne!(of(&anthropic), of(&without));
}

/// Claude Code moves its marks from turn to turn.
#[test]
fn the_marks_of_the_prompt_cache_do_not_count() {
    let mark = json!({"type": "ephemeral", "ttl": "5m"});
    let turn = |marked: bool, first: bool| {
        let mut system = json!([{"type": "text", "text": "You are a \"cache_control\" expert"}]);
        let mut content = json!([{"type": "text", "text": "hello"}]);
        if marked {
            system[0]["cache_control"] = mark.clone();
            content[0]["cache_control"] = mark.clone();
        }
        let mut messages = vec![json!({"role": "user", "content": content})];
        if !first {
            messages.push(json!({"role": "assistant", "content": "hi"}));
            messages.push(json!({"role": "user", "content": "go on"}));
        }
        json!({"model": "m", "system": system, "messages": messages, "max_tokens": 9})
    };
    let first = of(&turn(true, true));
    assert!(first.is_some());
    assert_eq!(of(&turn(false, false)), first);
    assert_eq!(of(&turn(true, false)), first);
    // Last in its object, first in it, and with spaces.
    for spelled in [
        r#"{"text":"a","cache_control":{"type":"ephemeral"}}"#,
        r#"{"text":"a" , "cache_control" : {"type":"ephemeral"} }"#,
        r#"{ "cache_control":{"type":"ephemeral"} , "text":"a"}"#,
    ] {
        let bare = lasting(spelled.as_bytes());
        let bare = String::from_utf8(bare.into_owned()).unwrap();
        assert_eq!(bare.replace(' ', ""), r#"{"text":"a"}"#);
    }
}

#[test]
fn a_responses_request_is_known_by_its_input() {
    let text = json!({"instructions": "i", "input": "hello"});
    assert!(of(&text).is_some());
    assert_ne!(
        of(&json!({"instructions": "j", "input": "hello"})),
        of(&text)
    );
    let list = |more: bool| {
        let mut input = vec![
            json!({"role": "developer", "content": "d"}),
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "q"}]}),
        ];
        if more {
            input.push(json!({"type": "function_call_output", "output": "42"}));
        }
        json!({"input": input})
    };
    assert!(of(&list(false)).is_some());
    assert_eq!(of(&list(true)), of(&list(false)));
}

#[test]
fn a_client_that_names_its_conversation_is_believed() {
    for name in HEADERS {
        let first = with_header(name, "0197-abc");
        assert!(first.is_some(), "{name}");
        assert_eq!(with_header(name, " 0197-abc "), first, "{name}");
        assert_ne!(with_header(name, "0197-abd"), first, "{name}");
    }
    // The header goes before the body, the key before the user.
    let mut keyed = chat("s", "u", 1);
    keyed["prompt_cache_key"] = json!("thread-1");
    let mut later = chat("other", "words", 4);
    later["prompt_cache_key"] = json!("thread-1");
    later["metadata"] = json!({"user_id": "somebody"});
    assert_eq!(of(&keyed), of(&later));
    let user = |id: &str, first: &str| {
        let mut body = chat("s", first, 1);
        body["metadata"] = json!({"a": [1, {"b": "}"}], "user_id": id});
        of(&body)
    };
    assert_eq!(user("user_1_session_2", "a"), user("user_1_session_2", "b"));
    assert_ne!(user("user_1_session_2", "a"), user("user_1_session_3", "a"));
}

#[test]
fn an_empty_or_endless_name_is_none() {
    let plain = of(&json!({"messages": [{"role": "user", "content": "x"}]}));
    assert_eq!(
        with_header("x-session-id", "x"),
        with_header("x-session-id", "x")
    );
    let nameless = json!({
        "messages": [{"role": "user", "content": "x"}],
        "prompt_cache_key": "", "metadata": {"user_id": null},
    });
    assert_eq!(of(&nameless), plain);
    let endless = "y".repeat(5_000);
    let by_body = of(&json!({"messages": [{"role": "user", "content": endless}]}));
    assert_eq!(with_header("x-session-id", &endless), by_body);
}

#[test]
fn a_body_without_a_user_names_no_conversation() {
    for body in [
        json!({}),
        json!([]),
        json!("text"),
        json!({"messages": []}),
        json!({"messages": [{"role": "system", "content": "s"}]}),
        json!(1),
        json!({"prompt": "once"}),
    ] {
        assert_eq!(of(&body), None, "{body}");
    }
}

#[test]
fn nonsense_is_read_without_a_panic() {
    let body = chat("sys\\\"tem", "u\u{1F600}ser", 3).to_string();
    for end in 0..body.len() {
        let _whatever = session_of("c", &HeaderMap::new(), &body.as_bytes()[..end]);
    }
    for broken in [
        "{\"a",
        "{\"a\\",
        "{\"a\":",
        "{\"messages\":[{]}",
        "}",
        "]",
        "{}}",
        "[[",
        "{\"tools\":]",
    ] {
        assert_eq!(session_of("c", &HeaderMap::new(), broken.as_bytes()), None);
    }
}

#[test]
fn members_and_elements_are_found_as_they_stand() {
    let text = br#" { "a" : 1 , "b":"x\"}", "c":[1,{"d":2}] ,"e":null } "#;
    let found: Vec<(&[u8], &[u8])> = members(text).collect();
    let expected: [(&[u8], &[u8]); 4] = [
        (b"a", b"1"),
        (b"b", br#""x\"}""#),
        (b"c", br#"[1,{"d":2}]"#),
        (b"e", b"null"),
    ];
    assert_eq!(found, expected);
    let found: Vec<&[u8]> = elements(br#"[1, "two",{"three":3},[4] ]"#).collect();
    let expected: [&[u8]; 4] = [b"1", b"\"two\"", br#"{"three":3}"#, b"[4]"];
    assert_eq!(found, expected);
    assert_eq!(members(b"[1]").count() + elements(b"{}").count(), 0);
}
