use super::super::tests::{Folder, NOON, plan, record, write};
use super::*;
use crate::model::{RequestRecord, Usage};

const HALF_MS: i64 = HOUR_MS / 2;

fn at(started_at_ms: i64, model: &str, prompt: u64) -> RequestRecord {
    RequestRecord {
        started_at_ms,
        model_asked: Some(model.into()),
        usage: Usage {
            prompt_tokens: Some(prompt),
            ..Usage::default()
        },
        ..record(0)
    }
}

#[test]
fn spans_are_cut_at_whole_hours() {
    let cases = [
        ((0, 2 * HOUR_MS), (0, 2, 0, 0)),
        ((HALF_MS, 2 * HOUR_MS), (1, 2, HALF_MS, 0)),
        ((0, HOUR_MS + 1), (0, 1, 0, 1)),
        ((HALF_MS, 3 * HOUR_MS + HALF_MS), (1, 3, HALF_MS, HALF_MS)),
        // Within one hour, at a limit, backwards, before 1970.
        ((10, 20), (0, 0, 10, 0)),
        ((HALF_MS, HOUR_MS), (1, 1, HALF_MS, 0)),
        ((20, 10), (0, 0, 0, 0)),
        ((-HOUR_MS, HOUR_MS), (0, 1, 0, 0)),
    ];
    for ((from, to), (first, end, head, tail)) in cases {
        let span = Span::between(from, to);
        assert_eq!((span.first, span.end), (first, end), "{from}..{to}");
        assert_eq!(span.head.1 - span.head.0, head, "{from}..{to}");
        assert_eq!(span.tail.1 - span.tail.0, tail, "{from}..{to}");
    }
}

/// Local midnight in India is on the half hour.
#[test]
fn half_hours_are_counted_exactly() {
    let folder = Folder::new();
    let store = folder.open();
    let from = NOON + HALF_MS;
    let to = NOON + 3 * HOUR_MS + HALF_MS;
    let edges = [
        from - 1,
        from,
        NOON + HOUR_MS,
        NOON + 3 * HOUR_MS,
        to - 1,
        to,
    ];
    write(&store, edges.map(|start| at(start, "m", 10)));
    let sums = store.usage_between(from, to).unwrap();
    assert_eq!((sums.calls, sums.prompt_tokens), (4, 40));
    assert_eq!((sums.duration_ms, sums.attempts), (16_000, 4));
    let first = NOON / HOUR_MS;
    let hours: Vec<_> = store
        .usage_by_hour(from, to)
        .unwrap()
        .into_iter()
        .map(|hour| (hour.hour - first, hour.sums.calls))
        .collect();
    assert_eq!(hours, [(0, 1), (1, 1), (3, 2)]);
    assert_eq!(store.usage_between(from, from + 1).unwrap().calls, 1);
    assert_eq!(store.usage_between(to, from).unwrap(), UsageSums::default());
}

#[test]
fn models_are_ranked_by_tokens() {
    let folder = Folder::new();
    let store = folder.open();
    let aliased = RequestRecord {
        model_used: Some("large".into()),
        ..at(NOON, "asked", 500)
    };
    let nameless = RequestRecord {
        model_asked: None,
        ..at(NOON, "", 9_999)
    };
    write(
        &store,
        [
            at(NOON, "small", 1),
            at(NOON + HALF_MS, "large", 100),
            aliased,
            at(NOON, "middle", 50),
            nameless,
        ],
    );
    let top = |limit| -> Vec<_> {
        let models = store.usage_by_model(NOON, NOON + 2 * HOUR_MS, limit);
        models
            .unwrap()
            .into_iter()
            .map(|model| (model.model, model.sums.tokens()))
            .collect()
    };
    let ranked = [
        ("large".to_owned(), 600),
        ("middle".to_owned(), 50),
        ("small".to_owned(), 1),
    ];
    assert_eq!(top(10), ranked);
    assert_eq!(top(2), ranked[..2]);
}

#[test]
fn keys_tell_how_they_were_used() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..4).map(record));
    write(&store, [record(4)]);
    let usage = store.key_usage().unwrap();
    let first = KeyUsage {
        calls: 2,
        last_used_ms: NOON + 3_000,
    };
    assert_eq!(usage.len(), 3);
    assert_eq!(usage[&KeyId::from("key-0")], first);
    assert_eq!(usage[&KeyId::from("key-1")].last_used_ms, NOON + 4_000);
}

/// The sums come from the hours between the moments; requests are looked at
/// only for the rest at both ends.
#[test]
fn sums_are_found_by_hour_and_by_start() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    for sql in [SELECT_SUMS, SELECT_BY_MODEL, SELECT_BY_HOUR] {
        let plan = plan(&folder.path("usage.db"), sql);
        assert!(
            plan.contains("SEARCH usage_hourly USING PRIMARY KEY (hour>? AND hour<?)"),
            "{plan}"
        );
        let edges =
            "SEARCH requests USING INDEX requests_started (started_at_ms>? AND started_at_ms<?)";
        assert_eq!(plan.matches(edges).count(), 2, "{plan}");
        assert!(!plan.contains("SCAN requests"), "{plan}");
        assert!(!plan.contains("SCAN usage_hourly"), "{plan}");
    }
}
