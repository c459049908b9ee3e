use super::super::rollup::{HOUR_MS, QUARTER_MS};
use super::super::tests::{Folder, NOON, everything, plan, record, write};
use super::*;
use crate::model::{AccountId, Outcome, RequestRecord, Usage};

const HALF_MS: i64 = HOUR_MS / 2;
const DAY_MS: i64 = 24 * HOUR_MS;

fn all() -> UsageFilter {
    UsageFilter::default()
}

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
    let sums = store.usage_sums(from, to, &all()).unwrap();
    assert_eq!((sums.calls, sums.prompt_tokens), (4, 40));
    assert_eq!((sums.duration_ms, sums.attempts), (16_000, 4));
    let first = NOON / HOUR_MS;
    let hours: Vec<_> = store
        .usage_by_hour(from, to, &all())
        .unwrap()
        .into_iter()
        .map(|hour| (hour.hour - first, hour.sums.calls))
        .collect();
    assert_eq!(hours, [(0, 1), (1, 1), (3, 2)]);
    assert_eq!(store.usage_sums(from, from + 1, &all()).unwrap().calls, 1);
    assert_eq!(
        store.usage_sums(to, from, &all()).unwrap(),
        UsageSums::default()
    );
}

/// Of everything together, quarters of an hour are known without the log; of a name,
/// whole hours.
#[test]
fn quarters_outlive_the_log() {
    let folder = Folder::new();
    let store = folder.open();
    let starts = (0..8).map(|n| NOON + n * QUARTER_MS + 1_000);
    write(&store, starts.map(|start| at(start, "m", 10)));
    assert_eq!(store.clear_requests().unwrap(), 8);
    let named = UsageFilter {
        model: Some("m".to_owned()),
        ..all()
    };
    for (from, to, calls) in [
        (NOON + QUARTER_MS, NOON + 2 * QUARTER_MS, 1),
        (NOON + QUARTER_MS, NOON + 7 * QUARTER_MS, 6),
        (NOON - QUARTER_MS, NOON + HALF_MS, 2),
        (NOON - 1, NOON + QUARTER_MS + 2_000, 1),
    ] {
        let sums = store.usage_sums(from, to, &all()).unwrap();
        assert_eq!((sums.calls, sums.prompt_tokens), (calls, 10 * calls));
        let hours = store.usage_by_hour(from, to, &all()).unwrap();
        let summed: i64 = hours.iter().map(|hour| hour.sums.calls).sum();
        assert_eq!(summed, calls, "{hours:?}");
        assert_eq!(store.usage_sums(from, to, &named).unwrap().calls, 0);
    }
    let by_hour = store.usage_by_hour(NOON + HALF_MS, NOON + 6 * QUARTER_MS, &all());
    let by_hour: Vec<_> = by_hour.unwrap().iter().map(|hour| hour.hour).collect();
    assert_eq!(by_hour, [NOON / HOUR_MS, NOON / HOUR_MS + 1]);
    assert_eq!(store.logged_calls(NOON, NOON + DAY_MS).unwrap(), 0);
    write(&store, [at(NOON, "m", 10), at(NOON + HALF_MS, "m", 10)]);
    assert_eq!(store.logged_calls(NOON, NOON + HALF_MS).unwrap(), 1);
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
    let models = store.usage_by(Dimension::Model, NOON, NOON + 2 * HOUR_MS, &all());
    let models = models.unwrap().into_iter();
    let ranked: Vec<_> = models
        .map(|model| (model.name, model.sums.tokens()))
        .collect();
    let should = [
        (String::new(), 9_999),
        ("large".to_owned(), 600),
        ("middle".to_owned(), 50),
        ("small".to_owned(), 1),
    ];
    assert_eq!(ranked, should);
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

/// Five days of requests, one every twenty minutes, unlike each other.
fn days() -> Vec<RequestRecord> {
    let start = NOON - 5 * DAY_MS;
    let one = |n: u32| RequestRecord {
        started_at_ms: start + i64::from(n) * 20 * 60_000,
        model_asked: Some(format!("model-{}", n % 3).into()),
        account: Some(AccountId::from(format!("account-{}", n % 5).as_str())),
        client: format!("client-{}", n % 2).into(),
        route: format!("route-{}", n % 4),
        user_agent: (!n.is_multiple_of(3)).then(|| format!("tool-{}", n % 5).into()),
        stream: n.is_multiple_of(7),
        outcome: Outcome::ALL[n as usize % 6],
        usage: Usage {
            prompt_tokens: Some(u64::from(n)),
            ..Usage::default()
        },
        first_byte_ms: Some(n),
        ..record(n)
    };
    (0..5 * 72).map(one).collect()
}

fn name_in(by: Dimension, record: &RequestRecord) -> String {
    match by {
        Dimension::Model => record.model_asked.as_deref().unwrap_or_default().to_owned(),
        Dimension::Account => record.account.as_ref().unwrap().to_string(),
        Dimension::Key => record.key.as_ref().unwrap().to_string(),
        Dimension::Client => record.client.to_string(),
        Dimension::Route => record.route.clone(),
        Dimension::Outcome => record.outcome.as_str().to_owned(),
    }
}

/// Whatever is asked for, over whatever time, the answer is that of the records.
#[test]
fn every_question_is_answered_from_its_sums_as_from_the_records() {
    let folder = Folder::new();
    let store = folder.open();
    let records = days();
    write(&store, records.clone());
    let some = |text: &str| Some(text.to_owned());
    let filters = [
        all(),
        UsageFilter {
            model: some("model-1"),
            ..all()
        },
        UsageFilter {
            route: some("route-2"),
            ..all()
        },
        UsageFilter {
            account: some("account-3"),
            client: some("client-1"),
            ..all()
        },
        UsageFilter {
            model: some("model-0"),
            account: some("account-0"),
            client: some("client-0"),
            route: some("route-0"),
        },
        UsageFilter {
            model: some("nobody's"),
            ..all()
        },
    ];
    let spans = [
        everything(),
        (NOON - 3 * DAY_MS, NOON),
        (NOON - 4 * DAY_MS + HALF_MS, NOON - DAY_MS + 7),
        (NOON - HOUR_MS, NOON - HOUR_MS + 90_000),
        (NOON - 3 * DAY_MS + QUARTER_MS, NOON - HALF_MS),
        (NOON - HOUR_MS + QUARTER_MS, NOON - QUARTER_MS),
        (NOON - HOUR_MS + 5_000, NOON - QUARTER_MS + 5_000),
    ];
    for filter in &filters {
        for (from, to) in spans {
            let counted: Vec<_> = records
                .iter()
                .filter(|one| (from..to).contains(&one.started_at_ms))
                .filter(|one| {
                    let fits = |wanted: &Option<String>, by| {
                        wanted.as_ref().is_none_or(|name| *name == name_in(by, one))
                    };
                    fits(&filter.model, Dimension::Model)
                        && fits(&filter.account, Dimension::Account)
                        && fits(&filter.client, Dimension::Client)
                        && fits(&filter.route, Dimension::Route)
                })
                .collect();
            assert_answers(&store, filter, (from, to), &counted);
        }
    }
}

fn assert_answers(
    store: &Store,
    filter: &UsageFilter,
    (from, to): (i64, i64),
    counted: &[&RequestRecord],
) {
    let mut sums = UsageSums::default();
    let mut hours: std::collections::BTreeMap<i64, UsageSums> = std::collections::BTreeMap::new();
    for record in counted {
        sums.add(UsageSums::of(record));
        let hour = hours.entry(record.started_at_ms / HOUR_MS).or_default();
        hour.add(UsageSums::of(record));
    }
    assert_eq!(
        store.usage_sums(from, to, filter).unwrap(),
        sums,
        "{filter:?} {from}..{to}"
    );
    let found = store.usage_by_hour(from, to, filter).unwrap();
    let should: Vec<_> = hours
        .into_iter()
        .map(|(hour, sums)| HourUsage { hour, sums })
        .collect();
    assert_eq!(found, should, "{filter:?} {from}..{to}");
    for by in [
        Dimension::Model,
        Dimension::Account,
        Dimension::Key,
        Dimension::Client,
        Dimension::Route,
        Dimension::Outcome,
    ] {
        let mut should: HashMap<String, UsageSums> = HashMap::new();
        for record in counted {
            let sums = should.entry(name_in(by, record)).or_default();
            sums.add(UsageSums::of(record));
        }
        let found = store.usage_by(by, from, to, filter).unwrap();
        let found: HashMap<_, _> = found.into_iter().map(|one| (one.name, one.sums)).collect();
        assert_eq!(found, should, "{by:?} {filter:?} {from}..{to}");
    }
    if *filter == all() {
        let mut should: HashMap<String, UsageSums> = HashMap::new();
        for record in counted {
            let tool = record.user_agent.as_deref().unwrap_or_default();
            let sums = should.entry(tool.to_owned()).or_default();
            sums.add(UsageSums::of(record));
        }
        let found = store.usage_by_tool(from, to).unwrap().into_iter();
        let found: HashMap<_, _> = found.map(|one| (one.name, one.sums)).collect();
        assert_eq!(found, should, "tools {from}..{to}");
    }
}

/// What dashboards ask for comes from sums by their keys; requests are looked at
/// only for the rest at both ends, and nothing is sorted.
#[test]
fn sums_are_found_by_their_keys() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let path = folder.path("usage.db");
    for (sql, by) in [
        (
            SELECT_SLICES,
            "SEARCH usage_slices USING PRIMARY KEY (grain=? AND dimension=? AND start>? AND start<?)",
        ),
        (
            SELECT_HOURS,
            "SEARCH usage_hourly USING PRIMARY KEY (hour>? AND hour<?)",
        ),
        (
            logged::SELECT_ALL,
            "SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            logged::COUNT,
            "SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            super::super::spending::SELECT_HOURS,
            "SEARCH usage_slices USING PRIMARY KEY (grain=? AND dimension=? AND start>? AND start<?)",
        ),
    ] {
        let plan = plan(&path, sql);
        assert!(plan.contains(by), "{plan}");
        assert!(
            !plan.contains("SCAN requests") && !plan.contains("TEMP"),
            "{plan}"
        );
    }
}
