use std::fs;

use rusqlite::Connection;
use rusqlite_migration::M;

use super::super::connection::{Durability, open_writer};
use proptest::strategy::{Strategy as _, ValueTree as _};

use super::super::histogram::Histogram;
use super::super::ledger_tests::{assert_found, assert_sums};
use super::super::rollup::tests::any_record;
use super::super::tests::{Folder, NOON, everything, new_key, number, record, write};
use super::super::{Dimension, NamedUsage, RequestSearch, UsageFilter, names, older_call};
use super::*;
use crate::model::{AccountId, RequestRecord};

mod quarters;

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
    Migrations::from_slice(&USAGE).validate().unwrap();
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
            &USAGE
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

/// The file as the Flowkeep before left it: without the sums of today, with unknowns
/// counted by the older rule, and an older pool's calls timed as 0 ms.
fn turn_back(path: &Path, older_calls: &[RequestRecord]) {
    let connection = writer(path);
    for table in ["usage_hourly", "usage_slices"] {
        for column in [
            "calls_with_cost",
            "calls_cost_incomplete",
            "written_tokens",
            "writing_ms",
        ] {
            let drop = format!("ALTER TABLE {table} DROP COLUMN {column}");
            connection.execute_batch(&drop).unwrap();
        }
        let unknown = format!("UPDATE {table} SET calls_without_usage = 77");
        connection.execute_batch(&unknown).unwrap();
    }
    connection
        .execute_batch(
            "DELETE FROM usage_slices WHERE dimension = 7 OR grain = 0;
            UPDATE usage_hourly SET (calls_without_usage, calls_without_cost) =
                (SELECT count(*) FILTER (WHERE coalesce(prompt_tokens, completion_tokens,
                    cached_tokens, reasoning_tokens) IS NULL),
                count(*) FILTER (WHERE cost_nano IS NULL) FROM requests
                WHERE requests.started_at_ms / 3600000 = usage_hourly.hour
                AND coalesce(requests.account_id, 0) = usage_hourly.account_id
                AND coalesce(requests.key_id, 0) = usage_hourly.key_id
                AND coalesce(model_used, model_asked) = usage_hourly.model
                AND requests.client = usage_hourly.client AND requests.route = usage_hourly.route
                AND requests.outcome = usage_hourly.outcome
                AND outcome = 1 AND requests.attempts > 0);
            PRAGMA user_version = 5;",
        )
        .unwrap();
    time_older_calls(&connection, older_calls);
}

/// Counts them as calls of 0 ms.
fn time_older_calls(connection: &Connection, older_calls: &[RequestRecord]) {
    let number = |word: &str| names::find(connection, word).unwrap().unwrap_or(0);
    for call in older_calls {
        let account = call.account.as_ref().map_or(0, |id| number(id.as_str()));
        let model = call.model_asked.as_deref().map_or(0, number);
        let (client, route) = (number(&call.client), number(&call.route));
        for (dimension, name) in [(0, 0), (1, model), (2, account), (4, client), (5, route)] {
            for grain in [1, 24] {
                let start = call.started_at_ms / 3_600_000 / grain;
                let place = [grain, dimension, start, name];
                let mut times = Histogram::default();
                let sql = "SELECT duration FROM latency_slices
                    WHERE grain = ? AND dimension = ? AND start = ? AND name = ?";
                let kept = connection.query_row(sql, place, |row| row.get::<_, Vec<u8>>(0));
                times.add_encoded(&kept.unwrap_or_default());
                times.add(0);
                let sql = "INSERT INTO latency_slices VALUES (?, ?, ?, ?, x'', ?)
                    ON CONFLICT DO UPDATE SET duration = excluded.duration";
                let values = (grain, dimension, start, name, times.encoded());
                connection.execute(sql, values).unwrap();
            }
        }
    }
}

/// What the log knows becomes known of every sum.
#[test]
fn tools_speed_and_unknowns_are_taken_from_the_log() {
    let folder = Folder::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let records = proptest::collection::vec(any_record(), 600..601);
    let mut records = records.new_tree(&mut runner).unwrap().current();
    let older = |n: u32| RequestRecord {
        model_asked: Some("model-1".into()),
        account: Some(AccountId::from("account-1")),
        usage: record(1).usage,
        ..older_call(
            uuid::Uuid::from_u128(u128::from(n) << 64),
            NOON + i64::from(n),
        )
    };
    let older_calls: Vec<_> = (1..50).map(older).collect();
    // An hour of more tools than it has room for.
    records.extend((0..90).map(|n| RequestRecord {
        started_at_ms: NOON + 9 * 3_600_000 + i64::from(n),
        user_agent: Some(format!("stranger-{}", n % 80).into()),
        ..record(n)
    }));
    records.extend(older_calls.clone());
    write(&folder.open(), records);
    let (from, to) = everything();
    let before = folder.open().usage_by_tool(from, to).unwrap();
    turn_back(&folder.path("usage.db"), &older_calls);

    let store = folder.open();
    let found = store.usage_by_tool(from, to).unwrap();
    assert_eq!(found.len(), before.len());
    let of = |found: &[NamedUsage], name: &str| {
        let one = found.iter().find(|one| one.name == name);
        one.map(|one| one.sums)
    };
    for name in ["", "tool-0", "tool-2"] {
        assert_eq!(of(&found, name), of(&before, name), "{name}");
    }
    let others = of(&found, "(others)").unwrap();
    assert_eq!(others.calls, 16, "80 names, 10 of them twice");
    assert_eq!(others.written_tokens, 16 * 200);
    // The rest of the oracle knows nothing of "(others)".
    let crowded = NOON / 3_600_000 + 9;
    writer(&folder.path("usage.db"))
        .execute_batch(&format!(
            "UPDATE requests SET user_agent = (SELECT name_id FROM names WHERE name = '(others)')
            WHERE started_at_ms / 3600000 = {crowded} AND user_agent NOT IN
            (SELECT name FROM usage_slices WHERE dimension = 7 AND start = {crowded})"
        ))
        .unwrap();
    assert_sums(&folder);
}

/// What has left the log stays as it was summed, under no tool.
#[test]
fn sums_without_rows_stay() {
    let folder = Folder::new();
    let store = folder.open();
    let tool = |n| RequestRecord {
        user_agent: Some("curl".into()),
        ..record(n)
    };
    write(&store, (0..10).map(tool));
    store.clear_requests().unwrap();
    write(&store, (10..14).map(tool));
    let all = store
        .usage_sums(0, i64::MAX, &UsageFilter::default())
        .unwrap();
    drop(store);
    turn_back(&folder.path("usage.db"), &[]);
    let store = folder.open();
    let found = store.usage_by_tool(0, i64::MAX).unwrap();
    let calls: Vec<_> = found
        .iter()
        .map(|one| (&*one.name, one.sums.calls))
        .collect();
    assert_eq!(calls, [("", 10), ("curl", 4)]);
    let now = store
        .usage_sums(0, i64::MAX, &UsageFilter::default())
        .unwrap();
    assert_eq!(now.completion_tokens, all.completion_tokens);
    assert_eq!(
        (now.written_tokens, now.writing_ms),
        (800, 4 * 4_000 - 2 * 250)
    );
}
