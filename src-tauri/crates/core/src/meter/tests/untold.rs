//! A guess at the tokens of an answer whose usage was not told.

use super::*;

fn written(kind: BodyKind, body: &str) -> u64 {
    count(kind, Counted::Tokens, [body.as_bytes()]).written
}

fn chunk(text: &str) -> String {
    format!("data: {{\"id\":\"1\",\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
}

#[test]
fn an_event_is_a_token_or_as_many_as_it_has_room_for() {
    let short = chunk("").repeat(3) + &chunk("ab").repeat(7) + "data: [DONE]\n\n";
    assert_eq!(written(BodyKind::OpenAiSse, &short), 10);
    // 400 bytes beyond the frame.
    let long = chunk("") + &chunk(&"x".repeat(400));
    assert_eq!(written(BodyKind::OpenAiSse, &long), 100);
    // Comments, blanks and errors write nothing.
    let noise = ": keep-alive\n\n\ndata: {\"error\":{\"message\":\"oops\"}}\n\n";
    assert_eq!(written(BodyKind::OpenAiSse, noise), 0);
}

#[test]
fn what_was_told_is_not_guessed() {
    let told = chunk("ab")
        + "data: {\"id\":\"1\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n";
    assert_eq!(written(BodyKind::OpenAiSse, &told), 0);
    let told = r#"{"choices":[{"message":{"content":"hello"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    assert_eq!(written(BodyKind::Json, told), 0);
}

#[test]
fn a_message_that_is_cut_off_has_its_prompt_and_a_guess() {
    let start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":6}}}\n\n";
    let block =
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0}\n\n";
    let delta = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"ab\"}}\n\n";
    let cut = start.to_owned() + block + &delta.repeat(5);
    let scan = count(
        BodyKind::AnthropicSse,
        Counted::Tokens,
        cut.as_bytes().chunks(9),
    );
    assert_eq!(scan.usage.prompt_tokens, Some(6));
    assert_eq!(scan.usage.completion_tokens, None);
    assert_eq!(scan.written, 5);
}

#[test]
fn a_document_is_guessed_from_its_texts() {
    let body = r#"{"id":"a very long identifier that labels the answer","model":"x/y","choices":[{"index":0,"message":{"role":"assistant","content":"one two three four"}}]}"#;
    let guess = written(BodyKind::Json, body);
    // Four words, and the marks of three objects.
    assert_eq!(guess, 17);
    assert_eq!(written(BodyKind::Json, "not json"), 0);
}

#[test]
fn a_request_is_guessed_from_its_texts() {
    let chat = br#"{"model":"m","stream":true,"max_tokens":5,"messages":[{"role":"user","content":"one two three"}]}"#;
    // Three words in two objects.
    assert_eq!(estimate_json(chat), Some(12));
    let picture = br#"{"messages":[{"content":[{"image_url":{"url":"data:image/png;base64,AAAAAAAAAAAAAAAA"}}]}]}"#;
    assert_eq!(estimate_json(picture), Some(4 * 4 + 1_000));
    let tokens = br#"{"model":"m","input":[1,2,3],"dimensions":1024}"#;
    assert_eq!(estimate_json(tokens), Some(4 + 3));
    assert_eq!(estimate_json(b"{\"a\":"), None);
}

#[test]
fn usage_is_noticed_as_soon_as_it_comes() {
    let mut scanner = UsageScanner::new(BodyKind::OpenAiSse, Counted::Tokens);
    scanner.feed(&Bytes::from(chunk("ab")));
    assert!(!scanner.has_usage());
    scanner.feed(&Bytes::from_static(
        b"data: {\"usage\":{\"prompt_tokens\":1}}\n",
    ));
    assert!(scanner.has_usage());
}
