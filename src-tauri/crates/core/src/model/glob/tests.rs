use proptest::prelude::*;

use super::*;

#[test]
fn a_star_is_any_text_and_nothing_else_is_special() {
    for (pattern, name, fit) in [
        ("gpt-4o", "gpt-4o", true),
        ("gpt-4o", "gpt-4o-mini", false),
        ("claude-*", "claude-3-opus-20240229", true),
        ("claude-*", "claude-", true),
        ("claude-*", "anthropic/claude-3", false),
        ("*/GLM-4.6", "zai-org/GLM-4.6", true),
        ("*/GLM-4.6", "Pro/zai-org/GLM-4.6", true),
        ("*/GLM-4.6", "zai-org/GLM-4.6V", false),
        ("a*b*c", "aXbXbc", true),
        ("a*b*c", "aXbXb", false),
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("GPT-*", "gpt-4", false),
        ("a.c", "abc", false),
    ] {
        assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
    }
    assert!(is_glob("claude-*") && !is_glob("gpt-4o"));
}

/// The same question, answered the slow and obvious way.
fn obvious(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=name.len()).any(|skipped| obvious(rest, &name[skipped..])),
        (Some((wanted, rest)), Some((byte, left))) => wanted == byte && obvious(rest, left),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

proptest! {
    #[test]
    fn it_says_what_the_obvious_way_says(pattern in "[ab*]{0,7}", name in "[ab]{0,9}") {
        prop_assert_eq!(fits(&pattern, &name), obvious(pattern.as_bytes(), name.as_bytes()));
    }
}
