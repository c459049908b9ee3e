//! Answers that are one document.

use super::*;

const JSON: BodyKind = BodyKind::Json;
const ANSWER: &str = r#"{"id":"019bdaa55225ef854b320e9b838f77ce","object":"chat.completion","created":1768900000,"model":"Pro/zai-org/GLM-4.7","choices":[{"index":0,"message":{"role":"assistant","content":"\"usage\":{\"prompt_tokens\":1}","reasoning_content":"…"},"finish_reason":"stop"}],"usage":{"prompt_tokens":15,"completion_tokens":1540,"total_tokens":1555,"completion_tokens_details":{"reasoning_tokens":1190},"prompt_tokens_details":{"cached_tokens":3},"prompt_cache_hit_tokens":3,"prompt_cache_miss_tokens":12},"system_fingerprint":""}"#;

fn expected() -> Scan {
    clean(usage(15, 1540, Some(3), Some(1190)))
}

#[test]
fn usage_stands_at_the_top_wherever_it_stands() {
    assert_same_however_cut(JSON, ANSWER, &expected());
    let (head, tail) = ANSWER.split_at(ANSWER.find(r#","usage""#).unwrap());
    let (usage, rest) = tail.split_at(tail.find(r#","system"#).unwrap());
    let first = format!("{{{},{}{rest}", &usage[1..], &head[1..]);
    assert_same_however_cut(JSON, &first, &expected());
    let pretty: serde_json::Value = serde_json::from_str(ANSWER).unwrap();
    let pretty = format!("{pretty:#}\n");
    assert_same_however_cut(JSON, &pretty, &expected());
}

#[test]
fn what_only_looks_like_it_is_not_it() {
    for body in [
        "",
        "null",
        "not json",
        r#"{"usage":null}"#,
        r#"{"usage":[1]}"#,
        r#"{"choices":[{"usage":{"prompt_tokens":1}}]}"#,
        r#"{"a":{"usage":{"prompt_tokens":1}},"b":1}"#,
        r#"{"content":"\"usage\":{\"prompt_tokens\":1}"}"#,
        r#"{"content":"\"usage"}"#,
        r#"{"\"usage":{"prompt_tokens":1}}"#,
        r#"{"x":"usage"}"#,
    ] {
        assert_same_however_cut(JSON, body, &clean(Usage::default()));
    }
}

#[test]
fn a_document_that_is_cut_tells_nothing() {
    for end in 0..ANSWER.len() {
        let scan = scan(JSON, [&ANSWER.as_bytes()[..end]]);
        assert!(scan.usage.is_unknown(), "cut at {end}");
    }
}

fn padded(bytes: usize, usage_first: bool) -> String {
    let usage = r#""usage":{"prompt_tokens":8,"completion_tokens":1}"#;
    let padding = format!(r#""data":["{}"]"#, "x".repeat(bytes));
    if usage_first {
        format!("{{{usage},{padding}}}")
    } else {
        format!("{{{padding},{usage}}}")
    }
}

#[test]
fn large_documents_are_read_to_a_limit_and_their_end_always() {
    let known = clean(usage(8, 1, None, None));
    for (bytes, usage_first, expected) in [
        (3 << 20, true, known.clone()),
        (3 << 20, false, known.clone()),
        (10 << 20, false, known),
        (10 << 20, true, clean(Usage::default())),
    ] {
        let body = padded(bytes, usage_first);
        assert_eq!(scan(JSON, body.as_bytes().chunks(16 << 10)), expected);
        assert_eq!(scan(JSON, body.as_bytes().chunks(1_000_003)), expected);
    }
}
