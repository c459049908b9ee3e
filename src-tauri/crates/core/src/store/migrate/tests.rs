use std::fs;

use rusqlite::Connection;
use rusqlite_migration::M;

use super::super::connection::{Durability, open_writer};
use super::super::ledger_tests::assert_found;
use super::super::tests::{Folder, new_key, number, record, write};
use super::super::{Dimension, RequestSearch, UsageFilter};
use super::*;

fn set_version(path: &Path, version: i64) {
    let connection = open_writer(path, Durability::Full).unwrap();
    connection
        .pragma_update(None, "user_version", version)
        .unwrap();
}

fn writer(path: &Path) -> Connection {
    make_private(path).unwrap();
    open_writer(path, Durability::Full).unwrap()
}

#[test]
fn migrations_are_valid() {
    Migrations::from_slice(FLOWKEEP).validate().unwrap();
    Migrations::from_slice(USAGE).validate().unwrap();
}

/// F36: what a newer Flowkeep wrote is not touched, neither file.
#[test]
fn a_newer_schema_is_refused_and_left_as_it_is() {
    for newer in ["flowkeep.db", "usage.db"] {
        let folder = Folder::new();
        let store = folder.open();
        store.insert_keys(&[new_key(1)]).unwrap();
        write(&store, [record(1)]);
        drop(store);
        set_version(&folder.path(newer), 999);
        let before = ["flowkeep.db", "usage.db"].map(|name| fs::read(folder.path(name)).unwrap());

        let error = folder.try_open().unwrap_err();
        let steps = if newer == "flowkeep.db" {
            FLOWKEEP
        } else {
            USAGE
        };
        let StoreError::Newer { found, known, .. } = &error else {
            unreachable!("{error:?}");
        };
        assert_eq!((*found, usize::try_from(*known)), (999, Ok(steps.len())));
        let text = error.to_string();
        assert!(
            text.contains(newer) && text.contains("update Flowkeep"),
            "{text}"
        );
        let after = ["flowkeep.db", "usage.db"].map(|name| fs::read(folder.path(name)).unwrap());
        assert!(before == after, "{newer} was changed");
    }
}

/// A version that stands only in the write-ahead log counts, and looking at it
/// does not fold the log into the file.
#[test]
fn a_newer_schema_in_the_log_is_refused_and_left_there() {
    let folder = Folder::new();
    drop(folder.open());
    let path = folder.path("flowkeep.db");
    let other = writer(&path);
    other.pragma_update(None, "user_version", 999).unwrap();
    // As after a kill -9: database and log, without the one who wrote them.
    let copy = Folder::new();
    for name in ["flowkeep.db", "flowkeep.db-wal"] {
        fs::copy(folder.path(name), copy.path(name)).unwrap();
    }
    let log = fs::read(copy.path("flowkeep.db-wal")).unwrap();
    let before = fs::read(copy.path("flowkeep.db")).unwrap();
    assert!(!log.is_empty());

    let error = copy.try_open().unwrap_err();
    assert!(matches!(error, StoreError::Newer { .. }), "{error:?}");
    assert!(fs::read(copy.path("flowkeep.db")).unwrap() == before);
    assert!(fs::read(copy.path("flowkeep.db-wal")).unwrap() == log);
}

const OLD: &[M<'static>] = &[M::up("CREATE TABLE animals (name TEXT) STRICT;")];
const NEW: &[M<'static>] = &[
    M::up("CREATE TABLE animals (name TEXT) STRICT;"),
    M::up("ALTER TABLE animals ADD COLUMN legs INTEGER;"),
];
const FAILING: &[M<'static>] = &[
    M::up("CREATE TABLE animals (name TEXT) STRICT;"),
    M::up("DELETE FROM animals; ALTER TABLE plants ADD COLUMN leaves INTEGER;"),
];

fn old_file(folder: &Folder) -> PathBuf {
    let path = folder.path("old.db");
    let mut connection = writer(&path);
    migrate(&mut connection, &path, OLD).unwrap();
    connection
        .execute("INSERT INTO animals (name) VALUES ('dog')", [])
        .unwrap();
    path
}

#[test]
fn a_file_is_backed_up_before_its_migration() {
    let folder = Folder::new();
    let path = old_file(&folder);
    let backup = folder.path("old.db.v1.backup");
    assert!(!backup.exists(), "an empty file needs no backup");

    let mut connection = writer(&path);
    migrate(&mut connection, &path, NEW).unwrap();
    assert_eq!(
        number(&path, "SELECT count(*) FROM animals WHERE legs IS NULL"),
        1
    );
    assert_eq!(number(&path, "PRAGMA user_version"), 2);
    assert_eq!(number(&backup, "PRAGMA user_version"), 1);
    assert_eq!(number(&backup, "SELECT count(*) FROM animals"), 1);
    #[cfg(unix)]
    assert_eq!(crate::private::exposed_mode(&backup).unwrap(), None);
}

/// F36: a migration that fails changes nothing.
#[test]
fn a_failed_migration_leaves_the_file_as_it_was() {
    let folder = Folder::new();
    let path = old_file(&folder);
    let before = fs::read(&path).unwrap();
    let mut connection = writer(&path);
    let error = migrate(&mut connection, &path, FAILING).unwrap_err();
    drop(connection);
    assert!(matches!(error, StoreError::Migrate { .. }), "{error:?}");
    assert!(fs::read(&path).unwrap() == before, "the file was changed");
    assert_eq!(number(&path, "SELECT count(*) FROM animals"), 1);
}

/// What an earlier Flowkeep recorded: two rows, a third that was cleared, and the
/// sums of all.
const RECORDED_BEFORE: &str = "
    INSERT INTO names (name_id, name) VALUES (1, 'chat/completions'), (2, 'Qwen/Qwen3-8B'),
        (3, 'fast'), (4, 'key-1'), (5, 'account-1'), (6, 'default');
    INSERT INTO requests (id, request_id, started_at_ms, route, model_asked, model_used, key_id,
        key_last_four, account_id, client, stream, status, outcome, error, vendor_code, trace_id,
        attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
        first_byte_ms, duration_ms)
    VALUES
        (1, zeroblob(16), 1787400000000, 1, 3, 2, 4, 'f00d', 5, 6, 1, 200, 1, NULL, NULL, 'ti_1',
        1, 1000, 200, 512, NULL, 250, 4000),
        (2, zeroblob(16), 1787400060000, 1, 2, NULL, NULL, NULL, NULL, 6, 0, 503, 3,
        'no_usable_key', 50609, NULL, 2, NULL, NULL, NULL, NULL, NULL, 10),
        (7, zeroblob(16), 1787400070000, 1, 2, NULL, NULL, NULL, NULL, 6, 0, 503, 3, NULL,
        NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 10);
    DELETE FROM requests WHERE id = 7;
    INSERT INTO usage_hourly (hour, account_id, key_id, model, client, route, outcome, calls,
        attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
        calls_without_usage, duration_ms, first_byte_ms, first_byte_calls)
    VALUES
        (496500, 5, 4, 2, 6, 1, 1, 1, 1, 1000, 200, 512, 0, 0, 4000, 250, 1),
        (496500, 0, 0, 2, 6, 1, 3, 2, 3, 0, 0, 0, 0, 0, 20, 0, 0);";

#[test]
fn what_an_earlier_flowkeep_recorded_stays() {
    let folder = Folder::new();
    let path = folder.path("usage.db");
    let mut connection = writer(&path);
    migrate(&mut connection, &path, &USAGE[..2]).unwrap();
    connection.execute_batch(RECORDED_BEFORE).unwrap();
    drop(connection);

    let store = folder.open();
    let rows = store.requests_page(None, 10).unwrap();
    let [refused, answered] = rows.as_slice() else {
        unreachable!("{rows:?}");
    };
    assert_eq!((refused.id, answered.id), (2, 1));
    assert_eq!(refused.record.error.as_deref(), Some("no_usable_key"));
    assert_eq!(refused.record.vendor_code, Some(50_609));
    assert_eq!(answered.record.key_last_four.as_deref(), Some("f00d"));
    assert_eq!(answered.record.model_used.as_deref(), Some("Qwen/Qwen3-8B"));
    assert_eq!(answered.record.usage.cached_tokens, Some(512));
    assert_eq!(answered.record.cost, None);
    assert_eq!(store.request_attempts(1).unwrap(), []);

    // Sums by every way, the cleared row's with them.
    let all = UsageFilter::default();
    let sums = store.usage_sums(0, i64::MAX, &all).unwrap();
    assert_eq!((sums.calls, sums.failed, sums.attempts), (3, 2, 4));
    assert_eq!((sums.prompt_tokens, sums.calls_without_cost), (1_000, 1));
    let accounts = store
        .usage_by(Dimension::Account, 0, i64::MAX, &all)
        .unwrap();
    let calls: Vec<_> = accounts
        .iter()
        .map(|one| (one.name.as_str(), one.sums.calls))
        .collect();
    assert_eq!(calls, [("account-1", 1), ("", 2)]);

    // And they are found.
    let text = |text: &str| RequestSearch {
        limit: 10,
        text: Some(text.to_owned()),
        ..RequestSearch::default()
    };
    assert_eq!(store.search_requests(&text("qwen")).unwrap(), rows);
    assert_eq!(store.search_requests(&text("usable")).unwrap(), rows[..1]);
    assert_found(&folder);
    // No id is given twice.
    write(&store, [record(1)]);
    assert_eq!(store.requests_page(None, 1).unwrap()[0].id, 8);
}
