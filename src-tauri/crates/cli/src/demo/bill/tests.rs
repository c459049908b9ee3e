use std::sync::Arc;

use flowkeep_core::model::{AccountId, Fingerprint, KeyId, KeyState, Outcome, RequestRecord};
use flowkeep_core::store::KeyRow;

use super::{OWN, complete};
use crate::demo::history;

/// Sunday, 22 November 2026, noon UTC.
const NOON: i64 = 1_795_348_800_000;

fn key(name: &str) -> KeyRow {
    KeyRow {
        key_id: KeyId::from(name),
        account_id: AccountId::from(name),
        label: name.to_owned(),
        fingerprint: Fingerprint([0; 32]),
        last_four: "0000".to_owned(),
        bundle: 0,
        enabled: true,
        weight: 1,
        state: KeyState::Usable,
        condition: None,
        added_at_ms: 0,
        checked_at_ms: None,
    }
}

fn month() -> Vec<RequestRecord> {
    let keys = ["alpha", "beta", "gamma"].map(key);
    let mut records = history::month(&keys, NOON);
    complete(&mut records, &keys, &Arc::from("own"));
    records
}

#[test]
fn what_was_counted_has_a_price_and_what_failed_has_none() {
    let records = month();
    let is_counted = |record: &RequestRecord| {
        !record.usage.is_unknown() || record.units != flowkeep_core::model::Units::default()
    };
    let priced = records
        .iter()
        .filter(|record| is_counted(record) && record.outcome == Outcome::Success);
    for record in priced {
        assert!(record.cost.is_some(), "{record:?}");
    }
    let refused = records
        .iter()
        .filter(|record| record.outcome == Outcome::Refused);
    assert!(refused.into_iter().all(|record| record.cost.is_none()));
    assert!(records.iter().any(|record| record.saved_nano > Some(0)));
    for route in ["images/generations", "audio/speech", "embeddings"] {
        let paid = |record: &RequestRecord| {
            let cost = record.cost.as_ref().map_or(0, |cost| cost.money.nano());
            record.route == route && cost > 0
        };
        assert!(records.iter().any(paid), "{route}");
    }
}

#[test]
fn every_attempt_is_told_and_only_one_tool_has_its_own_token() {
    for record in month() {
        let told = u32::try_from(record.trail.len()).unwrap();
        assert_eq!(told, record.attempts);
        let is_own = &*record.client == "own";
        assert_eq!(is_own, record.user_agent.as_deref() == Some(OWN.1));
    }
}
