use super::super::UsageFilter;
use super::super::tests::{Folder, plan, record, write};
use super::*;
use crate::model::Outcome;

#[test]
fn requests_come_back_as_they_were_recorded() {
    let folder = Folder::new();
    let store = folder.open();
    let full = RequestRecord {
        model_used: Some("Pro/deepseek-ai/DeepSeek-V3.2".into()),
        status: 502,
        outcome: Outcome::UpstreamFailed,
        error: Some("upstream_unreachable: 连接被拒绝".to_owned()),
        vendor_code: Some(-50_505),
        attempts: 3,
        usage: Usage {
            reasoning_tokens: Some(7),
            ..record(1).usage
        },
        units: Units {
            image_tokens: Some(1),
            images: Some(2),
            clips: Some(3),
            bytes: Some(4),
            sound_ms: Some(5),
        },
        estimated_tokens: Some(9),
        cost: Some(Cost {
            money: Money::new(Nano::new(1_234_567), Currency::Usd),
            price: "deepseek-ai/DeepSeek-V3.2".into(),
            incomplete: true,
        }),
        saved_nano: Some(-3),
        user_agent: Some("claude-cli".into()),
        ..record(1)
    };
    let empty = RequestRecord {
        model_asked: None,
        key: None,
        key_last_four: None,
        account: None,
        trace_id: None,
        usage: Usage::default(),
        first_byte_ms: None,
        ..record(2)
    };
    write(&store, [full.clone(), empty.clone()]);
    drop(store);
    let page = folder.open().requests_page(None, 50).unwrap();
    let expected = [
        RequestRow {
            id: 2,
            record: empty,
        },
        RequestRow {
            id: 1,
            record: full,
        },
    ];
    assert_eq!(page, expected);
}

#[test]
fn every_outcome_comes_back() {
    let folder = Folder::new();
    let store = folder.open();
    let records = Outcome::ALL.map(|outcome| RequestRecord {
        outcome,
        ..record(1)
    });
    write(&store, records);
    let mut outcomes: Vec<_> = store
        .requests_page(None, 50)
        .unwrap()
        .into_iter()
        .map(|row| row.record.outcome)
        .collect();
    outcomes.reverse();
    assert_eq!(outcomes, Outcome::ALL);
}

#[test]
fn pages_join_without_a_gap() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..1_000).map(record));
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.requests_page(before, 64).unwrap();
        // What arrives meanwhile does not shift the pages.
        write(&store, [record(5_000)]);
        let Some(last) = page.last() else {
            break;
        };
        before = Some(last.id);
        seen.extend(page.into_iter().map(|row| row.record));
    }
    let mut expected: Vec<_> = (0..1_000).map(record).collect();
    expected.reverse();
    assert!(seen == expected, "{} rows", seen.len());
    assert_eq!(store.requests_page(None, 0).unwrap().len(), 1);
}

#[test]
fn long_and_hostile_words_are_kept_in_bounds() {
    let folder = Folder::new();
    let store = folder.open();
    let quotes = "'; DROP TABLE requests; --%_%_";
    let hostile = RequestRecord {
        model_asked: Some("模".repeat(100_000).into()),
        model_used: Some(quotes.into()),
        error: Some("错".repeat(100_000)),
        started_at_ms: -5,
        usage: Usage {
            prompt_tokens: Some(u64::MAX),
            ..Usage::default()
        },
        ..record(1)
    };
    write(&store, vec![hostile; 50]);
    let page = store.requests_page(None, 1).unwrap();
    let kept = &page[0].record;
    assert_eq!(kept.model_asked.as_deref(), Some("模".repeat(66).as_str()));
    assert_eq!(kept.model_used.as_deref(), Some(quotes));
    assert_eq!(kept.error.as_deref(), Some("错".repeat(400).as_str()));
    assert_eq!(kept.started_at_ms, 0);
    assert_eq!(kept.usage.prompt_tokens, Some(u64::from(u32::MAX)));
    assert_eq!(
        store
            .usage_sums(0, i64::MAX, &UsageFilter::default())
            .unwrap()
            .prompt_tokens,
        50 * i64::from(u32::MAX)
    );
}

/// The page is found by its key, without a count, an offset or a sort.
#[test]
fn a_page_is_found_by_its_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let plan = plan(&folder.path("usage.db"), SELECT_PAGE);
    assert!(
        plan.contains("SEARCH requests USING INTEGER PRIMARY KEY (rowid<?)"),
        "{plan}"
    );
    assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{plan}");
}

/// S25: a query that would take for ever is stopped.
#[test]
fn an_endless_query_is_stopped() {
    let folder = Folder::new();
    let store = folder.open();
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT count(*) FROM n";
    let error = store
        .read_usage("count for ever", |connection| {
            connection.query_row(endless, [], |row| row.get::<_, i64>(0))
        })
        .unwrap_err();
    assert!(matches!(error, StoreError::TooSlow { .. }), "{error:?}");
    assert_eq!(store.requests_page(None, 1).unwrap(), []);
}

/// A reader cannot write, whatever a query says.
#[test]
fn a_reader_cannot_write() {
    let folder = Folder::new();
    let store = folder.open();
    let error = store
        .read_usage("delete", |connection| {
            connection.execute("DELETE FROM requests", [])
        })
        .unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
}
