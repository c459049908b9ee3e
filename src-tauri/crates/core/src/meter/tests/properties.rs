//! What holds for any bytes in any pieces.

use proptest::prelude::*;

use super::*;

const KINDS: [BodyKind; 5] = [
    BodyKind::Json,
    BodyKind::OpenAiSse,
    BodyKind::AnthropicSse,
    BodyKind::AnthropicJson,
    BodyKind::Opaque,
];

fn pieces(bytes: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|pair| bytes[pair[0]..pair[1]].to_vec())
        .collect()
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..99_u64, 0..99_u64).prop_map(|(prompt, completion)| format!(
            r#"data: {{"id":"1","usage":{{"prompt_tokens":{prompt},"completion_tokens":{completion}}}}}"#
        )),
        (0..99_u64).prop_map(|tokens| format!(
            r#"data: {{"type":"message_start","message":{{"usage":{{"input_tokens":{tokens}}}}}}}"#
        )),
        (0..99_u64).prop_map(|tokens| format!(
            r#"data: {{"type":"message_delta","usage":{{"output_tokens":{tokens}}}}}"#
        )),
        Just(r#"data: {"id":"1","usage":null}"#.to_owned()),
        Just(r#"data: {"code":1}"#.to_owned()),
        Just("data: [DONE]".to_owned()),
        Just("event: error".to_owned()),
        Just("event: message_stop".to_owned()),
        Just(": comment".to_owned()),
        Just(String::new()),
        "[ -~]{0,30}",
    ]
}

proptest! {
    #[test]
    fn pieces_tell_what_the_whole_tells(
        lines in proptest::collection::vec((line(), any::<bool>()), 0..14),
        cuts in proptest::collection::vec(any::<usize>(), 0..10),
    ) {
        let mut body = String::new();
        for (line, crlf) in lines {
            body.push_str(&line);
            body.push_str(if crlf { "\r\n" } else { "\n" });
        }
        for kind in KINDS {
            let parts = pieces(body.as_bytes(), &cuts);
            let cut = scan(kind, parts.iter().map(Vec::as_slice));
            prop_assert_eq!(cut, whole(kind, &body), "{:?}", kind);
        }
    }

    #[test]
    fn any_bytes_are_scanned_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        cuts in proptest::collection::vec(any::<usize>(), 0..5),
    ) {
        for kind in KINDS {
            let parts = pieces(&bytes, &cuts);
            let cut = scan(kind, parts.iter().map(Vec::as_slice));
            prop_assert_eq!(cut, scan(kind, [bytes.as_slice()]));
        }
    }

    /// The last usage counts, never a sum.
    #[test]
    fn the_last_usage_counts(
        counts in proptest::collection::vec((0..1_000_u64, 0..1_000_u64), 1..20),
    ) {
        let events: Vec<String> = counts.iter().map(|(prompt, completion)| format!(
            "data: {{\"id\":\"1\",\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{completion}}}}}\n\n"
        )).collect();
        let body = events.concat();
        let (prompt, completion) = counts[counts.len() - 1];
        let scan = whole(BodyKind::OpenAiSse, &body);
        prop_assert_eq!(scan.usage, usage(prompt, completion, None, None));
        prop_assert!(!scan.clean_end);
    }
}
