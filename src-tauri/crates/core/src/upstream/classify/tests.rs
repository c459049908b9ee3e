use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::RateWindow::{self, Day, Hour, Minute, Unknown};

mod rows;
mod success;

const MODEL: Option<&str> = Some("deepseek-ai/DeepSeek-V3");
/// 2026-10-01T00:00:00Z.
const NOW: i64 = 1_790_812_800_000;

fn class(status: u16, body: &str) -> Class {
    classify(status, None, body.as_bytes(), MODEL, NOW).class
}

fn limited(window: RateWindow) -> Class {
    Class::RateLimited {
        window,
        retry_after: None,
    }
}

const BUSY_CLASS: Class = Class::ModelBusy { retry_after: None };

#[test]
fn the_words_decide_before_the_code() {
    let quota = r#"{"code":50603,"message":"Request was rejected due to rate limiting. Details: TPM limit reached.","data":null}"#;
    let busy =
        r#"{"code":50603,"message":"System is really busy. Please try again later.","data":null}"#;
    for status in [429, 503] {
        assert_eq!(class(status, quota), limited(Minute));
        assert_eq!(class(status, busy), BUSY_CLASS);
    }
    // Without telling words the status decides.
    assert_eq!(class(429, r#"{"code":50603}"#), limited(Unknown));
    assert_eq!(class(503, r#"{"code":50603}"#), BUSY_CLASS);
}

#[test]
fn every_window_is_read() {
    for (name, window) in [
        ("RPM", Minute),
        ("TPM", Minute),
        ("IPM", Minute),
        ("RPH", Hour),
        ("RPD", Day),
        ("TPD", Day),
        ("IPD", Day),
        ("XYZ", Unknown),
    ] {
        let spaced =
            format!("Request was rejected due to rate limiting. Details: {name} limit reached.");
        let glued = format!("please contact contact@siliconflow.cn. Details:{name} limit reached.");
        assert_eq!(class(429, &spaced), limited(window), "{spaced}");
        assert_eq!(class(429, &glued), limited(window), "{glued}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let after = |value| match classify(429, Some(value), b"", MODEL, NOW).class {
        Class::RateLimited { retry_after, .. } => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(after("2"), Some(Duration::from_secs(2)));
    assert_eq!(after(" 0.5 "), Some(Duration::from_millis(500)));
    assert_eq!(after("-3"), Some(Duration::ZERO));
    assert_eq!(after("99999999999"), Some(Duration::from_hours(168)));
    assert_eq!(after("NaN"), Some(Duration::ZERO));
    assert_eq!(
        after("Thu, 01 Oct 2026 00:00:30 GMT"),
        Some(Duration::from_secs(30))
    );
    assert_eq!(after("Wed, 30 Sep 2026 00:00:00 GMT"), Some(Duration::ZERO));
    assert_eq!(after("soon"), None);
}

#[test]
fn a_busy_model_keeps_its_retry_after() {
    let body = br#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#;
    assert_eq!(
        classify(503, Some("7"), body, MODEL, NOW).class,
        Class::ModelBusy {
            retry_after: Some(Duration::from_secs(7))
        }
    );
}

/// A request that quotes the vendor's words must not poison an account.
#[test]
fn a_rejected_request_cannot_talk_itself_into_a_penalty() {
    for text in [
        "Value error: 'rate limiting, TPM limit reached'",
        "content: System is too busy now",
        "Sorry, your account balance is insufficient",
        "real-name verification of the account is required",
    ] {
        let body = format!(r#"{{"code":20015,"message":"{text}","data":null}}"#);
        for status in [400, 404, 409, 413, 415, 422, 451] {
            assert_eq!(class(status, &body), Class::Rejected, "{status} {text}");
        }
    }
}

#[test]
fn the_account_is_blamed_only_when_it_is_named() {
    let refused = |text: &str, model| classify(403, None, text.as_bytes(), model, NOW).class;
    let model_only = "Access denied: real-name verification is required (请先完成实名认证).";
    assert_eq!(refused(model_only, MODEL), Class::ModelRestricted);
    assert_eq!(refused(model_only, None), Class::AccountRestricted);
    assert_eq!(
        refused("Your account has not passed real-name verification", MODEL),
        Class::AccountRestricted
    );
    assert_eq!(
        refused("该账号未完成实名认证", MODEL),
        Class::AccountRestricted
    );
    assert_eq!(
        refused(
            "Your account must pass real-name verification for this model",
            MODEL
        ),
        Class::ModelRestricted
    );
    assert_eq!(
        refused("Your account has been suspended", MODEL),
        Class::AccountRestricted
    );
    assert_eq!(refused(r#""Forbidden""#, MODEL), Class::ModelRestricted);
    assert_eq!(refused(r#""Forbidden""#, None), Class::Rejected);
    assert_eq!(
        refused("<html><title>403 Forbidden</title></html>", MODEL),
        Class::UpstreamFailed
    );
    let page = "<html><title>Too many requests: rate limit, overloaded</title></html>";
    assert_eq!(class(503, page), Class::UpstreamFailed);
}

#[test]
fn the_five_envelopes_say_the_same() {
    for body in [
        r#"{"code":30001,"message":"no balance, sk-testalpha000000000000","data":null}"#,
        r#"{"data":"","message":"no balance, sk-testalpha000000000000","code":"30001"}"#,
        r#"{"error":{"message":"no balance, sk-testalpha000000000000","code":30001}}"#,
        r#"{"type":"error","error":{"type":"x","message":"no balance, sk-testalpha000000000000","code":30001}}"#,
    ] {
        let verdict = classify(403, None, body.as_bytes(), MODEL, NOW);
        assert_eq!(verdict.class, Class::AccountExhausted, "{body}");
        assert_eq!(verdict.evidence.vendor_code, Some(30_001));
        assert_eq!(verdict.evidence.status, Some(403));
        assert_eq!(verdict.evidence.text, "no balance, [redacted]");
    }
    for body in [
        r#""Invalid token""#,
        "Invalid token",
        "\u{feff}Invalid token\n",
    ] {
        let verdict = classify(401, None, body.as_bytes(), MODEL, NOW);
        assert_eq!(verdict.class, Class::KeyUnauthorized);
        assert_eq!(verdict.evidence.text, "Invalid token");
        assert_eq!(verdict.evidence.vendor_code, None);
    }
}

#[test]
fn a_body_that_was_cut_is_still_text() {
    let body = format!(
        r#"{{"code":50505,"message":"Model service overloaded.{}"#,
        "x".repeat(LOOKED_AT)
    );
    let verdict = classify(503, None, body.as_bytes(), MODEL, NOW);
    assert_eq!(verdict.class, BUSY_CLASS);
    assert_eq!(verdict.evidence.text.chars().count(), 300);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        status: u16,
        after in proptest::option::of(".{0,40}"),
        body in proptest::collection::vec(any::<u8>(), 0..400),
        now: i64,
        expects_stream: bool,
    ) {
        let verdict = classify(status, after.as_deref(), &body, MODEL, now);
        prop_assert!(verdict.evidence.text.chars().count() <= 300);
        let _ = inspect_success(after.as_deref(), &body, expects_stream);
        let _ = Opening::new(expects_stream).suffices(&body);
    }

    #[test]
    fn no_json_like_text_makes_it_panic(
        body in r#"(data: ?|event: ?error\n)?[\[{"]{0,3}"(code|error|message|data)"[:, ]{0,2}[0-9{}\[\]"a-z]{0,20}"#,
        status in 200_u16..600,
    ) {
        let _ = classify(status, None, body.as_bytes(), None, NOW);
        let _ = inspect_success(Some("text/event-stream"), body.as_bytes(), true);
        let _ = inspect_success(Some("application/json"), body.as_bytes(), false);
    }

    #[test]
    fn a_400_is_never_more_than_rejected_unless_a_code_names_the_account(text in ".{0,80}") {
        let body = serde_json::json!({"code": 20015, "message": text, "data": null});
        prop_assert_eq!(class(400, &body.to_string()), Class::Rejected);
    }
}
