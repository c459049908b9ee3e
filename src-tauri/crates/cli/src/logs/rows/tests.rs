use flowkeep_contract::{CostState, CostView, Outcome, UnitsView};

use super::*;

fn request() -> RequestView {
    RequestView {
        id: 1,
        request_id: "0190".to_owned(),
        started_at_ms: 1_787_400_000_000,
        route: "chat/completions".to_owned(),
        model: Some("gpt-4o".to_owned()),
        model_used: Some("Qwen/Qwen3-8B".to_owned()),
        client: "default".to_owned(),
        client_id: "default".to_owned(),
        user_agent: None,
        account: Some("工作".to_owned()),
        account_id: Some("1".to_owned()),
        key_last_four: None,
        stream: true,
        status: 200,
        outcome: Outcome::Success,
        error: None,
        vendor_code: None,
        trace_id: None,
        attempts: 1,
        prompt_tokens: Some(12),
        completion_tokens: None,
        cached_tokens: None,
        reasoning_tokens: None,
        estimated_tokens: None,
        units: UnitsView::default(),
        cost: Some(CostView {
            nano: 70_000_000,
            currency: "CNY".to_owned(),
            price: "p".to_owned(),
            incomplete: false,
            saved_nano: None,
        }),
        cost_state: CostState::Known,
        first_byte_ms: None,
        duration_ms: 345,
    }
}

#[test]
fn a_row_says_what_is_known_and_what_is_not() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let expected = [
        "1",
        "2026-08-22 20:00:00",
        "200",
        "gpt-4o → Qwen/Qwen3-8B",
        "工作",
        "default",
        "12",
        "-",
        "¥0.07",
        "345 ms",
    ];
    assert_eq!(cells(&request(), &zone), expected);
}

/// S38: a model or an error cannot steer the terminal, nor add a line.
#[test]
fn a_hostile_row_stays_on_its_line() {
    let hostile = RequestView {
        model: Some("\u{1b}]0;x\u{7}m\u{9b}2J".to_owned()),
        model_used: None,
        error: Some("first\nsecond\r\u{202e}".to_owned()),
        ..request()
    };
    let text = Columns::default().lines(&[cells(&hostile, &TimeZone::UTC)]);
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(
        text.contains("]0;xm2J") && text.ends_with("first second"),
        "{text:?}"
    );
}
