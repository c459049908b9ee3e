use flowkeep_contract::UsageOverviewRequest;

use super::super::super::records::tests::{Past, good, ms};
use crate::model::{self, RequestRecord};

#[test]
fn rates_follow_from_the_sums_and_are_absent_without_any() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let request = UsageOverviewRequest::default();
    let nothing = past.records.usage_overview(&request).unwrap();
    assert_eq!(nothing, flowkeep_contract::UsageOverview::default());
    let failed = RequestRecord {
        outcome: model::Outcome::UpstreamFailed,
        status: 502,
        usage: model::Usage::default(),
        cost: None,
        saved_nano: None,
        first_byte_ms: None,
        duration_ms: 600_000,
        ..good("2026-11-23T11:00:00Z")
    };
    past.write([good("2026-11-23T10:00:00Z"), failed]);
    let found = past.records.usage_overview(&request).unwrap();
    assert_eq!((found.totals.calls, found.totals.failed), (2, 1));
    assert_eq!(found.rates.success_rate, Some(0.5));
    assert_eq!(found.rates.cached_share, Some(0.5));
    assert_eq!(found.rates.tokens_per_second, Some(10.0));
    assert_eq!(found.first_byte.calls, 1);
    let p50 = found.first_byte.p50_ms.unwrap();
    assert!((94..=106).contains(&p50), "{p50}");
}

/// Only the time for which a model wrote counts, and only where it is known how
/// much that was.
#[test]
fn speed_is_that_of_the_writing() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let pictures = (0..10).map(|_| RequestRecord {
        route: "images/generations".to_owned(),
        usage: model::Usage::default(),
        duration_ms: 60_000,
        ..good("2026-11-23T11:00:00Z")
    });
    let older = RequestRecord {
        usage: good("2026-11-23T11:00:00Z").usage,
        ..crate::store::older_call(uuid::Uuid::from_u128(7), ms("2026-11-23T11:00:00Z"))
    };
    // Its answers were written before they are fetched.
    let batch = RequestRecord {
        route: "files".to_owned(),
        duration_ms: 1,
        ..good("2026-11-23T11:00:00Z")
    };
    let stream = RequestRecord {
        stream: true,
        first_byte_ms: Some(900),
        ..good("2026-11-23T11:00:00Z")
    };
    past.write(pictures.chain([older, batch, good("2026-11-23T11:00:00Z"), stream]));
    let request = UsageOverviewRequest::default();
    let found = past.records.usage_overview(&request).unwrap();
    // 10 tokens in 1,000 ms, and 10 in 100 ms after the first byte.
    let speed = found.rates.tokens_per_second.unwrap();
    assert!((speed - 20_000.0 / 1_100.0).abs() < 1e-9, "{speed}");
    assert_eq!(
        found.duration.calls, 13,
        "the older pool's call has no time"
    );
    assert_eq!(found.totals.calls, 14);
}
