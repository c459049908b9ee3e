use serde_json::json;

use super::super::request;
use super::*;

fn form(fields: &Value) -> Form {
    let mut body = json!({"model": "asked", "input": "hi"});
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let translated = request::translate(body.to_string().as_bytes()).unwrap();
    translated
        .form
        .of_request(uuid::Uuid::nil(), 1_700_000_000_000)
}

fn told(mut translation: impl Translation, pieces: &[&[u8]]) -> Value {
    let mut out = Vec::new();
    for piece in pieces {
        translation.feed(piece, &mut out).unwrap();
        assert!(out.is_empty(), "nothing before the whole");
    }
    translation.finish(&mut out);
    serde_json::from_slice(&out).unwrap()
}

fn response(fields: &Value, answer: &str) -> Value {
    told(WholeAnswer::new(form(fields)), &[answer.as_bytes()])
}

fn error(status: u16, body: &str) -> Value {
    let error = told(ErrorAnswer::new(status), &[body.as_bytes()]);
    error["error"].clone()
}

/// The example of the API reference §2.1.
const ANSWER: &str = r#"{"id":"019bdaa55225ef854b320e9b838f77ce","object":"chat.completion","created":1768900000,"model":"Pro/zai-org/GLM-4.7",
 "choices":[{"index":0,"message":{"role":"assistant","content":"Sunny.","reasoning_content":"Hm."},"finish_reason":"stop"}],
 "usage":{"prompt_tokens":15,"completion_tokens":1540,"total_tokens":1555,
  "completion_tokens_details":{"reasoning_tokens":1190},
  "prompt_tokens_details":{"cached_tokens":5},"prompt_cache_hit_tokens":5,"prompt_cache_miss_tokens":10},"system_fingerprint":""}"#;

#[test]
fn an_answer_is_a_response() {
    let response = response(&json!({"instructions": "be brief"}), ANSWER);
    assert_eq!(response["object"], "response");
    assert_eq!(response["status"], "completed");
    assert_eq!(response["created_at"], 1_768_900_000);
    assert_eq!(response["model"], "Pro/zai-org/GLM-4.7");
    assert_eq!(response["instructions"], "be brief");
    assert_eq!(
        response["output"],
        json!([
            {"id": "rs_00000000000000000000000000000000_0", "type": "reasoning", "status": "completed",
                "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
            {"id": "msg_00000000000000000000000000000000_1", "type": "message", "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Sunny.", "annotations": [], "logprobs": []}]},
        ])
    );
    assert_eq!(
        response["usage"],
        json!({"input_tokens": 15, "input_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 0},
            "output_tokens": 1540, "output_tokens_details": {"reasoning_tokens": 1190}, "total_tokens": 1555})
    );
    assert_eq!(response["error"], Value::Null);
}

#[test]
fn pieces_make_a_whole() {
    let (left, right) = ANSWER.as_bytes().split_at(100);
    let pieces = told(WholeAnswer::new(form(&json!({}))), &[left, right]);
    assert_eq!(pieces, response(&json!({}), ANSWER));
}

#[test]
fn calls_are_items() {
    let tools = json!({"tools": [{"type": "custom", "name": "patch"}]});
    let answer = json!({"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"content": "",
    "tool_calls": [
        {"id": "c0", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Paris\"}"}},
        {"id": null, "type": "function", "function": {"name": "patch", "arguments": "{\"input\": \"x\"}"}},
    ]}}]});
    let response = response(&tools, &answer.to_string());
    assert_eq!(
        response["output"],
        json!([
            {"id": "fc_00000000000000000000000000000000_0", "type": "function_call", "status": "completed",
                "call_id": "c0", "name": "weather", "arguments": "{\"city\": \"Paris\"}"},
            {"id": "ctc_00000000000000000000000000000000_1", "type": "custom_tool_call", "status": "completed",
                "call_id": "call_00000000000000000000000000000000_1", "name": "patch", "input": "x"},
        ])
    );
    assert_eq!(response["usage"], Value::Null, "unknown usage is not zero");
    assert_eq!(response["model"], "asked");
    assert_eq!(response["created_at"], 1_700_000_000);
}

#[test]
fn a_cut_answer_is_incomplete_and_only_the_first_choice_counts() {
    let answer = json!({"choices": [
        {"index": 1, "finish_reason": "stop", "message": {"content": "two"}},
        {"index": 0, "finish_reason": "length", "message": {"content": "one"}},
    ]});
    let response = response(&json!({}), &answer.to_string());
    assert_eq!(response["status"], "incomplete");
    assert_eq!(
        response["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    assert_eq!(response["output"][0]["content"][0]["text"], "one");
    assert_eq!(response["output"][0]["status"], "incomplete");
}

#[test]
fn what_is_no_answer_is_a_failed_response() {
    for (answer, message) in [
        ("", "the upstream's answer is not JSON"),
        ("<html>", "the upstream's answer is not JSON"),
        ("{}", "the upstream's answer is empty"),
        (r#"{"choices":[]}"#, "the upstream's answer is empty"),
        (
            r#"{"choices":3}"#,
            "the upstream's answer is no answer to a chat",
        ),
        (
            r#"{"code":50507,"message":"Request failed: Unknown error.","data":null}"#,
            "Request failed: Unknown error.",
        ),
        (
            r#"{"choices":[{"index":0,"finish_reason":"insufficient_system_resource","message":{"content":"a"}}]}"#,
            "the upstream ran out of resources for this answer",
        ),
    ] {
        let response = response(&json!({}), answer);
        assert_eq!(response["status"], "failed", "{answer}");
        assert_eq!(
            response["error"],
            json!({"code": "server_error", "message": message})
        );
    }
}

#[test]
fn an_answer_without_an_end_is_not_kept() {
    let mut answer = WholeAnswer::new(form(&json!({})));
    let piece = vec![b' '; 2 << 20];
    let mut out = Vec::new();
    for _ in 0..4 {
        answer.feed(&piece, &mut out).unwrap();
    }
    assert_eq!(answer.feed(&piece, &mut out), Err(Overlong));
    let told: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(told["status"], "failed");
}

/// The bodies of the API reference §5.
#[test]
fn errors_take_the_form_of_openai() {
    let missing = error(
        400,
        r#"{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}"#,
    );
    assert_eq!(
        missing,
        json!({"message": "Model does not exist. Please check it carefully.",
            "type": "invalid_request_error", "param": null, "code": "20012"})
    );
    for (status, body, kind) in [
        (401, r#""Invalid token""#, "authentication_error"),
        (404, "Not Found", "not_found_error"),
        (500, "<html>", "server_error"),
    ] {
        let error = error(status, body);
        assert_eq!(error["type"], kind, "{body}");
        assert_eq!(error["code"], Value::Null);
        assert_eq!(error["message"], body.trim_matches('"'));
    }
    let silent = error(504, "");
    assert_eq!(
        silent["message"],
        "the upstream answered 504 and said nothing else"
    );
    let known = json!({"message": "boom", "type": "x", "param": "p", "code": "c"});
    let body = json!({"error": known}).to_string();
    assert_eq!(error(500, &body), known, "it has the form already");
}

/// By these words clients decide whether to wait, to pay or to shorten.
#[test]
fn errors_are_told_in_words_that_clients_know() {
    for (body, code) in [
        (
            r#"{"code":30001,"message":"Sorry","data":null}"#,
            "insufficient_quota",
        ),
        (
            r#"{"code":20015,"message":"length of prompt_tokens (9) must be less than max_seq_len (8).","data":null}"#,
            "context_length_exceeded",
        ),
        (
            r#"{"message":"Request was rejected due to rate limiting. Details: TPM limit reached.","data":null}"#,
            "rate_limit_exceeded",
        ),
        (
            r#"{"code":50602,"message":"limit","data":null}"#,
            "rate_limit_exceeded",
        ),
        (
            r#"{"code":50603,"message":"System is really busy."}"#,
            "server_is_overloaded",
        ),
        (
            r#"{"code":50609,"message":"System is too busy now"}"#,
            "server_is_overloaded",
        ),
    ] {
        assert_eq!(error(429, body)["code"], code, "{body}");
    }
}
