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

#[test]
fn nothing_is_said_before_the_upstream_speaks() {
    let mut answer = answer_to(&json!({}));
    let mut out = Vec::new();
    answer.feed(b": keep-alive\n\n", &mut out).unwrap();
    assert!(out.is_empty());
    assert!(!answer.is_told());
}
