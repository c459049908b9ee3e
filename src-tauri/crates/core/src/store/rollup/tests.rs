use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::super::UsageFilter;
use super::super::ledger_tests::assert_balanced;
use super::super::tests::{Folder, NOON, record, write};
use super::*;
use crate::model::{
    AccountId, AttemptRecord, Choice, Cost, Currency, KeyId, Left, Money, Nano, Outcome, Units,
    Usage,
};

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

fn money() -> impl Strategy<Value = (Option<Cost>, Option<i64>)> {
    let amount = prop_oneof![0_i64..5_000_000_000, Just(i64::MAX)];
    let cost = (amount, any::<bool>(), 0..2_u8, any::<bool>());
    (some(cost), some(0_i64..900_000_000)).prop_map(|(cost, saved)| {
        let cost = cost.map(|(nano, in_cny, price, incomplete)| {
            let currency = if in_cny { Currency::Cny } else { Currency::Usd };
            Cost {
                money: Money::new(Nano::new(nano), currency),
                price: format!("price-{price}").into(),
                incomplete,
            }
        });
        let saved = cost.as_ref().and(saved);
        (cost, saved)
    })
}

prop_compose! {
    fn units()(
        image_tokens in some(0_u64..9_000), images in some(0_u64..5), clips in some(0_u64..3),
        bytes in some(0_u64..70_000), sound_ms in some(prop_oneof![0_u64..90_000, Just(u64::MAX)]),
    ) -> Units {
        Units { image_tokens, images, clips, bytes, sound_ms }
    }
}

/// Paid by tokens, by pieces, by nothing, and nobody knows.
const ROUTES: [&str; 4] = [
    "chat/completions",
    "images/generations",
    "uploads/audio/voice",
    "other",
];

fn trail(attempts: u32) -> Vec<AttemptRecord> {
    let attempt = |n| AttemptRecord {
        account: AccountId::from(format!("account-{}", n % 3).as_str()),
        model: None,
        after_ms: n * 10,
        chosen: Choice::Strategy,
        status: Some(429),
        vendor_code: None,
        headers_ms: Some(5),
        first_byte_ms: None,
        end_ms: Some(6),
        left: Some(Left::RateLimited),
    };
    (0..attempts).map(attempt).collect()
}

prop_compose! {
    pub(in crate::store) fn any_record()(
        started in -1_i64..4 * HOUR_MS,
        (model, alias) in (some(0..4_u8), some(0..3_u8)),
        (key, account) in (some(0..5_u8), some(0..3_u8)),
        (client, route) in (0..3_u8, 0..ROUTES.len()),
        outcome in proptest::sample::select(&Outcome::ALL[..]),
        attempts in 0_u32..10,
        usage in prop_oneof![Just(Usage::default()), usage()],
        (first_byte_ms, duration_ms) in (some(0_u32..600_000), any::<u32>()),
        (units, (cost, saved_nano)) in (prop_oneof![Just(Units::default()), units()], money()),
        user_agent in some(0..3_u8),
    ) -> RequestRecord {
        RequestRecord {
            started_at_ms: if started < 0 { started } else { NOON + started },
            model_asked: model.map(|n| format!("model-{n}").into()),
            model_used: alias.map(|n| format!("model-{n}").into()),
            key: key.map(|n| KeyId::from(format!("key-{n}").as_str())),
            account: account.map(|n| AccountId::from(format!("account-{n}").as_str())),
            client: format!("client-{client}").into(),
            route: ROUTES[route].to_owned(),
            outcome,
            attempts,
            usage,
            units,
            cost,
            saved_nano,
            user_agent: user_agent.map(|n| format!("tool-{n}").into()),
            error: (outcome != Outcome::Success).then(|| format!("failed by {attempts}")),
            trail: trail(attempts),
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
        assert_balanced(&folder);
        let calls = folder.open().usage_sums(0, i64::MAX, &UsageFilter::default()).unwrap().calls;
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
    let sums = store
        .usage_sums(0, i64::MAX, &UsageFilter::default())
        .unwrap();
    assert_eq!(
        (sums.calls, sums.failed, sums.calls_without_usage),
        (4, 1, 1)
    );
}

/// A call that was broken off may have been charged, a picture has no tokens to
/// tell, and a voice costs nothing.
#[test]
fn what_is_unknown_is_counted_by_what_is_paid_for() {
    let cut = |outcome, attempts| RequestRecord {
        outcome,
        attempts,
        usage: Usage::default(),
        ..record(1)
    };
    let on = |route: &str| RequestRecord {
        route: route.to_owned(),
        ..cut(Outcome::Success, 1)
    };
    let in_part = RequestRecord {
        cost: Some(Cost {
            money: Money::new(Nano::new(5), Currency::Cny),
            price: "row".into(),
            incomplete: true,
        }),
        ..cut(Outcome::Interrupted, 1)
    };
    let unknown = |record: RequestRecord| {
        let sums = UsageSums::of(&record);
        (sums.calls_without_usage, sums.calls_without_cost)
    };
    assert_eq!(unknown(cut(Outcome::Success, 1)), (1, 1));
    assert_eq!(unknown(cut(Outcome::ClientClosed, 1)), (0, 1));
    assert_eq!(
        unknown(cut(Outcome::ClientClosed, 0)),
        (0, 0),
        "in the queue"
    );
    assert_eq!(unknown(cut(Outcome::Interrupted, 1)), (0, 1));
    assert_eq!(unknown(cut(Outcome::UpstreamFailed, 3)), (0, 0));
    assert_eq!(unknown(cut(Outcome::Rejected, 1)), (0, 0));
    for (route, should) in [
        ("messages", (1, 1)),
        ("embeddings", (1, 1)),
        ("rerank", (1, 1)),
        ("files", (1, 1)),
        ("images/generations", (0, 1)),
        ("video/submit", (0, 1)),
        ("audio/speech", (0, 1)),
        ("audio/transcriptions", (0, 1)),
        ("other", (0, 1)),
        ("uploads/audio/voice", (0, 0)),
        ("audio/voice/list", (0, 0)),
        ("messages/count_tokens", (0, 0)),
        ("batches", (0, 0)),
        ("models", (0, 0)),
    ] {
        assert_eq!(unknown(on(route)), should, "{route}");
    }
    let sums = UsageSums::of(&in_part);
    assert_eq!((sums.calls_with_cost, sums.calls_cost_incomplete), (1, 1));
    assert_eq!(sums.calls_without_cost, 0);
}

/// As after a kill -9: the files as they are, without the one who wrote them.
#[test]
fn sums_are_right_after_a_crash() {
    let folder = Folder::new();
    let store = folder.open();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let records = proptest::collection::vec(any_record(), 700..701);
    let records = records.new_tree(&mut runner).unwrap().current();
    for batch in records.chunks(100) {
        write(&store, batch.to_vec());
        let copy = Folder::new();
        for name in ["flowkeep.db", "flowkeep.db-wal", "usage.db", "usage.db-wal"] {
            std::fs::copy(folder.path(name), copy.path(name)).unwrap();
        }
        assert_balanced(&copy);
        let after = copy.open();
        write(&after, batch.to_vec());
        drop(after);
        assert_balanced(&copy);
    }
}

/// A new file after a damaged one counts from nothing.
#[test]
fn sums_are_right_after_a_quarantine() {
    let folder = Folder::new();
    write(&folder.open(), (0..300).map(record));
    let path = folder.path("usage.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4_096..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let (store, warnings) = folder.try_open().unwrap();
    assert_eq!(warnings.len(), 1);
    write(&store, (0..40).map(record));
    drop(store);
    assert_balanced(&folder);
}
