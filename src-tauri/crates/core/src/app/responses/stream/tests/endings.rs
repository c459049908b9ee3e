//! Streams that do not end as they should.

use super::*;

fn cut_after(stream: &str, events: usize) -> String {
    let kept = stream.split_inclusive("\n\n").take(events);
    kept.collect()
}

#[test]
fn a_limit_makes_an_answer_incomplete() {
    for (reason, told) in [
        ("length", "max_output_tokens"),
        ("content_filter", "content_filter"),
    ] {
        let client = heard(&json!({}), &stream_of(&[thought("a"), text("b")], reason));
        let response = client.response();
        assert_eq!(client.kinds().last(), Some("response.incomplete"));
        assert_eq!(response["status"], "incomplete");
        assert_eq!(response["incomplete_details"], json!({"reason": told}));
        assert_eq!(response["output"][0]["status"], "completed");
        assert_eq!(response["output"][1]["status"], "incomplete");
        assert_eq!(response["usage"]["output_tokens"], 2);
    }
}

/// Also before its first piece.
#[test]
fn a_stream_that_breaks_off_fails() {
    let whole = stream_of(&[text("a"), text("b"), text("c")], "stop");
    for events in 0..3 {
        let client = heard(&json!({}), &cut_after(&whole, events));
        assert_eq!(client.kinds().last(), Some("response.failed"));
        let response = client.response();
        assert_eq!(response["error"]["code"], "server_error");
        assert_eq!(
            response["output"].as_array().unwrap().len(),
            usize::from(events > 0)
        );
    }
}

/// Some upstreams forget the end mark; the answer is whole all the same.
#[test]
fn a_stream_without_its_end_mark_is_whole_when_the_model_stopped() {
    let whole = stream_of(&[text("a")], "stop");
    let client = heard(&json!({}), &cut_after(&whole, 2));
    assert_eq!(client.kinds().last(), Some("response.completed"));
    let client = heard(&json!({}), "data: [DONE]\n\n");
    assert_eq!(client.response()["output"], json!([]));
}

/// The relay's own event, the vendor's envelope, `OpenAI`'s object, rubbish.
#[test]
fn an_error_among_the_events_fails_the_response() {
    for (event, code, message) in [
        (
            r#"{"error":{"message":"broke off","type":"upstream_error","param":null,"code":"upstream_interrupted"}}"#,
            "server_error",
            "broke off",
        ),
        (
            r#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#,
            "server_is_overloaded",
            "Model service overloaded. Please try again later.",
        ),
        (
            r#"{"code":20015,"message":"length of prompt_tokens (9) must be less than max_seq_len (8).","data":null}"#,
            "context_length_exceeded",
            "length of prompt_tokens (9) must be less than max_seq_len (8).",
        ),
        (r#"{"error":"gone"}"#, "server_error", "gone"),
        (
            "{\"choices\":",
            "server_error",
            "the upstream sent an event that is not JSON",
        ),
        (
            "{\"choices\":7}",
            "server_error",
            "the upstream sent an event that is no part of a chat",
        ),
    ] {
        let begun = cut_after(&stream_of(&[text("a"), text("b")], "stop"), 2);
        let stream = format!("{begun}data: {event}\n\ndata: [DONE]\n\n");
        let client = heard(&json!({}), &stream);
        assert_eq!(client.kinds().last(), Some("response.failed"), "{event}");
        let response = client.response();
        assert_eq!(response["error"], json!({"code": code, "message": message}));
        assert_eq!(response["output"][0]["status"], "incomplete");
    }
}

#[test]
fn a_model_without_resources_fails() {
    let client = heard(
        &json!({}),
        &stream_of(&[text("a")], "insufficient_system_resource"),
    );
    assert_eq!(client.kinds().last(), Some("response.failed"));
}

/// An upstream that never ends does not fill the memory.
#[test]
fn an_endless_answer_ends() {
    let mut answer = answer_to(&json!({}));
    answer.talk.most = 1 << 16;
    let piece = "x".repeat(1 << 12);
    let chunk =
        json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]});
    let event = format!("data: {chunk}\n\n");
    let mut fed = 0;
    let mut out = Vec::new();
    while answer.feed(event.as_bytes(), &mut out).is_ok() {
        fed += 1;
        assert!(fed < 100);
        out.clear();
    }
    let told = String::from_utf8_lossy(&out);
    assert!(told.contains("event: response.failed\n"));
    assert!(answer.is_told());
}

/// Neither does one that never says which tools it calls, calls without end, or
/// says everything in items of its own.
#[test]
fn what_is_kept_without_being_text_counts_too() {
    let bit = "x".repeat(1 << 12);
    let piece = |index: usize, function: Value| json!({"tool_calls": [{"index": index, "function": function}]});
    let nameless = |_: usize| piece(0, json!({"arguments": bit}));
    let empty = |index: usize| piece(index, json!({}));
    let calls = |index: usize| piece(index, json!({"name": "f"}));
    let turns = |index: usize| {
        if index.is_multiple_of(2) {
            text("a")
        } else {
            thought("b")
        }
    };
    let deltas: [&dyn Fn(usize) -> Value; 4] = [&nameless, &empty, &calls, &turns];
    for (kind, delta) in deltas.into_iter().enumerate() {
        let mut answer = answer_to(&json!({}));
        answer.talk.most = 1 << 16;
        let mut out = Vec::new();
        let ended = (0..1_000).any(|index| {
            let chunk = json!({"choices": [{"index": 0, "delta": delta(index)}]});
            out.clear();
            answer
                .feed(format!("data: {chunk}\n\n").as_bytes(), &mut out)
                .is_err()
        });
        assert!(ended, "{kind}");
        assert!(String::from_utf8_lossy(&out).contains("event: response.failed\n"));
    }
}

/// Each piece is sought among all calls, so there is a limit to them.
#[test]
fn calls_without_end_in_one_event_end_the_answer() {
    let calls: Vec<Value> = (0..40_000).map(|index| json!({"index": index})).collect();
    let chunk = json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]});
    let mut answer = answer_to(&json!({}));
    let mut out = Vec::new();
    let fed = answer.feed(format!("data: {chunk}\n\n").as_bytes(), &mut out);
    assert_eq!(fed, Err(Overlong));
    assert!(answer.is_told());
}

/// Arguments that wait for their name are told in full, and count once.
#[test]
fn what_waited_for_its_name_does_not_count_twice() {
    let mut answer = answer_to(&json!({}));
    let mut out = Vec::new();
    let early = json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"a\":"}}]});
    for delta in [early, begins_call(0, Some("c"), "f"), goes_on(0, "1}")] {
        let chunk = json!({"choices": [{"index": 0, "delta": delta}]});
        answer
            .feed(format!("data: {chunk}\n\n").as_bytes(), &mut out)
            .unwrap();
    }
    let told = answer.talk.items[0].text.len();
    assert_eq!(told, "{\"a\":1}".len());
    let costs = answer.talk.size + answer.talk.calls.size() - told;
    let mut other = answer_to(&json!({}));
    let chunk = json!({"choices": [{"index": 0, "delta": begins_call(0, Some("c"), "f")}]});
    other
        .feed(format!("data: {chunk}\n\n").as_bytes(), &mut out)
        .unwrap();
    assert_eq!(costs, other.talk.size + other.talk.calls.size());
}

/// A keep-alive of some proxies.
#[test]
fn an_event_without_data_is_none() {
    let whole = stream_of(&[text("a"), text("b")], "stop");
    for empty in ["data:\n\n", "data: \n\n", "data:  \ndata:\n\n"] {
        let stream = empty.to_owned() + &whole.replace("data: ", &format!("{empty}data: "));
        let client = heard(&json!({}), &stream);
        assert_eq!(
            client.kinds().last(),
            Some("response.completed"),
            "{empty:?}"
        );
        assert_eq!(client.response()["output"][0]["content"][0]["text"], "ab");
    }
}

#[test]
fn nothing_is_said_before_the_upstream_speaks() {
    let mut answer = answer_to(&json!({}));
    let mut out = Vec::new();
    answer.feed(b": keep-alive\n\n", &mut out).unwrap();
    assert!(out.is_empty());
    assert!(!answer.is_told());
}
