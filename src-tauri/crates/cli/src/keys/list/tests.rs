use flowkeep_contract::{CoolingView, KeyState, KeyView, SiteName, SiteView, StateReason};

use super::table;

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
            currency: Some("CNY".to_owned()),
        },
        enabled: true,
        weight: 1,
        last_four: "0000".to_owned(),
        state,
        reason: None,
        cooling: Vec::new(),
        balance: None,
        usage_count: 7,
        in_flight: 0,
        added_at_ms: 0,
        last_used_at_ms: None,
    }
}

#[test]
fn a_line_per_key_says_its_state_and_why() {
    let mut refused = key("b", KeyState::Unauthorized);
    refused.reason = Some(reason("unknown\nkey"));
    let mut resting = key("c", KeyState::Usable);
    resting.cooling.push(CoolingView {
        model: "Qwen/Qwen3-8B".to_owned(),
        reason: reason("429"),
    });
    let text = table(&[key("a", KeyState::Usable), refused, resting]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "ID  LABEL  ACCOUNT  SITE  KEY       STATE         USED  WHY",
            "a   work   work     cn    sk-…0000  usable        7",
            "b   work   work     cn    sk-…0000  unauthorized  7     unknown key",
            "c   work   work     cn    sk-…0000  usable        7     cooling down: Qwen/Qwen3-8B",
        ]
    );
}
