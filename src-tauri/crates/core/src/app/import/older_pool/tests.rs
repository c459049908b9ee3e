use super::*;
use crate::model::ApiKey;
use crate::store::OlderKey;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";

fn key(text: &str, balance: Option<f64>, enabled: bool) -> OlderKey {
    OlderKey {
        key: text.to_owned().into(),
        added_at_ms: Some(1_000),
        balance,
        enabled,
    }
}

fn call(number: i64) -> OlderCall {
    OlderCall {
        number,
        key: Some(ApiKey::parse(KEY).unwrap().fingerprint()),
        last_four: Some("1234".to_owned()),
        model: Some("Qwen/Qwen3-8B".into()),
        at_ms: 2_000,
        prompt_tokens: Some(10),
        completion_tokens: Some(0),
    }
}

#[test]
fn rows_become_entries_with_the_balance_of_the_last_refresh() {
    let pool = OlderPool {
        keys: vec![
            key(KEY, Some(13.999_999_999_6), true),
            key("nonsense", None, true),
            key(KEY, None, false),
        ],
        calls: vec![call(1)],
    };
    let lines = lines(&pool);
    let first = lines[0].as_ref().unwrap();
    let balance = first.balance.unwrap();
    assert_eq!((first.line, first.enabled), (1, true));
    assert_eq!(balance.amount.to_string(), "14");
    assert_eq!(balance.seen_at_ms, Some(2_000));
    assert_eq!(lines[1].as_ref().unwrap_err().line, 2);
    let third = lines[2].as_ref().unwrap();
    assert_eq!((third.enabled, third.balance), (false, None));
}

#[test]
fn a_call_keeps_what_was_known_and_its_id() {
    let known = ApiKey::parse(KEY).unwrap().fingerprint();
    let owners = Owners::from([(known, (KeyId::from("key"), AccountId::from("account")))]);
    let made = record(&call(1), &owners);
    assert_eq!(made.route, "unknown");
    assert_eq!(made.key, Some(KeyId::from("key")));
    assert_eq!(made.usage.prompt_tokens, Some(10));
    assert_eq!(made.usage.completion_tokens, Some(0));
    assert_eq!(made.request_id, record(&call(1), &Owners::new()).request_id);
    assert_ne!(made.request_id, record(&call(2), &owners).request_id);
}

/// D12: the older pool wrote 0 where it did not know.
#[test]
fn tokens_that_were_not_counted_are_unknown() {
    let uncounted = OlderCall {
        prompt_tokens: Some(0),
        ..call(1)
    };
    assert!(record(&uncounted, &Owners::new()).usage.is_unknown());
}
