use super::*;

fn tokens(required: bool) -> ClientTokens {
    ClientTokens {
        entries: vec![
            ("default".into(), token_hash("fk-one")),
            ("cursor".into(), token_hash("fk-two")),
        ],
        required,
    }
}

#[test]
fn a_token_names_its_client() {
    assert_eq!(
        tokens(true).check(Some("fk-two")).unwrap().as_ref(),
        "cursor"
    );
}

/// S7: a prefix, a longer one or another last letter is no token.
#[test]
fn what_is_not_exactly_a_token_is_denied() {
    for wrong in [
        None,
        Some(""),
        Some("fk-on"),
        Some("fk-onf"),
        Some("fk-one "),
    ] {
        assert_eq!(tokens(true).check(wrong), Err(Denied), "{wrong:?}");
    }
}

#[test]
fn without_the_need_anyone_on_loopback_is_local() {
    assert_eq!(tokens(false).check(None).unwrap().as_ref(), "local");
    assert_eq!(
        tokens(false).check(Some("fk-one")).unwrap().as_ref(),
        "default"
    );
}

#[test]
fn tokens_have_256_bits_and_do_not_print() {
    let token = generate_token();
    assert_eq!(token.expose_secret().len(), 3 + 64);
    assert_ne!(token.expose_secret(), generate_token().expose_secret());
    assert!(!format!("{token:?}").contains("fk-"));
}
