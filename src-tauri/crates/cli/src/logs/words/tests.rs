use std::path::Path;

use serde_json::Value;

use super::*;

/// The window's English texts.
fn messages() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/messages/en.json");
    let text = std::fs::read_to_string(path).expect("the window's messages");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_words_are_those_of_the_window() {
    let messages = messages();
    let text = |name: &str| {
        messages[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}"))
            .to_owned()
    };
    for (name, one) in [
        ("success", Outcome::Success),
        ("rejected", Outcome::Rejected),
        ("refused", Outcome::Refused),
        ("upstream_failed", Outcome::UpstreamFailed),
        ("interrupted", Outcome::Interrupted),
        ("client_closed", Outcome::ClientClosed),
    ] {
        assert_eq!(outcome(one), text(&format!("outcome_{name}")));
    }
    for (name, one) in [
        ("owner", Choice::Owner),
        ("session", Choice::Session),
        ("strategy", Choice::Strategy),
        ("retry", Choice::Retry),
    ] {
        assert_eq!(choice(one), text(&format!("choice_{name}")));
    }
    for (name, one) in [
        ("rejected", Left::Rejected),
        ("key_unauthorized", Left::KeyUnauthorized),
        ("account_exhausted", Left::AccountExhausted),
        ("paid_only", Left::PaidOnly),
        ("model_restricted", Left::ModelRestricted),
        ("account_restricted", Left::AccountRestricted),
        ("rate_limited", Left::RateLimited),
        ("model_busy", Left::ModelBusy),
        ("upstream_failed", Left::UpstreamFailed),
        ("broken", Left::Broken),
        ("redirected", Left::Redirected),
        ("not_sent", Left::NotSent),
        ("no_answer", Left::NoAnswer),
        ("timed_out", Left::TimedOut),
        ("client_gone", Left::ClientGone),
    ] {
        assert_eq!(left(Some(one)), text(&format!("left_{name}_hint")));
    }
    assert_eq!(left(None), text("attempt_answered"));
    for (name, one) in [
        ("free", CostState::Free),
        ("incomplete", CostState::Incomplete),
        ("unknown", CostState::Unknown),
        ("unbilled", CostState::Unbilled),
        ("no_model", CostState::Priceless),
    ] {
        let words = cost(one).expect("words");
        assert_eq!(words, text(&format!("requests_cost_{name}")));
    }
    assert_eq!(cost(CostState::Known), None);
    assert_eq!(TOKENS_UNKNOWN, text("requests_tokens_unknown"));
    assert_eq!(NO_ATTEMPTS, text("requests_no_attempts"));
}
