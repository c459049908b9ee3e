use http::{HeaderMap, Method};
use tokio_util::sync::CancellationToken;

use super::*;

fn call(path: &str, body: &str) -> Call {
    Call {
        request_id: uuid::Uuid::nil(),
        method: Method::POST,
        route: Route::of(path),
        query: None,
        headers: HeaderMap::new(),
        body: CallBody::Whole(Bytes::copy_from_slice(body.as_bytes())),
        model: None,
        stream: false,
        client: "default".into(),
        account: None,
        session: None,
        captured: false,
        reservation: None,
        abort: CancellationToken::new(),
    }
}

fn usage(prompt: Option<u64>, completion: Option<u64>) -> Usage {
    Usage {
        prompt_tokens: prompt,
        completion_tokens: completion,
        ..Usage::default()
    }
}

fn written(tokens: u64) -> Scan {
    Scan {
        written: tokens,
        ..Scan::default()
    }
}

const CHAT: &str = r#"{"model":"m","messages":[{"role":"user","content":"one two three"}]}"#;

#[test]
fn speech_is_counted_in_bytes_of_utf_8() {
    let spoken = |body| Question::of(&call("audio/speech", body)).spoken();
    assert_eq!(
        spoken(r#"{"model":"m","input":"hello","voice":""}"#),
        Some(5)
    );
    assert_eq!(spoken(r#"{"input":"你好"}"#), Some(6));
    // An escape is one character, whatever it takes to write it.
    assert_eq!(spoken(r#"{"input":"\u4f60\n"}"#), Some(4));
    assert_eq!(spoken(r#"{"input":7}"#), None);
    assert_eq!(spoken(r#"{"model":"m"}"#), None);
    let chat = Question::of(&call("chat/completions", r#"{"input":"hello"}"#));
    assert_eq!(chat.spoken(), None);
}

#[test]
fn what_was_told_is_not_guessed() {
    let question = Question::of(&call("chat/completions", CHAT));
    assert_eq!(
        question.estimate(&usage(Some(4), Some(2)), &written(9)),
        None
    );
}

#[test]
fn what_was_not_told_is_guessed_from_both_sides() {
    let question = Question::of(&call("chat/completions", CHAT));
    // Three words in two objects, and what came of the answer.
    assert_eq!(question.estimate(&usage(None, None), &written(9)), Some(21));
    // A message that was cut off has told its prompt.
    assert_eq!(
        question.estimate(&usage(Some(100), None), &written(9)),
        Some(109)
    );
    let message = Question::of(&call("messages", CHAT));
    assert!(message.estimate(&usage(None, None), &written(0)).is_some());
}

#[test]
fn what_only_reads_has_no_answer_to_guess() {
    let body = r#"{"model":"m","input":["one two"]}"#;
    let question = Question::of(&call("embeddings", body));
    assert_eq!(question.estimate(&usage(Some(7), None), &written(0)), None);
    assert_eq!(question.estimate(&usage(None, None), &written(5)), Some(7));
}

#[test]
fn what_is_not_paid_in_tokens_is_not_guessed() {
    for path in [
        "images/generations",
        "audio/speech",
        "video/submit",
        "models",
    ] {
        let question = Question::of(&call(path, CHAT));
        let guess = question.estimate(&usage(None, None), &written(9));
        assert_eq!(guess, None, "{path}");
    }
}

#[test]
fn nothing_is_guessed_of_a_body_that_is_not_at_hand() {
    let mut question = Question::of(&call("chat/completions", CHAT));
    question.is_told();
    assert_eq!(question.estimate(&usage(None, None), &written(9)), None);
    let long = format!(r#"{{"input":"{}"}}"#, "x".repeat(2 << 20));
    let question = Question::of(&call("embeddings", &long));
    assert_eq!(question.estimate(&usage(None, None), &written(0)), None);
}
