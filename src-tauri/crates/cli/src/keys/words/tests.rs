use std::path::Path;

use serde_json::Value;

use super::*;

/// The window's English texts.
fn messages() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/messages/en.json");
    let text = std::fs::read_to_string(path).expect("the window's messages");
    serde_json::from_str(&text).expect("JSON")
}

/// Issue 4, done when 7: the list and the window say the same.
#[test]
fn the_words_are_those_of_the_window() {
    let messages = messages();
    let text = |name: &str| {
        messages[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}"))
    };
    let states = [
        ("usable", KeyState::Usable),
        ("unchecked", KeyState::Unchecked),
        ("exhausted", KeyState::Exhausted),
        ("restricted", KeyState::Restricted),
        ("unauthorized", KeyState::Unauthorized),
        ("unreadable", KeyState::Unreadable),
        ("disabled", KeyState::Disabled),
    ];
    for (name, one) in states {
        assert_eq!(state(one), text(&format!("state_{name}")));
        assert_eq!(hint(one), text(&format!("state_{name}_hint")));
    }
    let sources = [
        ("reported", BalanceSource::Reported),
        ("manual", BalanceSource::Manual),
        ("estimated", BalanceSource::Estimated),
    ];
    for (name, one) in sources {
        assert_eq!(source(one), text(&format!("keys_balance_{name}_mark")));
    }
    assert_eq!(UNKNOWN, text("common_unknown"));
    assert_eq!(COOLING, text("state_cooling"));
    assert_eq!(STALE, text("keys_balance_stale_mark"));
    assert_eq!(ALL_MODELS, text("keys_cooling_all"));
    assert_eq!(PAID_MODELS, text("keys_cooling_paid"));
    assert_eq!(RETRY_NOW, text("keys_retry_now"));
    let filled = |name: &str, time: &str| text(name).replace("{time}", time);
    assert_eq!(
        retry_at("in 3 hours"),
        filled("keys_retry_at", "in 3 hours")
    );
    assert_eq!(retry_in("3:20"), filled("keys_retry_in", "3:20"));
}

/// As the window's `Intl` writes them.
#[test]
fn ages_and_delays_are_short() {
    const NOW: i64 = 1_760_000_000_000;
    for (ms, written) in [
        (-1_000, "now"),
        (4_999, "now"),
        (7_000, "7s ago"),
        (5 * MINUTE_MS, "5m ago"),
        (HOUR_MS, "1h ago"),
        (DAY_MS, "yesterday"),
        (3 * DAY_MS, "3d ago"),
        (MONTH_MS, "last mo."),
        (70 * DAY_MS, "2mo ago"),
        (YEAR_MS, "last yr."),
        (2 * YEAR_MS, "2y ago"),
    ] {
        assert_eq!(age(NOW - ms, NOW), written);
    }
    for (ms, written) in [
        (0, RETRY_NOW),
        (-1, RETRY_NOW),
        (1, "tried again in 0:01"),
        (HOUR_MS, "tried again in 60:00"),
        (HOUR_MS + 1, "tried again in 1 hour"),
        (3 * HOUR_MS, "tried again in 3 hours"),
        (DAY_MS, "tried again tomorrow"),
        (2 * DAY_MS, "tried again in 2 days"),
        (MONTH_MS, "tried again next month"),
    ] {
        assert_eq!(retry(NOW + ms, NOW), written);
    }
}
