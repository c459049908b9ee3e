use proptest::prelude::*;

use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000000000";
const TOKEN: &str = "flow-client-token";

#[test]
fn keys_and_known_secrets_go() {
    let text = format!("Bearer {KEY}, \"{KEY}\" and {TOKEN}.");
    assert_eq!(
        redact(&text, &[TOKEN]),
        "Bearer [redacted], \"[redacted]\" and [redacted]."
    );
}

#[test]
fn words_stay() {
    for text in [
        "task-completion-handler",
        "disk-encryption",
        "sk-… of sk-",
        "ask-me-anything",
    ] {
        assert_eq!(redact(text, &[]), text);
    }
}

#[test]
fn a_known_secret_goes_wherever_it_stands() {
    assert_eq!(redact(&format!("x{KEY}"), &[KEY]), "x[redacted]");
    // One that begins another takes nothing away from it.
    assert_eq!(redact("abcdef", &["abc", "abcdef"]), "[redacted]");
    assert_eq!(redact("abcdex", &["abc", "abcdef"]), "[redacted]dex");
}

#[test]
fn a_quotable_text_is_one_short_line() {
    let text = format!("a\r\n\tb\u{0}\u{202e}\u{1b}[31mc {KEY}");
    assert_eq!(quotable(&text, &[]), "a   b[31mc [redacted]");
    let long = quotable(&"字".repeat(400), &[]);
    assert_eq!(long.chars().count(), 300);
    assert!(long.ends_with("字…"));
    assert_eq!(quotable(&"字".repeat(300), &[]), "字".repeat(300));
}

/// S16: the echo of `Authorization` in two chunks.
#[test]
fn a_key_cut_in_two_is_found() {
    let text = format!("{{\"message\":\"Authorization: Bearer {KEY} {TOKEN} is invalid\"}}");
    let whole = redact(&text, &[TOKEN]);
    assert!(!whole.contains("testalpha") && !whole.contains(TOKEN));
    for cut in 0..=text.len() {
        let mut redactor = Redactor::new(&[TOKEN]);
        let mut clean = redactor.push(&text.as_bytes()[..cut]);
        clean.extend(redactor.push(&text.as_bytes()[cut..]));
        clean.extend(redactor.finish());
        assert_eq!(String::from_utf8(clean).unwrap(), whole, "cut at {cut}");
    }
}

#[test]
fn what_was_held_back_comes_at_the_end() {
    let mut redactor = Redactor::new(&[TOKEN]);
    assert_eq!(redactor.push(b"the sk-tes"), b"the ");
    assert_eq!(redactor.finish(), b"sk-tes");
}

proptest! {
    #[test]
    fn pieces_are_redacted_like_the_whole(
        text in "(sk-|[a-z0-9 -]{0,6}|flow-client-token|sk-[a-z0-9]{6,40}){0,12}",
        cuts in proptest::collection::vec(0_usize..200, 0..6),
    ) {
        let whole = redact(&text, &[TOKEN, KEY]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.push(0);
        cuts.push(text.len());
        cuts.sort_unstable();
        let mut redactor = Redactor::new(&[TOKEN, KEY]);
        let mut clean = Vec::new();
        for pair in cuts.windows(2) {
            clean.extend(redactor.push(&text.as_bytes()[pair[0]..pair[1]]));
        }
        clean.extend(redactor.finish());
        prop_assert_eq!(String::from_utf8(clean).unwrap(), whole);
    }

    #[test]
    fn any_text_is_quotable(text in any::<String>(), secret in any::<String>()) {
        let shown = quotable(&text, &[&secret]);
        prop_assert!(shown.chars().count() <= 300);
        prop_assert!(!shown.chars().any(char::is_control));
    }
}

/// S16: an error that is too long is cut, perhaps in the middle of the key.
#[test]
fn the_beginning_of_a_secret_at_the_end_is_redacted() {
    let key = "sk-testalpha0000000000000000000000000000000000000000";
    for cut in 11..key.len() {
        let text = format!("Bearer {}", &key[..cut]);
        assert_eq!(redact(&text, &[key]), "Bearer [redacted]", "{cut}");
        assert_eq!(redact(&text, &[]), "Bearer [redacted]", "{cut}");
    }
}
