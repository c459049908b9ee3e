use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";

fn with(field: Field, text: &str) -> Line {
    let mut draft = Draft::of_key(KEY);
    draft.set(field, text);
    draft.into_line(1)
}

#[test]
fn amounts_are_read_with_and_without_their_currency() {
    let read = |text: &str| {
        let balance = with(Field::Balance, text).unwrap().balance.unwrap();
        (balance.amount.to_string(), balance.currency)
    };
    let cny = Some(Currency::Cny);
    let usd = Some(Currency::Usd);
    for (text, amount, currency) in [
        ("12.5", "12.5", None),
        ("-0.3", "-0.3", None),
        ("¥12", "12", cny),
        ("￥ 12", "12", cny),
        ("12元", "12", cny),
        ("12.50 cny", "12.5", cny),
        ("$3", "3", usd),
        ("3 usd", "3", usd),
        // What a float looks like when a program writes it.
        ("13.999999999999998", "13.999999999", None),
    ] {
        assert_eq!(read(text), (amount.to_owned(), currency), "{text}");
    }
    for wrong in ["much", "1,5", "1e3", "12 EUR", "0.1234567890x", "."] {
        let rejected = with(Field::Balance, wrong).unwrap_err();
        assert_eq!(rejected.why, Malformed::Balance, "{wrong}");
    }
}

#[test]
fn a_key_is_on_unless_it_says_otherwise() {
    for (word, expected) in [
        ("1", true),
        ("yes", true),
        ("", true),
        ("0", false),
        ("False", false),
        ("off", false),
    ] {
        assert_eq!(
            with(Field::Enabled, word).unwrap().enabled,
            expected,
            "{word}"
        );
    }
}

#[test]
fn an_entry_without_a_key_says_so() {
    let mut draft = Draft::default();
    assert!(draft.is_blank());
    draft.set(Field::Label, "work");
    assert!(!draft.is_blank());
    let rejected = draft.into_line(7).unwrap_err();
    assert_eq!(
        (rejected.line, rejected.why.reason()),
        (7, ImportReason::NoKey)
    );
}

/// S17, S38: neither a key nor a control character gets into what is shown.
#[test]
fn names_hold_no_secret_and_no_control_character() {
    let entry = with(Field::Label, &format!("a\u{1b}[31m {KEY}")).unwrap();
    assert_eq!(entry.label.as_deref(), Some("a[31m [redacted]"));
    assert_eq!(shown(" \t "), None);
    assert_eq!(shown(&"长".repeat(300)).unwrap().chars().count(), MAX_LABEL);
}
