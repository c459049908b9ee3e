use proptest::prelude::*;

use super::super::connection;
use super::super::tests::{Folder, NOON, record, write};
use super::*;
use crate::model::{AccountId, KeyId, Usage};

/// The sums as they must be, worked out from the rows alone.
const FROM_REQUESTS: &str = "SELECT started_at_ms / 3600000 AS hour,
    coalesce(account_id, 0) AS account, coalesce(key_id, 0) AS key,
    coalesce(model_used, model_asked, 0) AS model, client, route, outcome,
    count(*), sum(attempts), total(prompt_tokens), total(completion_tokens),
    total(cached_tokens), total(reasoning_tokens),
    count(*) FILTER (WHERE outcome = 1 AND coalesce(model_used, model_asked) IS NOT NULL
    AND prompt_tokens IS NULL AND completion_tokens IS NULL
    AND cached_tokens IS NULL AND reasoning_tokens IS NULL),
    sum(duration_ms), total(first_byte_ms), count(first_byte_ms)
    FROM requests GROUP BY 1, 2, 3, 4, 5, 6, 7";
const FROM_HOURS: &str = "SELECT hour, account_id, key_id, model, client, route, outcome,
    calls, attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
    calls_without_usage, duration_ms, first_byte_ms, first_byte_calls FROM usage_hourly";
const KEYS_FROM_REQUESTS: &str = "SELECT key_id, count(*), max(started_at_ms)
    FROM requests WHERE key_id IS NOT NULL GROUP BY key_id";
const KEYS_FROM_TOTALS: &str = "SELECT key_id, calls, last_used_ms FROM key_totals";

fn assert_same(folder: &Folder, one: &str, other: &str) {
    let connection = connection::open_reader(&folder.path("usage.db")).unwrap();
    let sql = format!(
        "SELECT (SELECT count(*) FROM ({one})) - (SELECT count(*) FROM ({other})),
        (SELECT count(*) FROM (SELECT * FROM ({one}) EXCEPT SELECT * FROM ({other})))"
    );
    let difference: (i64, i64) = connection
        .query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(difference, (0, 0));
}

fn some<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(of)
}

fn usage() -> impl Strategy<Value = Usage> {
    let count = || some(prop_oneof![0_u64..200_000, Just(u64::MAX)]);
    (count(), count(), count(), count()).prop_map(|(prompt, completion, cached, reasoning)| Usage {
        prompt_tokens: prompt,
        completion_tokens: completion,
        cached_tokens: cached,
        reasoning_tokens: reasoning,
    })
}

prop_compose! {
    fn any_record()(
        started in -1_i64..4 * HOUR_MS,
        (model, alias) in (some(0..4_u8), some(0..3_u8)),
        (key, account) in (some(0..5_u8), some(0..3_u8)),
        (client, route) in (0..3_u8, 0..3_u8),
        outcome in proptest::sample::select(&Outcome::ALL[..]),
        attempts in 0_u32..10,
        usage in prop_oneof![Just(Usage::default()), usage()],
        (first_byte_ms, duration_ms) in (some(0_u32..600_000), any::<u32>()),
    ) -> RequestRecord {
        RequestRecord {
            started_at_ms: if started < 0 { started } else { NOON + started },
            model_asked: model.map(|n| format!("model-{n}").into()),
            model_used: alias.map(|n| format!("model-{n}").into()),
            key: key.map(|n| KeyId::from(format!("key-{n}").as_str())),
            account: account.map(|n| AccountId::from(format!("account-{n}").as_str())),
            client: format!("client-{client}").into(),
            route: format!("route-{route}"),
            outcome,
            attempts,
            usage,
            first_byte_ms,
            duration_ms,
            ..record(0)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is recorded, in whatever batches, also across a restart: the
    /// sums over the hours are the sums over the requests.
    #[test]
    fn sums_equal_requests(batches in proptest::collection::vec(
        proptest::collection::vec(any_record(), 1..300), 1..4,
    )) {
        let folder = Folder::new();
        let total: usize = batches.iter().map(Vec::len).sum();
        for batch in batches {
            write(&folder.open(), batch);
        }
        assert_same(&folder, FROM_REQUESTS, FROM_HOURS);
        assert_same(&folder, FROM_HOURS, FROM_REQUESTS);
        assert_same(&folder, KEYS_FROM_REQUESTS, KEYS_FROM_TOTALS);
        let calls = folder.open().usage_between(0, i64::MAX).unwrap().calls;
        prop_assert_eq!(usize::try_from(calls).unwrap(), total);
    }
}

#[test]
fn unknown_usage_counts_only_where_there_should_be_one() {
    let folder = Folder::new();
    let store = folder.open();
    let unknown = RequestRecord {
        usage: Usage::default(),
        ..record(1)
    };
    let models = RequestRecord {
        model_asked: None,
        route: "models".to_owned(),
        ..unknown.clone()
    };
    let failed = RequestRecord {
        outcome: Outcome::Refused,
        ..unknown.clone()
    };
    write(&store, [record(1), unknown, models, failed]);
    let sums = store.usage_between(0, i64::MAX).unwrap();
    assert_eq!(
        (sums.calls, sums.failed, sums.calls_without_usage),
        (4, 1, 1)
    );
}
