//! Messages, streamed and whole.

use super::*;

const MESSAGES: &str = include_str!("transcripts/messages.sse");
const SSE: BodyKind = BodyKind::AnthropicSse;

#[test]
fn the_transcript_gives_the_usage_of_start_and_last_delta() {
    assert_same_however_cut(SSE, MESSAGES, &clean(usage(6, 14, None, None)));
    let crlf = MESSAGES.replace('\n', "\r\n");
    assert_same_however_cut(SSE, &crlf, &clean(usage(6, 14, None, None)));
}

#[test]
fn the_start_counts_where_the_delta_is_silent() {
    let body = MESSAGES
        .replace(r#""usage":{"input_tokens":6}"#, r#""usage":{"input_tokens":6,"cache_read_input_tokens":90,"cache_creation_input_tokens":4,"output_tokens":1}"#)
        .replace(r#""usage":{"input_tokens":6,"output_tokens":14}"#, r#""usage":{"output_tokens":14}"#);
    assert_same_however_cut(SSE, &body, &clean(usage(100, 14, Some(90), None)));
}

/// The delta of the transcript repeats the input (API reference §3.5), but not
/// what is counted beside it.
#[test]
fn a_delta_that_repeats_the_input_takes_nothing_from_the_start() {
    let start = r#""usage":{"input_tokens":6,"cache_read_input_tokens":90,"cache_creation_input_tokens":4}"#;
    let body = MESSAGES.replacen(r#""usage":{"input_tokens":6}"#, start, 1);
    assert_ne!(body, MESSAGES);
    assert!(body.contains(r#""usage":{"input_tokens":6,"output_tokens":14}"#));
    assert_same_however_cut(SSE, &body, &clean(usage(100, 14, Some(90), None)));
}

/// A stream that is cut before its `message_delta` knows its input only.
#[test]
fn a_cut_stream_has_the_usage_of_its_start() {
    let end = MESSAGES.find("event: message_delta").unwrap();
    let scan = whole(SSE, &MESSAGES[..end]);
    assert_eq!(scan.usage.prompt_tokens, Some(6));
    assert_eq!(scan.usage.completion_tokens, None);
    assert!(!scan.clean_end);
}

#[test]
fn the_end_is_message_stop_or_done() {
    let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    assert!(MESSAGES.ends_with(&format!("{stop}\n")) || MESSAGES.ends_with(stop));
    for end in [
        "data: {\"type\": \"message_stop\"}\n\n",
        "event: message_stop\n\n",
        "data: [DONE]\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\ndata: [DONE]\n\n",
    ] {
        let body = MESSAGES.replace(stop, end);
        assert_same_however_cut(SSE, &body, &clean(usage(6, 14, None, None)));
    }
    assert!(!whole(SSE, &MESSAGES.replace(stop, "")).clean_end);
}

#[test]
fn an_error_event_is_seen() {
    for event in [
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n",
        "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n",
        "data: {\"code\":50505,\"message\":\"overloaded\",\"data\":null}\n\n",
    ] {
        let stop = MESSAGES.find("event: message_delta").unwrap();
        let body = format!("{}{event}", &MESSAGES[..stop]);
        let scan = whole(SSE, &body);
        let error = scan.error.unwrap();
        let payload = event.split_once("data: ").unwrap().1.trim_end();
        assert_eq!(*error, *payload.as_bytes());
        assert!(!scan.clean_end, "{event}");
    }
    let harmless = MESSAGES.replace("Hello!", "message_stop: \\\"error\\\"");
    assert_same_however_cut(SSE, &harmless, &clean(usage(6, 14, None, None)));
}

#[test]
fn a_whole_message_has_its_usage_at_the_top() {
    let body = r#"{"id":"msg_T15jjp718fACotrwiLp3KwVu","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"1","name":"usage","input":{"usage":{"input_tokens":99}}}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":6,"output_tokens":215,"cache_read_input_tokens":4}}"#;
    assert_same_however_cut(
        BodyKind::AnthropicJson,
        body,
        &clean(usage(10, 215, Some(4), None)),
    );
    let without = r#"{"content":[{"input":{"usage":{"input_tokens":99}}}],"usage":null}"#;
    assert_same_however_cut(BodyKind::AnthropicJson, without, &clean(Usage::default()));
}
