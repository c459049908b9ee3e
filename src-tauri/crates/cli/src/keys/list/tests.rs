use flowkeep_contract::{
    BalanceFailure, BalanceSource, BalanceView, CoolingView, KeyState, KeyView, SiteName, SiteView,
    StateReason,
};

use super::*;

const NOW: i64 = 1_760_000_000_000;
const MINUTE: i64 = 60_000;

fn reason(text: &str) -> StateReason {
    StateReason {
        text: text.to_owned(),
        status: Some(401),
        vendor_code: None,
        since_ms: 0,
        next_retry_ms: None,
    }
}

fn key(id: &str, state: KeyState) -> KeyView {
    KeyView {
        id: id.to_owned(),
        label: "work".to_owned(),
        account: "work".to_owned(),
        account_id: "1".to_owned(),
        site: SiteView {
            name: SiteName::Cn,
            base: "https://api.siliconflow.cn/v1".to_owned(),
            follows_settings: true,
            currency: "CNY".to_owned(),
        },
        enabled: true,
        weight: 1,
        last_four: "0000".to_owned(),
        state,
        reason: None,
        cooling: Vec::new(),
        balance: None,
        balance_failure: None,
        max_concurrency: None,
        usage_count: 7,
        in_flight: 0,
        added_at_ms: 0,
        last_used_at_ms: None,
    }
}

#[test]
fn a_line_per_key_says_its_state_and_why() {
    let mut refused = key("b", KeyState::Unauthorized);
    refused.reason = Some(StateReason {
        next_retry_ms: Some(NOW + 3 * 60 * MINUTE),
        ..reason("unknown\nkey")
    });
    let mut resting = key("c", KeyState::Usable);
    resting.cooling.push(CoolingView {
        model: "Pro/*".to_owned(),
        reason: StateReason {
            next_retry_ms: Some(NOW + MINUTE + 1),
            ..reason("429")
        },
    });
    let off = key("d", KeyState::Disabled);
    let text = table(&[key("a", KeyState::Usable), refused, resting, off], NOW);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "ID  LABEL  ACCOUNT  SITE  KEY       STATE         BALANCE  USED  WHY",
            "a   work   work     cn    sk-…0000  Usable        unknown  7",
            "b   work   work     cn    sk-…0000  Invalid       unknown  7     \
             unknown key · tried again in 3 hours",
            "c   work   work     cn    sk-…0000  Usable        unknown  7     \
             Cooling down: paid models · tried again in 1:01",
            "d   work   work     cn    sk-…0000  Switched off  unknown  7     \
             You switched this key off",
        ]
    );
}

#[test]
fn a_balance_stands_with_its_source_and_age() {
    let told = |nano, source, currency: &str| {
        let mut key = key("a", KeyState::Usable);
        key.balance = Some(BalanceView {
            nano,
            currency: currency.to_owned(),
            source,
            known_nano: nano,
            as_of_ms: NOW - 5 * MINUTE,
        });
        key
    };
    let reported = told(12_345_000_000, BalanceSource::Reported, "CNY");
    assert_eq!(balance(&reported, NOW), "¥12.35 (reported · 5m ago)");
    let manual = told(-2_000_000_000, BalanceSource::Manual, "USD");
    assert_eq!(balance(&manual, NOW), "-$2.00 (manual · 5m ago)");
    let mut small = told(6_000, BalanceSource::Estimated, "CNY");
    let failed = |reason| {
        Some(BalanceFailure {
            reason,
            text: "the upstream answered 500".to_owned(),
            at_ms: NOW,
        })
    };
    small.balance_failure = failed(BalanceFailureReason::Status);
    assert_eq!(
        balance(&small, NOW),
        "¥0.000006 (estimated · 5m ago · not renewed)"
    );
    small.balance_failure = failed(BalanceFailureReason::Retired);
    assert_eq!(balance(&small, NOW), "¥0.000006 (estimated · 5m ago)");
    assert_eq!(balance(&key("a", KeyState::Usable), NOW), "unknown");
}
