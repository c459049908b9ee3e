use std::collections::HashSet;

use flowkeep_core::model::{AccountId, Fingerprint, KeyId, KeyState, Outcome};
use flowkeep_core::store::KeyRow;

use super::{DAY_MS, month};

/// Sunday, 22 November 2026, noon UTC.
const NOON: i64 = 1_795_348_800_000;

fn key(name: &str, state: KeyState) -> KeyRow {
    KeyRow {
        key_id: KeyId::from(name),
        account_id: AccountId::from(name),
        label: name.to_owned(),
        fingerprint: Fingerprint([0; 32]),
        last_four: "0000".to_owned(),
        bundle: 0,
        enabled: true,
        weight: 1,
        state,
        condition: None,
        added_at_ms: 0,
        checked_at_ms: None,
    }
}

fn keys() -> Vec<KeyRow> {
    let usable = ["alpha", "beta", "gamma"].map(|name| key(name, KeyState::Usable));
    let mut keys = usable.to_vec();
    keys.push(key("omega", KeyState::Unauthorized));
    keys
}

#[test]
fn the_same_day_has_the_same_past() {
    assert_eq!(month(&keys(), NOON), month(&keys(), NOON));
}

#[test]
fn it_fills_thirty_days_in_order_and_ends_before_now() {
    let records = month(&keys(), NOON);
    assert!((2_000..9_000).contains(&records.len()), "{}", records.len());
    assert!(records.is_sorted_by_key(|record| record.started_at_ms));
    let ends = |record: &flowkeep_core::model::RequestRecord| {
        record.started_at_ms + i64::from(record.duration_ms)
    };
    assert!(records.iter().all(|record| ends(record) < NOON));
    let days: HashSet<i64> = records
        .iter()
        .map(|record| record.started_at_ms / DAY_MS)
        .collect();
    assert_eq!(days.len(), 30);
    let ids: HashSet<_> = records.iter().map(|record| record.request_id).collect();
    assert_eq!(ids.len(), records.len());
}

#[test]
fn every_ending_occurs_and_the_refused_key_has_no_past() {
    let records = month(&keys(), NOON);
    for outcome in Outcome::ALL {
        assert!(
            records.iter().any(|record| record.outcome == outcome),
            "{outcome:?}"
        );
    }
    let omega = KeyId::from("omega");
    assert!(
        records
            .iter()
            .all(|record| record.key.as_ref() != Some(&omega))
    );
    let good = records
        .iter()
        .filter(|record| record.outcome == Outcome::Success);
    assert!(good.count() * 100 > records.len() * 93);
}

#[test]
fn without_keys_there_is_no_past() {
    assert!(month(&[], NOON).is_empty());
}

#[test]
fn some_requests_are_errands_and_some_usage_is_a_guess() {
    let records = month(&keys(), NOON);
    let errands = records
        .iter()
        .filter(|record| record.units.images.is_some() || record.units.bytes.is_some());
    assert!(errands.clone().count() > 50);
    assert!(errands.into_iter().all(|record| record.usage.is_unknown()));
    let guessed = records
        .iter()
        .filter(|record| record.estimated_tokens.is_some());
    assert!(guessed.clone().count() > 20);
    assert!(guessed.into_iter().all(|record| record.usage.is_unknown()));
    assert!(
        records
            .iter()
            .any(|record| record.usage.reasoning_tokens.is_some())
    );
}
