use super::super::tests::{Folder, NOON, plan, record, write};
use super::super::{NewClient, Retention, UsageFilter};
use super::*;
use crate::model::{AccountId, ClientLimits, RequestRecord};

fn search() -> RequestSearch {
    RequestSearch {
        limit: 1_000,
        ..RequestSearch::default()
    }
}

fn text(text: &str) -> RequestSearch {
    RequestSearch {
        text: Some(text.to_owned()),
        ..search()
    }
}

fn ids(store: &Store, search: &RequestSearch) -> Vec<i64> {
    let rows = store.search_requests(search).unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

fn named(n: u32, model: &str, client: &str) -> RequestRecord {
    RequestRecord {
        model_asked: Some(model.into()),
        client: client.into(),
        ..record(n)
    }
}

fn failed(n: u32, error: &str) -> RequestRecord {
    RequestRecord {
        outcome: Outcome::UpstreamFailed,
        error: Some(error.to_owned()),
        ..named(n, "m", "c")
    }
}

/// 5,000 rows over three blocks, unlike each other.
fn various(n: u32) -> RequestRecord {
    RequestRecord {
        started_at_ms: NOON + i64::from(n) * 1_000,
        model_asked: Some(format!("model-{}", n % 7).into()),
        model_used: n.is_multiple_of(5).then(|| "fallback".into()),
        account: Some(AccountId::from(if n == 300 { "rare" } else { "usual" })),
        client: format!("client-{}", n % 3).into(),
        route: format!("route-{}", n / 2_500),
        outcome: Outcome::ALL[n as usize % 6],
        error: n
            .is_multiple_of(11)
            .then(|| format!("the number {n} did not work")),
        ..record(n)
    }
}

/// A filter, and the rows that it leaves.
type Case = (fn(&mut RequestSearch), fn(u32) -> bool);

const CASES: [Case; 9] = [
    (|_| {}, |_| true),
    (
        |search| search.model = Some("model-3".to_owned()),
        |n| n % 7 == 3,
    ),
    (
        |search| search.model = Some("fallback".to_owned()),
        |n| n % 5 == 0,
    ),
    (
        |search| search.account = Some("rare".to_owned()),
        |n| n == 300,
    ),
    (
        |search| search.route = Some("route-1".to_owned()),
        |n| n / 2_500 == 1,
    ),
    (
        |search| {
            search.outcome = Some(Outcome::Refused);
            search.client = Some("client-2".to_owned());
        },
        |n| n % 6 == 2 && n % 3 == 2,
    ),
    (
        |search| {
            search.from_ms = Some(NOON + 100_000);
            search.to_ms = Some(NOON + 2_300_000);
            search.model = Some("model-0".to_owned());
        },
        |n| (100..2_300).contains(&n) && n % 7 == 0,
    ),
    (
        |search| search.model = Some("no such".to_owned()),
        |_| false,
    ),
    (
        |search| search.text = Some("NUMBER 44".to_owned()),
        |n| n % 11 == 0 && n.to_string().contains("44"),
    ),
];

#[test]
fn filters_leave_what_they_say() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (1..=5_000).map(various));
    for (set, fits) in CASES {
        let mut case = RequestSearch {
            limit: 130,
            ..search()
        };
        set(&mut case);
        let ids_of_all = (1..=5_000_u32).rev().filter(|n| fits(*n));
        let should: Vec<i64> = ids_of_all.map(i64::from).collect();
        // Page by page, to the end.
        let mut found = Vec::new();
        let read = store.each_request(&case, |row| {
            found.push(row.id);
            true
        });
        read.unwrap();
        assert_eq!(found, should, "{case:?}");
        let first: Vec<i64> = should.into_iter().take(130).collect();
        assert_eq!(ids(&store, &case), first, "{case:?}");
    }
    let mut seen = 0;
    let stopped = store.each_request(&search(), |_| {
        seen += 1;
        seen < 5
    });
    stopped.unwrap();
    assert_eq!(seen, 5);
}

/// Eight rows for searches by text.
fn write_texts(store: &Store) {
    let client = NewClient {
        client_id: "c-17",
        name: "My Editor",
        token_hash: &[7; 32],
        limits: &ClientLimits::default(),
    };
    store.insert_client(&client).unwrap();
    let agent = RequestRecord {
        user_agent: Some("claude-cli".into()),
        ..named(6, "m", "c")
    };
    let fallback = RequestRecord {
        model_used: Some("zai-org/GLM-5.2".into()),
        ..named(3, "fast", "c")
    };
    write(
        store,
        [
            named(1, "Qwen/Qwen3-8B", "c"),
            named(2, "m", "c-17"),
            fallback,
            failed(4, "rate_limited: TPM limit reached for Qwen/Qwen3-8B"),
            failed(5, "账户余额不足，请充值"),
            agent,
            failed(7, "100%_sure \"quoted\" AND OR NEAR(a b)"),
            named(8, "m", "c"),
        ],
    );
}

#[test]
fn a_text_is_found_in_every_word() {
    let folder = Folder::new();
    let store = folder.open();
    write_texts(&store);
    let cases: [(&str, &[i64]); 24] = [
        ("qwen3-8b", &[4, 1]),
        ("QWEN", &[4, 1]),
        ("glm", &[3]),
        ("fast GLM", &[3]),
        ("tpm LIMIT", &[4]),
        ("limit qwen", &[4]),
        ("limit glm", &[]),
        ("my editor", &[2]),
        ("c-17", &[2]),
        ("claude", &[6]),
        ("余额不足", &[5]),
        ("余额", &[5]),
        ("额", &[5]),
        ("充值", &[5]),
        ("%", &[7]),
        ("%_s", &[7]),
        ("%_%_%_%_%_", &[]),
        ("\"quoted\"", &[7]),
        ("\"", &[7]),
        ("near(a", &[7]),
        ("AND", &[7]),
        ("' OR 1=1--", &[]),
        ("words:tpm", &[]),
        ("*", &[]),
    ];
    for (wanted, expected) in cases {
        assert_eq!(ids(&store, &text(wanted)), expected, "{wanted}");
    }
}

#[test]
fn a_trace_id_is_found_whole() {
    let folder = Folder::new();
    let store = folder.open();
    write_texts(&store);
    let trace_of = |n: u32| record(n).trace_id.unwrap();
    // The whole trace id tells its row, a part of it does not.
    for n in [4, 8] {
        assert_eq!(ids(&store, &text(&trace_of(n))), [i64::from(n)]);
        assert_eq!(ids(&store, &text(&trace_of(n)[4..])), Vec::<i64>::new());
    }
    let newer = RequestSearch {
        before: Some(8),
        ..text(&trace_of(8))
    };
    assert_eq!(ids(&store, &newer), Vec::<i64>::new());
    // Blanks are no filter, whatever else there is in it.
    assert_eq!(ids(&store, &text(" \t\0 ")).len(), 8);
    let filtered = RequestSearch {
        model: Some("m".to_owned()),
        ..text("quoted")
    };
    assert_eq!(ids(&store, &filtered), [7]);
    let endless = text(&"%_模".repeat(100_000));
    assert_eq!(ids(&store, &endless), Vec::<i64>::new());
}

/// What has left the log is not found, and what is left is.
#[test]
fn removed_rows_are_not_found() {
    let folder = Folder::new();
    let store = folder.open();
    write(
        &store,
        (1..=3_000).map(|n| failed(n, &format!("number {n} failed"))),
    );
    let retention = Retention {
        rows: 1_000,
        ..Retention::default()
    };
    assert_eq!(store.retain(&retention).unwrap().removed, 2_000);
    assert_eq!(ids(&store, &text("number 1999")), Vec::<i64>::new());
    assert_eq!(
        ids(&store, &text(&record(1_999).trace_id.unwrap())),
        Vec::<i64>::new()
    );
    assert_eq!(ids(&store, &text("number 2999")), [2_999]);
    assert_eq!(ids(&store, &text("failed")).len(), 1_000);
    store.integrity_check().unwrap();
}

#[test]
fn odd_pages_are_answered() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (1..=30).map(record));
    let page = |before, limit| {
        ids(
            &store,
            &RequestSearch {
                before,
                limit,
                ..RequestSearch::default()
            },
        )
        .len()
    };
    assert_eq!(page(None, 0), 1);
    assert_eq!(page(None, u32::MAX), 30);
    for before in [i64::MIN, -1, 0, 1] {
        assert_eq!(page(Some(before), 10), 0, "{before}");
    }
    assert_eq!(page(Some(2), 10), 1);
    assert_eq!(page(Some(i64::MAX), 10), 10);
    let reversed = RequestSearch {
        from_ms: Some(i64::MAX),
        to_ms: Some(i64::MIN),
        ..search()
    };
    assert_eq!(ids(&store, &reversed), Vec::<i64>::new());
}

/// A search walks blocks and rows by their keys and sorts nothing.
#[test]
fn rows_are_found_by_keys() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [failed(1, "words")]);
    let path = folder.path("usage.db");
    for (sql, by) in [
        (
            SELECT_BLOCKS,
            "SEARCH log_blocks USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            SELECT_BLOCKS,
            "SEARCH log_zones USING PRIMARY KEY (dimension=? AND block=?)",
        ),
        (
            SELECT_ROWS,
            "SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            words::SELECT_MATCHING,
            "SCAN request_words VIRTUAL TABLE INDEX",
        ),
        (words::SELECT_ALL, "SCAN request_words VIRTUAL TABLE INDEX"),
    ] {
        let plan = plan(&path, sql);
        assert!(plan.contains(by), "{plan}");
        assert!(!plan.contains("SCAN requests"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
    }
    let all = store
        .usage_sums(0, i64::MAX, &UsageFilter::default())
        .unwrap();
    assert_eq!(all.calls, 1);
}

/// Of one or two letters not every error is looked through, and the answer says so.
#[test]
fn a_short_word_tells_what_was_not_looked_through() {
    let folder = Folder::new();
    let store = folder.open();
    let failed = |n: u32, error: &str| RequestRecord {
        error: Some(error.to_owned()),
        ..record(n)
    };
    let find = |text: &str| {
        let search = RequestSearch {
            limit: 10,
            text: Some(text.to_owned()),
            ..RequestSearch::default()
        };
        let found = store.find_requests(&search).unwrap();
        (found.rows.len(), found.is_partial)
    };
    write(&store, [failed(0, "zq zqx")]);
    write(&store, (1..=4_998).map(|n| failed(n, "other")));
    assert_eq!(find("zq"), (1, false));
    write(&store, (4_999..=5_001).map(|n| failed(n, "other")));
    assert_eq!(find("zq"), (0, true));
    assert_eq!(find("zqx"), (1, false), "three letters find all");
    assert_eq!(find("ot"), (10, false), "a full page misses none");
    assert_eq!(find("Z"), (0, true));
}
