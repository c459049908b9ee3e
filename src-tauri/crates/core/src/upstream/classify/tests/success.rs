//! What a 200 is when it is no answer.

use super::super::success::has_event;
use super::*;

const SSE: Option<&str> = Some("text/event-stream; charset=utf-8");
const JSON: Option<&str> = Some("application/json; charset=utf-8");
const CHUNK: &str = r#"{"id":"01983a","object":"chat.completion.chunk","choices":[{"delta":{"content":"\"error\""}}],"usage":{"prompt_tokens":4}}"#;
const OVERLOADED: &str =
    r#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#;

fn of_stream(body: &str) -> Option<Class> {
    inspect_success(SSE, body.as_bytes(), true).map(|verdict| verdict.class)
}

fn of_json(body: &str) -> Option<Class> {
    inspect_success(JSON, body.as_bytes(), false).map(|verdict| verdict.class)
}

#[test]
fn answers_pass() {
    for body in [
        r#"{"id":"1","choices":[],"code":1}"#,
        r#"{"object":"list","data":[{"id":"m"}]}"#,
        r#"{"data":[{"embedding":[0.1]}],"model":"m"}"#,
        r#"{"data":[{"embedding":[0.1,"#,
        r#"{"code":20000,"message":"Ok","status":true,"data":{"id":"1"}}"#,
        r#"{"message":"done","data":null}"#,
        r#"{"error":null,"id":"1"}"#,
        r#"{"type":"message","content":[]}"#,
        r#""success""#,
        "[]",
    ] {
        assert_eq!(of_json(body), None, "{body}");
    }
    for stream in [
        format!("data: {CHUNK}\n\n"),
        format!("\u{feff}: hello\r\n\r\ndata:{CHUNK}\r\n\r\n"),
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n".to_owned(),
        // The upstream ignored `stream`: a document is an answer as well.
        r#"{"id":"1","choices":[]}"#.to_owned(),
    ] {
        assert_eq!(of_stream(&stream), None, "{stream}");
    }
    assert_eq!(inspect_success(Some("audio/mpeg"), b"", true), None);
    assert_eq!(inspect_success(Some("audio/mpeg"), b"ID3", true), None);
    assert_eq!(inspect_success(None, b"", false), None);
}

#[test]
fn an_envelope_means_what_its_code_says() {
    let cases = [
        (OVERLOADED, BUSY_CLASS),
        (
            r#"{"message":"Request was rejected due to rate limiting. Details: RPM limit reached.","data":null}"#,
            limited(Minute),
        ),
        (
            r#"{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}"#,
            Class::AccountExhausted,
        ),
        (
            r#"{"code":30014,"message":"Token is invalid.","data":null}"#,
            Class::KeyUnauthorized,
        ),
        (
            r#"{"code":20015,"message":"rate limiting is a nice topic","data":null}"#,
            Class::Rejected,
        ),
        (
            r#"{"code":50507,"message":"Request failed: Unknown error.","data":null}"#,
            Class::UpstreamFailed,
        ),
        (r#"{"code":1,"message":"?","data":null}"#, Class::Broken),
        (r#"{"error":{"message":"?"}}"#, Class::Broken),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            BUSY_CLASS,
        ),
    ];
    for (body, class) in cases {
        assert_eq!(of_json(body), Some(class), "{body}");
        assert_eq!(
            of_stream(&format!("data: {body}\n\n")),
            Some(class),
            "{body}"
        );
        assert_eq!(of_stream(body), Some(class), "bare {body}");
        let named = format!("event: error\ndata: {body}\n\n");
        assert_eq!(of_stream(&named), Some(class), "{named}");
    }
}

#[test]
fn a_page_and_nothing_are_broken() {
    let page = b"<!DOCTYPE html><html><title>Down</title></html>";
    for content_type in [Some("text/html"), SSE, JSON, None] {
        let verdict = inspect_success(content_type, page, true).unwrap();
        assert_eq!(verdict.class, Class::Broken);
        assert_eq!(verdict.evidence.text, "Down");
    }
    assert_eq!(of_json(""), Some(Class::Broken));
    for stream in ["", "\n", ": hi\n\n", "data: [DONE]\n\n", "event: x\n\n"] {
        assert_eq!(of_stream(stream), Some(Class::Broken), "{stream:?}");
    }
    assert_eq!(
        of_stream("event: error\ndata: oops\n\n"),
        Some(Class::Broken)
    );
    assert_eq!(
        inspect_success(Some("text/plain"), b"System is too busy now", true).map(|v| v.class),
        Some(BUSY_CLASS)
    );
    // Only comments, for as long as we care to wait.
    let patience = ": keep-alive\n".repeat(LOOKED_AT / 13 + 1);
    assert_eq!(of_stream(&patience), None);
    // Likewise blanks, with which a document is waited for.
    assert_eq!(of_json(&" ".repeat(LOOKED_AT)), None);
    assert!(of_json(" \n ").is_some());
}

#[test]
fn the_first_event_is_seen_when_its_line_is_whole() {
    assert!(!has_event(b""));
    assert!(!has_event(b": hello\n\nevent: x\ndata:"));
    assert!(!has_event(b"data: {\"id\":1}"));
    assert!(!has_event(b"data: \n"));
    assert!(has_event(b"data: {\"id\":1}\n"));
    assert!(has_event(b"\xEF\xBB\xBFdata: {\"id\":1}\r\n"));
    assert!(has_event(b"{\"code\":1}\n"));
}

/// Whether each beginning of `text` is enough to judge it, by length.
fn enough(is_stream: bool, text: &str) -> Option<usize> {
    let mut opening = Opening::new(is_stream);
    (0..=text.len()).find(|end| opening.suffices(&text.as_bytes()[..*end]))
}

/// F18: an envelope in pieces is held until it is whole.
#[test]
fn what_may_be_an_envelope_is_waited_for() {
    let quoting = r#"{"message":"} \"]}{\\","data":[{}],"code":1}"#;
    for is_stream in [false, true] {
        for envelope in [OVERLOADED, quoting, r#"{ "error" : {"message":"?"} }"#] {
            assert_eq!(enough(is_stream, envelope), Some(envelope.len()));
            let padded = format!("\u{feff} \n{envelope}");
            assert_eq!(enough(is_stream, &padded), Some(padded.len()));
            let followed = format!("{envelope} and more");
            assert_eq!(enough(is_stream, &followed), Some(envelope.len()));
        }
        // Anything else is not waited for.
        for (answer, length) in [
            (r#"{"id":"1","choices":[]}"#, r#"{"i"#.len()),
            (r#"{"choices":[]}"#, r#"{"ch"#.len()),
            ("{}", 2),
        ] {
            assert_eq!(enough(is_stream, answer), Some(length), "{answer}");
        }
    }
    assert_eq!(enough(false, " [1]"), Some(2));
    assert_eq!(enough(true, "data: {}\n\n"), Some(9));
    // However long the pieces are: all in one.
    assert!(Opening::new(false).suffices(OVERLOADED.as_bytes()));
}
