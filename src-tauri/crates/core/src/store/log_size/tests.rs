use super::super::connection::{Durability, open_writer};
use super::super::tests::{Folder, plan, record, write};
use super::*;

const ALL: u64 = u64::MAX;

fn size(folder: &Folder) -> (Connection, LogSize, u64) {
    let connection = open_writer(&folder.path("usage.db"), Durability::Normal).unwrap();
    let used = used(&connection).unwrap();
    (connection, LogSize::default(), used)
}

/// Each tree is either the log's or stays; a new table must be put on one side.
#[test]
fn every_table_is_the_logs_or_stays() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let (connection, ..) = size(&folder);
    let mut select = connection
        .prepare("SELECT DISTINCT name FROM dbstat ORDER BY name")
        .unwrap();
    let trees: Vec<String> = select
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(Result::unwrap)
        .filter(|name| !STAYING.contains(&name.as_str()))
        .collect();
    assert_eq!(
        trees,
        [
            "attempts",
            "bodies",
            "bodies_expiry",
            "bodies_kept",
            "log_blocks",
            "log_end",
            "log_traces",
            "log_zones",
            "request_words_config",
            "request_words_data",
            "request_words_docsize",
            "request_words_idx",
            "requests",
            "sqlite_schema",
            "sqlite_sequence",
        ]
    );
    for name in STAYING {
        let known = "SELECT count(*) FROM dbstat WHERE name = ?1";
        let known: i64 = connection
            .query_row(known, [name], |row| row.get(0))
            .unwrap();
        assert!(known > 0, "there is no {name}");
    }
}

#[test]
fn what_stays_is_no_part_of_the_log() {
    let folder = Folder::new();
    let store = folder.open();
    // Sums and names by the thousand, and few rows in the end.
    write(
        &store,
        (0..2_000).map(|n| crate::model::RequestRecord {
            model_asked: Some(format!("a model of its own, number {n}").into()),
            ..record(n)
        }),
    );
    store.clear_requests().unwrap();
    let (connection, size, used) = size(&folder);
    let staying = size.staying(&connection, 0).unwrap();
    assert!(used - staying < 32 * 4_096, "{used} bytes, {staying} stay");
    assert!(staying > 500_000, "{staying}");
    assert!(!size.is_above(used - staying, &connection, 0).unwrap());
    assert!(size.is_above(used - staying - 1, &connection, 0).unwrap());
}

/// Bodies have a limit of their own: what they take pushes no row out.
#[test]
fn kept_bodies_are_no_part_of_the_log() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..100).map(record));
    let (connection, size, used) = size(&folder);
    let log = used - size.staying(&connection, 0).unwrap();
    connection
        .execute("UPDATE bodies_kept SET bytes = 8192", [])
        .unwrap();
    assert!(!size.is_above(log - 8_192, &connection, 0).unwrap());
    assert!(size.is_above(log - 8_193, &connection, 0).unwrap());
}

/// Counting reads pages, so it is done rarely, and not at all below the limit.
#[test]
fn what_stays_is_counted_rarely() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let (connection, size, _) = size(&folder);
    let counted = || lock(&size.0).map(|counted| counted.at_ms);
    assert!(!size.is_above(ALL, &connection, 5).unwrap());
    assert_eq!(counted(), None, "there was no need");
    for (now_ms, at_ms) in [
        (5, 5),
        (COUNT_EVERY_MS + 4, 5),
        (COUNT_EVERY_MS + 5, COUNT_EVERY_MS + 5),
    ] {
        assert!(size.is_above(0, &connection, now_ms).unwrap());
        assert_eq!(counted(), Some(at_ms), "{now_ms}");
    }
}

/// One tree is read, not the file: `dbstat` is asked by name.
#[test]
fn one_tree_is_asked_for_by_its_name() {
    let folder = Folder::new();
    drop(folder.open());
    let path = folder.path("usage.db");
    let with = plan(&path, SELECT_BYTES);
    let without = plan(
        &path,
        "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE schema = 'main' AND aggregate = 1",
    );
    assert!(with.contains("VIRTUAL TABLE INDEX"), "{with}");
    assert_ne!(with, without, "the name is handed to the table");
}
