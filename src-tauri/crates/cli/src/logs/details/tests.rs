use flowkeep_contract::{Choice, CostState, Left, Outcome};

use super::*;

fn request() -> RequestView {
    RequestView {
        id: 7,
        request_id: "0190".to_owned(),
        started_at_ms: 1_787_400_000_123,
        route: "chat/completions".to_owned(),
        model: Some("gpt-4o".to_owned()),
        model_used: Some("Qwen/Qwen3-8B".to_owned()),
        client: "default".to_owned(),
        client_id: "default".to_owned(),
        user_agent: Some("curl/8".to_owned()),
        account: Some("alpha".to_owned()),
        account_id: Some("1".to_owned()),
        key_last_four: Some("0001".to_owned()),
        stream: true,
        status: 200,
        outcome: Outcome::Success,
        error: None,
        vendor_code: None,
        trace_id: None,
        attempts: 2,
        prompt_tokens: Some(100),
        completion_tokens: Some(10),
        cached_tokens: Some(50),
        reasoning_tokens: Some(3),
        estimated_tokens: None,
        units: UnitsView::default(),
        cost: Some(CostView {
            nano: 70_000_000,
            currency: "CNY".to_owned(),
            price: "cn:Qwen/Qwen3-8B".to_owned(),
            incomplete: true,
            saved_nano: Some(20_000_000),
        }),
        cost_state: CostState::Incomplete,
        first_byte_ms: Some(80),
        duration_ms: 345,
    }
}

fn tried(account: &str, chosen: Choice, left: Option<Left>) -> AttemptView {
    AttemptView {
        account: Some(account.to_owned()),
        account_id: Some(account.to_owned()),
        model: Some("Qwen/Qwen3-8B".to_owned()),
        after_ms: 2,
        chosen,
        status: left.map_or(Some(200), |_| Some(429)),
        vendor_code: left.map(|_| 50_603),
        headers_ms: Some(30),
        first_byte_ms: None,
        end_ms: Some(31),
        left,
    }
}

fn shown(request: RequestView, attempts: Vec<AttemptView>) -> String {
    let found = RequestDetails {
        request,
        attempts,
        bodies: None,
    };
    text(&found, &TimeZone::get("Asia/Shanghai").unwrap())
}

#[test]
fn everything_is_told() {
    let text = shown(
        request(),
        vec![
            tried("beta", Choice::Session, Some(Left::RateLimited)),
            tried("alpha", Choice::Strategy, None),
        ],
    );
    for line in [
        "id                  7",
        "request id          0190",
        "started             2026-08-22 20:00:00.123 +08:00",
        "ended as            Success (HTTP 200)",
        "route               chat/completions, as a stream",
        "model               gpt-4o → Qwen/Qwen3-8B",
        "tool                curl/8",
        "account             alpha, key sk-…0001",
        "tokens              100 in (50 cached), 10 out (3 reasoning)",
        "cost                ¥0.07 by price cn:Qwen/Qwen3-8B · At least this much: a part that \
         has a price was not counted",
        "saved by the cache  ¥0.02",
        "first byte          80 ms",
        "duration            345 ms",
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    let tries: Vec<&str> = text.lines().rev().take(2).collect();
    assert!(
        tries[1].starts_with("beta ")
            && tries[1].contains("429, code 50603")
            && tries[1].ends_with(
                "It had this conversation before · The account's limit for this model was reached"
            ),
        "{text}"
    );
    assert!(
        tries[0].starts_with("alpha ") && tries[0].ends_with("by the strategy · Answered"),
        "{text}"
    );
}

#[test]
fn what_is_not_known_is_said_so() {
    let unknown = RequestView {
        prompt_tokens: None,
        completion_tokens: None,
        estimated_tokens: Some(42),
        cost: None,
        cost_state: CostState::Unknown,
        outcome: Outcome::ClientClosed,
        units: UnitsView {
            images: Some(2),
            sound_ms: Some(1_500),
            ..UnitsView::default()
        },
        error: Some("gone\n\u{1b}[2J".to_owned()),
        ..request()
    };
    let text = shown(unknown.clone(), Vec::new());
    // Nobody could have told the tokens of what has none.
    let nothing = RequestView {
        estimated_tokens: None,
        ..unknown.clone()
    };
    assert!(!shown(nothing, Vec::new()).contains("tokens"));
    assert!(text.contains("about 42 (estimate)"), "{text}");
    assert!(text.contains("cost         Not known: "), "{text}");
    assert!(text.contains("pictures     2\n"), "{text}");
    assert!(text.contains("sound heard  1500 ms"), "{text}");
    assert!(text.ends_with(words::NO_ATTEMPTS), "{text}");
    // S38: an error cannot steer the terminal, nor add a line.
    assert!(
        text.contains("gone [2J") && !text.contains('\u{1b}'),
        "{text:?}"
    );
    // The engine says what is known of a cost; how it ended does not count here.
    for (state, words) in [
        (CostState::Unbilled, "Not charged\n"),
        (CostState::Priceless, "Has no price\n"),
    ] {
        let row = RequestView {
            cost_state: state,
            ..unknown.clone()
        };
        assert!(shown(row, Vec::new()).contains(words), "{words}");
    }
}
