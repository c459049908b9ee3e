use flowkeep_contract::{ErrorCode, UsageBreakdownRequest, UsageDimension, UsageFilter};

use super::super::super::records::tests::{Past, good, new_key};
use crate::model::{KeyId, RequestRecord};

fn breakdown(past: &Past, by: UsageDimension, latencies: bool) -> UsageBreakdownRequest {
    UsageBreakdownRequest {
        by,
        from_ms: None,
        to_ms: Some(past.records.now_ms()),
        filter: UsageFilter::default(),
        limit: None,
        latencies,
    }
}

/// Issue 5: two tools with one token, also after the log was cleared.
#[test]
fn tools_with_one_token_are_told_apart() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let other = RequestRecord {
        user_agent: Some("codex_cli_rs".into()),
        cost: None,
        ..good("2026-11-23T11:00:00Z")
    };
    past.write([
        good("2026-11-23T11:00:00Z"),
        good("2026-11-23T11:30:00Z"),
        other,
    ]);
    let mut request = breakdown(&past, UsageDimension::Tool, true);
    let found = past.records.usage_breakdown(&request).unwrap();
    let told: Vec<_> = found
        .shares
        .iter()
        .map(|share| {
            let totals = share.totals;
            let unknown = totals.calls_without_cost;
            (
                share.label.as_str(),
                totals.calls,
                totals.cost.cny_nano,
                unknown,
            )
        })
        .collect();
    assert_eq!(
        told,
        [("claude-cli", 2, 140_000_000, 0), ("codex_cli_rs", 1, 0, 1)]
    );
    assert_eq!(past.records.store.clear_requests().unwrap(), 3);
    assert_eq!(past.records.usage_breakdown(&request).unwrap(), found);

    request.filter.client = Some("default".to_owned());
    let error = past.records.usage_breakdown(&request).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(error.message.contains("leave the filter out"), "{error:?}");
}

#[test]
fn percentiles_are_told_where_they_are_wanted() {
    let past = Past::at("2026-11-23T12:00:00Z");
    past.write([good("2026-11-23T11:00:00Z")]);
    for (by, is_timed) in [
        (UsageDimension::Model, true),
        (UsageDimension::Account, true),
        (UsageDimension::Client, true),
        (UsageDimension::Route, true),
        (UsageDimension::Key, false),
        (UsageDimension::Outcome, false),
        (UsageDimension::Tool, false),
    ] {
        let timed = |latencies| {
            let request = breakdown(&past, by, latencies);
            let found = past.records.usage_breakdown(&request).unwrap().shares;
            assert_eq!(found.len(), 1, "{by:?}");
            assert_eq!(found[0].first_byte.is_some(), found[0].duration.is_some());
            found[0].duration.map(|all| all.calls)
        };
        assert_eq!(timed(true), is_timed.then_some(1), "{by:?}");
        assert_eq!(timed(false), None, "{by:?}");
    }
}

#[test]
fn parts_are_named_also_after_their_removal() {
    let past = Past::at("2026-11-23T12:00:00Z");
    let store = &past.records.store;
    store
        .insert_keys(&[new_key(1, "team"), new_key(2, "home")])
        .unwrap();
    let ids: Vec<_> = store.accounts().unwrap().into_iter().collect();
    let of = |n: usize, key: &str| RequestRecord {
        account: Some(ids[n].account_id.clone()),
        key: Some(KeyId::from(key)),
        ..good("2026-11-23T11:00:00Z")
    };
    past.write([of(0, "key-1"), of(0, "key-1"), of(1, "key-2")]);
    store.remove_keys(&[KeyId::from("key-1")]).unwrap();
    let by = |by, filter| {
        let found = past.records.usage_breakdown(&UsageBreakdownRequest {
            by,
            from_ms: None,
            to_ms: None,
            filter,
            limit: None,
            latencies: false,
        });
        let shares = found.unwrap().shares.into_iter();
        shares
            .map(|share| (share.label, share.totals.calls))
            .collect::<Vec<_>>()
    };
    let all = UsageFilter::default;
    let named = |label: &str, calls| (label.to_owned(), calls);
    assert_eq!(
        by(UsageDimension::Account, all()),
        [named("team", 2), named("home", 1)]
    );
    assert_eq!(
        by(UsageDimension::Key, all()),
        [named("laptop …0001", 2), named("laptop …0002", 1)]
    );
    let of_team = UsageFilter {
        account: Some("team".to_owned()),
        ..all()
    };
    assert_eq!(
        by(UsageDimension::Model, of_team),
        [named("Qwen/Qwen3-8B", 2)]
    );
    assert_eq!(by(UsageDimension::Outcome, all()), [named("success", 3)]);
    assert_eq!(by(UsageDimension::Client, all()), [named("default", 3)]);
}
