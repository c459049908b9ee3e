use std::collections::HashSet;

use super::super::tests::{Folder, number, plan, record, write};
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
    let connection = store.inner.usage.reopen().unwrap();
    let gap = "DELETE FROM requests WHERE id BETWEEN 4 AND 18";
    assert_eq!(connection.execute(gap, []).unwrap(), 15);
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

/// Both ways to the rows of a model find the same.
#[test]
fn many_matches_are_found_as_few_are() {
    let folder = Folder::new();
    let store = folder.open();
    let models = ["a/x", "b/x", "b/y"];
    write(
        &store,
        (1..=90_u32).map(|n| {
            let used = n.is_multiple_of(4).then_some("c/x");
            asked(n, models[n as usize % 3], used)
        }),
    );
    let found = |sql: &str, limit: i64, offset: i64| {
        let read = store.read_usage("test", |connection| {
            ids(
                connection,
                sql,
                named_params! { ":pattern": "%x%", ":limit": limit, ":offset": offset },
            )
        });
        read.unwrap()
    };
    let rare = found(SELECT_OF_RARE_MODEL, 1_000, 0);
    assert!(rare.len() > 60 && rare.len() < 90, "{}", rare.len());
    assert_eq!(rare.iter().collect::<HashSet<_>>().len(), rare.len());
    assert_eq!(rare, found(SELECT_OF_MODEL, 1_000, 0));
    assert_eq!(found(SELECT_OF_MODEL, 10, 20), rare[20..30]);
    let page = store.log_page(&query(2, Some("x"))).unwrap();
    assert_eq!(usize::try_from(page.total), Ok(rare.len()));
    assert_eq!(numbers(&page), rare[20..30]);
}

#[test]
fn pages_are_found_by_keys_and_indexes() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let path = folder.path("usage.db");
    assert_eq!(number(&path, COUNT), 1);
    let counting = plan(&path, COUNT);
    assert!(counting.contains("COVERING INDEX"), "{counting}");
    let whole = plan(&path, SELECT_FROM);
    let by_key = "SEARCH requests USING INTEGER PRIMARY KEY (rowid<?)";
    assert!(whole.contains(by_key) && !whole.contains("TEMP"), "{whole}");
    let rim = plan(&path, SELECT_RIM);
    assert!(rim.contains("SEARCH requests"), "{rim}");
    for sql in [COUNT_OF_MODEL, SELECT_OF_RARE_MODEL] {
        let plan = plan(&path, sql);
        for index in [
            "USING COVERING INDEX requests_model_asked (model_asked=?)",
            "USING COVERING INDEX requests_model_used (model_used=?)",
        ] {
            assert!(plan.contains(index), "{plan}");
        }
        assert!(!plan.contains("SCAN requests"), "{plan}");
    }
    let walk = plan(&path, SELECT_OF_MODEL);
    assert!(walk.contains("SCAN requests"), "{walk}");
    assert!(!walk.contains("TEMP B-TREE FOR ORDER BY"), "{walk}");
}
