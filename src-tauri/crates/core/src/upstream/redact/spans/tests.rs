use proptest::prelude::*;

use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000000000";
const TOKEN: &str = "fk-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn without(text: &str, known: &[&str]) -> String {
    let mut clean = String::new();
    let mut from = 0;
    for span in secret_spans(text.as_bytes(), known) {
        clean.push_str(&text[from..span.start]);
        clean.push('#');
        from = span.end;
    }
    clean.push_str(&text[from..]);
    clean
}

#[test]
fn keys_tokens_and_known_secrets_are_found_wherever_they_stand() {
    for (before, after) in [
        ("", ""),
        ("Bearer ", "."),
        ("x", "\""),
        (r"first line\n", r"\nlast"),
        (r"\u4f60", " "),
        ("你好", "你好"),
        ("%20", "&b=1"),
    ] {
        for secret in [KEY, TOKEN, "my own secret"] {
            let text = format!("{before}{secret}{after}");
            let expected = format!("{before}#{after}");
            assert_eq!(without(&text, &["my own secret"]), expected, "{text}");
        }
    }
    assert_eq!(
        without(&format!("{KEY} and {KEY}, {TOKEN}"), &[]),
        "# and #, #"
    );
}

#[test]
fn words_stay() {
    for text in [
        "task-completion-handler and disk-encryption",
        "sk-… of sk- or",
        "ask-me-anything",
        "fk-orders, fk-",
        "a foreign key fk-customer",
    ] {
        let text = format!("{text} end");
        assert_eq!(without(&text, &[]), text);
    }
}

/// The end may be where the text was cut.
#[test]
fn a_beginning_at_the_end_goes() {
    for secret in [KEY, TOKEN, "my own secret"] {
        for cut in TELLING..secret.len() {
            let text = format!("say {}", &secret[..cut]);
            assert_eq!(without(&text, &["my own secret"]), "say #", "{cut}");
        }
    }
    assert_eq!(without("at my", &["my own secret"]), "at my");
}

proptest! {
    #[test]
    fn no_span_leaves_the_text_and_none_touches_the_next(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("sk-".to_owned()), Just("fk-".to_owned()), Just(KEY.to_owned()),
                Just(TOKEN.to_owned()), "[ -~]{0,12}", "\\PC{0,6}",
            ],
            0..12,
        )
    ) {
        let text = pieces.concat();
        let spans = secret_spans(text.as_bytes(), &[KEY]);
        let mut last = None;
        for span in &spans {
            prop_assert!(span.start < span.end && span.end <= text.len());
            prop_assert!(last.is_none_or(|last| last < span.start));
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            last = Some(span.end);
        }
        let clean = without(&text, &[KEY]);
        prop_assert!(!clean.contains(KEY) && !clean.contains(TOKEN));
    }
}
