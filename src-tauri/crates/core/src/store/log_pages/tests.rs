use super::super::ledger_tests::assert_found;
use super::super::removal::{self, Range};
use super::super::tests::{Folder, plan, record, write};
use super::*;
use crate::model::RequestRecord;

fn asked(n: u32, asked: &str, used: Option<&str>) -> RequestRecord {
    RequestRecord {
        model_asked: Some(asked.into()),
        model_used: used.map(Into::into),
        ..record(n)
    }
}

fn query(page: u64, model: Option<&str>) -> LogQuery {
    LogQuery {
        page,
        page_size: 10,
        model: model.map(str::to_owned),
    }
}

fn numbers(page: &LogPage) -> Vec<i64> {
    page.rows.iter().map(|row| row.id).collect()
}

#[test]
fn pages_count_from_the_newest() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(store.log_page(&query(0, None)).unwrap(), LogPage::default());
    write(&store, (1..=25).map(record));
    let page = store.log_page(&query(0, None)).unwrap();
    assert_eq!(page.total, 25);
    assert_eq!(numbers(&page), (16..=25).rev().collect::<Vec<_>>());
    assert_eq!(page.rows[0].record, record(25));
    let last = store.log_page(&query(2, None)).unwrap();
    assert_eq!(numbers(&last), [5, 4, 3, 2, 1]);
    for behind in [3, 1_000_000_000, u64::MAX] {
        let page = store.log_page(&query(behind, None)).unwrap();
        assert_eq!((page.rows.len(), page.total), (0, 25), "{behind}");
    }
}

#[test]
fn gaps_are_no_rows() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (1..=25).map(record));
    let mut connection = store.inner.usage.reopen().unwrap();
    let gap = Range::of_ids(4, 18);
    let tx = connection.transaction().unwrap();
    assert_eq!(removal::remove(&tx, &[gap]).unwrap(), 15);
    tx.commit().unwrap();
    let page = store.log_page(&query(0, None)).unwrap();
    assert_eq!(page.total, 10);
    assert_eq!(numbers(&page), [25, 24, 23, 22, 21, 20, 19, 3, 2, 1]);
}

#[test]
fn a_filter_means_any_part_of_either_model() {
    let folder = Folder::new();
    let store = folder.open();
    write(
        &store,
        [
            asked(1, "Qwen/Qwen3-8B", None),
            asked(2, "fast", Some("Qwen/Qwen3-8B")),
            asked(3, "qwen", Some("deepseek-ai/DeepSeek-V3.2")),
            asked(4, "qwen-a", Some("Qwen/Qwen3-32B")),
            asked(5, "100%_\\sure", None),
            RequestRecord {
                model_asked: None,
                ..record(6)
            },
            // Another word of the same name is no model.
            RequestRecord {
                client: "qwen-client".into(),
                model_asked: None,
                ..record(7)
            },
        ],
    );
    let cases: [(&str, &[i64]); 10] = [
        ("Qwen3-8B", &[2, 1]),
        ("qWeN", &[4, 3, 2, 1]),
        ("fast", &[2]),
        ("deepseek", &[3]),
        ("%", &[5]),
        ("_", &[5]),
        ("%_\\", &[5]),
        ("%_%_%_%_%_", &[]),
        ("' OR 1=1--", &[]),
        ("qwen-client", &[]),
    ];
    for (part, expected) in cases {
        let page = store.log_page(&query(0, Some(part))).unwrap();
        assert_eq!(numbers(&page), expected, "{part}");
        assert_eq!(usize::try_from(page.total), Ok(expected.len()), "{part}");
    }
    let all = store.log_page(&query(0, Some(""))).unwrap();
    assert_eq!(all.total, 7);
}

/// Over several blocks and a gap, page for page, with a filter and without.
#[test]
fn pages_join_over_blocks() {
    let folder = Folder::new();
    let store = folder.open();
    let models = ["a/x", "b/x", "b/y"];
    write(
        &store,
        (1..=5_000_u32).map(|n| {
            let used = n.is_multiple_of(4).then_some("c/x");
            asked(n, models[n as usize % 3], used)
        }),
    );
    let mut connection = store.inner.usage.reopen().unwrap();
    let gap = Range::of_ids(1_000, 2_500);
    let tx = connection.transaction().unwrap();
    assert_eq!(removal::remove(&tx, &[gap]).unwrap(), 1_501);
    tx.commit().unwrap();
    for model in [None, Some("x"), Some("c/")] {
        let fits = |n: i64| match model {
            None => true,
            Some("x") => n % 3 != 2 || n % 4 == 0,
            Some(_) => n % 4 == 0,
        };
        let ids = (1..=5_000_i64).rev();
        let should: Vec<i64> = ids
            .filter(|n| !(1_000..=2_500).contains(n) && fits(*n))
            .collect();
        let mut found = Vec::new();
        for page in 0.. {
            let page = LogQuery {
                page_size: 300,
                ..query(page, model)
            };
            let page = store.log_page(&page).unwrap();
            assert_eq!(usize::try_from(page.total), Ok(should.len()));
            if page.rows.is_empty() {
                break;
            }
            found.extend(numbers(&page));
        }
        assert_eq!(found, should, "{model:?}");
    }
    assert_found(&folder);
}

#[test]
fn pages_are_found_by_keys() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let path = folder.path("usage.db");
    for (sql, by) in [
        (SELECT_COUNTS, "SCAN log_blocks"),
        (
            SELECT_COUNTS_OF_MODEL,
            "SEARCH log_zones USING PRIMARY KEY (dimension=?)",
        ),
        (
            SELECT_IDS,
            "SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ),
        (
            requests::SELECT_ONE,
            "SEARCH requests USING INTEGER PRIMARY KEY (rowid=?)",
        ),
    ] {
        let plan = plan(&path, sql);
        assert!(plan.contains(by), "{plan}");
        assert!(!plan.contains("SCAN requests"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
    }
}
