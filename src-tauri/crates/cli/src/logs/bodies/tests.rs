use flowkeep_contract::LeftOut;

use super::*;

fn bodies() -> CapturedBodies {
    CapturedBodies {
        request: CapturedBody {
            bytes: 70_000,
            content_type: Some("application/json".to_owned()),
            text: Some("{\n\t\"a\": \"\u{1b}[2J\"}".to_owned()),
            is_cut: true,
            left_out: None,
        },
        response: CapturedBody {
            bytes: 12,
            content_type: None,
            text: None,
            is_cut: false,
            left_out: Some(LeftOut::Compressed),
        },
        expires_at_ms: 1_787_400_000_000,
    }
}

#[test]
fn sizes_are_told_without_words() {
    let text = summary(&bodies(), &TimeZone::UTC);
    assert_eq!(
        text,
        "bodies are kept until 2026-08-22 12:00:00.000 +00:00\n\
         request: 70000 bytes, application/json, only its beginning is kept\n\
         answer: 12 bytes, not kept: it came compressed"
    );
}

/// S38: a prompt cannot steer the terminal.
#[test]
fn words_keep_their_lines_and_steer_nothing() {
    assert_eq!(
        words_of(&bodies()),
        "\n--- request ---\n{\n    \"a\": \"[2J\"}\n\n--- answer ---\n"
    );
    let without = without_words(bodies());
    assert_eq!(
        (without.request.text, without.request.bytes),
        (None, 70_000)
    );
}
