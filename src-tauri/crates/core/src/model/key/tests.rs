use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";

#[test]
fn a_key_is_read_and_known_by_its_last_four() {
    let key = ApiKey::parse(KEY).unwrap();
    assert_eq!(key.last_four(), "1234");
    assert_eq!(key.expose(), KEY);
    assert_eq!(key.fingerprint(), ApiKey::parse(KEY).unwrap().fingerprint());
}

/// S7: a secret that is formatted shows nothing of itself but the last four.
#[test]
fn a_key_does_not_print_itself() {
    let shown = format!("{:?}", ApiKey::parse(KEY).unwrap());
    assert_eq!(shown, "ApiKey(…1234)");
}

#[test]
fn what_is_not_a_key_is_refused_with_the_reason() {
    let refused = |text: &str| ApiKey::parse(text).unwrap_err();
    assert_eq!(refused("pk-test00000000000000000"), MalformedKey::Prefix);
    assert_eq!(refused("sk-short"), MalformedKey::Length(8));
    assert_eq!(
        refused("sk-test00000000000000\u{200b}0"),
        MalformedKey::Character
    );
    assert_eq!(
        refused(&format!("sk-{}", "a".repeat(600))),
        MalformedKey::Length(603)
    );
}

#[test]
fn ids_are_short_and_differ() {
    let ids: std::collections::HashSet<_> = (0..1000).map(|_| KeyId::generate()).collect();
    assert_eq!(ids.len(), 1000);
    assert!(ids.iter().all(|id| id.as_str().len() == 12));
}
