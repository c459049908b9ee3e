use super::*;

#[test]
fn only_a_name_that_was_chosen_says_who_an_account_is() {
    for label in ["work", "alpha sk-…0000", "sk-mine"] {
        assert!(is_chosen(label), "{label}");
    }
    for label in ["sk-…0000", "sk-…0000 0198c2d1"] {
        assert!(!is_chosen(label), "{label}");
    }
}

#[test]
fn a_rejection_is_judged_as_it_was_before_it_was_passed_on() {
    let denied =
        |status, body: &str| denies(ResourceKind::Voice)(&evidence(status, body.as_bytes()));
    assert!(denied(400, r#"{"code":20015,"message":"no such voice"}"#));
    assert!(denied(404, "Not Found"));
    assert!(!denied(400, r#"{"code":20012,"message":"voice model"}"#));
    assert!(!denied(500, r#"{"message":"no such voice"}"#));
}
