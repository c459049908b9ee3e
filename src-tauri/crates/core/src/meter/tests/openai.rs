//! Chat streams.

use super::*;

const CHAT: &str = include_str!("transcripts/chat.sse");
const REASONING: &str = include_str!("transcripts/reasoning.sse");
const TOOL_CALL: &str = include_str!("transcripts/tool_call.sse");
const CACHED: &str = include_str!("transcripts/cached.sse");
const SSE: BodyKind = BodyKind::OpenAiSse;

/// The transcripts of the API reference §3.2 to §3.4: usage is cumulative, so
/// the last one counts and never the sum.
#[test]
fn transcripts_give_their_last_usage_however_they_are_cut() {
    assert_same_however_cut(SSE, CHAT, &clean(usage(4, 2, None, None)));
    assert_same_however_cut(SSE, REASONING, &clean(usage(294, 51, None, Some(38))));
    assert_same_however_cut(SSE, TOOL_CALL, &clean(usage(120, 16, Some(64), Some(3))));
    let cached = Scan {
        usage: usage(12_795, 46, Some(11_712), Some(19)),
        ..Scan::default()
    };
    assert_same_however_cut(SSE, CACHED, &cached);
}

#[test]
fn crlf_comments_and_a_byte_order_mark_change_nothing() {
    let crlf = format!("\u{feff}{}", CHAT.replace('\n', "\r\n"));
    assert_same_however_cut(SSE, &crlf, &clean(usage(4, 2, None, None)));
    let noisy = CHAT.replace(
        "data:",
        ": \"usage\":{\"prompt_tokens\":9}\n:keep-alive\n\ndata:",
    );
    assert_same_however_cut(SSE, &noisy, &clean(usage(4, 2, None, None)));
    let tight = CHAT.replace("data: ", "data:");
    assert_same_however_cut(SSE, &tight, &clean(usage(4, 2, None, None)));
}

#[test]
fn usage_may_come_in_a_chunk_of_its_own() {
    let body = "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":null}\n\n\
                data: {\"id\":\"1\",\"choices\":[],\"usage\": {\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n\
                data: [DONE]\n\n";
    assert_same_however_cut(SSE, body, &clean(usage(7, 3, None, None)));
}

#[test]
fn usage_that_turns_null_does_not_undo_what_came() {
    let body = "data: {\"id\":\"1\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n\
                data: {\"id\":\"1\",\"usage\" : null}\n\ndata: [DONE]\n\n";
    assert_same_however_cut(SSE, body, &clean(usage(7, 3, None, None)));
}

#[test]
fn usage_that_never_comes_is_unknown() {
    for body in [
        "data: {\"id\":\"1\",\"choices\":[]}\n\ndata: [DONE]\n\n",
        "data: {\"id\":\"1\",\"usage\":null}\n\ndata: [DONE]\n\n",
        // A text that speaks of it is not it.
        "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":1}\"}}]}\n\ndata: [DONE]\n\n",
        "data: {\"id\":\"1\",\"choices\":[{\"name\":\"usage\"}]}\n\ndata: [DONE]\n\n",
    ] {
        assert_same_however_cut(SSE, body, &clean(Usage::default()));
    }
}

/// F15: what came before the cut is true as far as it goes.
#[test]
fn a_stream_that_is_cut_has_the_usage_of_its_last_whole_chunk() {
    let first = CHAT.find("\n\n").unwrap() + 2;
    let second = first + CHAT[first..].find("\n\n").unwrap() + 2;
    for end in second - 1..CHAT.len() - "data: [DONE]\n\n".len() {
        let scan = scan(SSE, [&CHAT.as_bytes()[..end]]);
        assert!(!scan.clean_end);
        assert_eq!(scan.usage.prompt_tokens, Some(4), "cut at {end}");
        assert!(scan.usage.completion_tokens >= Some(1), "cut at {end}");
    }
    assert_eq!(whole(SSE, ""), Scan::default());
}

#[test]
fn a_last_line_needs_no_line_feed() {
    let body = CHAT.trim_end();
    assert_same_however_cut(SSE, body, &clean(usage(4, 2, None, None)));
}

#[test]
fn an_error_among_the_events_is_seen() {
    for payload in [
        r#"{"code":50505,"message":"Model service overloaded.","data":null}"#,
        r#"{"error":{"message":"oops","code":500}}"#,
        r#"{"id":"1","choices":[],"error":{"message":"oops"}}"#,
        "",
    ] {
        let event = match payload {
            "" => "event: error\ndata: oops".to_owned(),
            payload => format!("event: error\ndata: {payload}\n\ndata: {payload}"),
        };
        let body = CHAT.replace("data: [DONE]", &event);
        let expected = Scan {
            usage: usage(4, 2, None, None),
            error: Some(payload.as_bytes().into()),
            ..Scan::default()
        };
        assert_same_however_cut(SSE, &body, &expected);
    }
    for harmless in [
        r#"data: {"object":"x","choices":[]}"#,
        r#"data: {"id":"1","error":null}"#,
        r#"data: {"code":20000,"message":"Ok"}"#,
        r#"data: {"id":"1","choices":[{"delta":{"content":"\"error\": x"}}]}"#,
        "data: oops",
        "retry: 3",
    ] {
        let body = CHAT.replace("data: [DONE]", harmless);
        assert_eq!(whole(SSE, &body).error, None, "{harmless}");
    }
}

/// F19.
#[test]
fn a_huge_line_is_skipped_and_the_rest_is_read() {
    let huge = format!(
        "data: {{\"id\":\"1\",\"choices\":[\"{}\"],\"usage\":{{\"prompt_tokens\":9}}}}\n\n",
        "x".repeat(10 << 20)
    );
    let body = CHAT.replacen("\n\n", &format!("\n\n{huge}"), 1);
    let expected = clean(usage(4, 2, None, None));
    assert_eq!(whole(SSE, &body), expected);
    for size in [1 << 10, 1 << 16, (1 << 20) + 1] {
        assert_eq!(scan(SSE, body.as_bytes().chunks(size)), expected, "{size}");
    }
    // Also as the very first and the very last line.
    let first = format!("{huge}{CHAT}");
    assert_eq!(scan(SSE, first.as_bytes().chunks(5000)), expected);
    let last = format!("{CHAT}{}", huge.trim_end());
    assert_eq!(scan(SSE, last.as_bytes().chunks(5000)), expected);
}

#[test]
fn odd_numbers_are_unknown_and_the_others_stay() {
    let body = "data: {\"id\":\"1\",\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":\"7\",\
                \"prompt_tokens_details\":null,\"prompt_cache_hit_tokens\":5,\
                \"completion_tokens_details\":{\"reasoning_tokens\":2}}}\n\ndata: [DONE]\n\n";
    let expected = Usage {
        cached_tokens: Some(5),
        reasoning_tokens: Some(2),
        ..Usage::default()
    };
    assert_same_however_cut(SSE, body, &clean(expected));
}
