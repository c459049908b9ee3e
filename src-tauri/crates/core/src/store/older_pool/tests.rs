use rusqlite::Connection;

use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";

fn database(sql: &str) -> Vec<u8> {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    connection.serialize("main").unwrap().to_vec()
}

/// A fork of the older pool has other columns, and SQLite lets a column hold
/// anything.
#[test]
fn columns_that_are_missing_or_strange_are_left_out() {
    let pool = OlderPool::read(&database(&format!(
        "create  table api_keys (key, balance);
         INSERT INTO api_keys VALUES (' {KEY} ', '12.5'), (NULL, 1), (7, x'00'), ('b', 9e999);
         create  table logs (call_time, model, used_key);
         INSERT INTO logs VALUES ('1754000000.5', 'm', '{KEY}'), ('never', 'm', NULL), (-1, 'm', 1);"
    )))
    .unwrap();
    let keys: Vec<_> = pool
        .keys
        .iter()
        .map(|key| (key.key.as_str(), key.balance, key.enabled))
        .collect();
    assert_eq!(
        keys,
        [
            (KEY, Some(12.5), true),
            ("", Some(1.0), true),
            ("", None, true),
            ("b", None, true)
        ]
    );
    let fingerprint = ApiKey::parse(KEY).unwrap().fingerprint();
    let expected = OlderCall {
        number: 1,
        key: Some(fingerprint),
        last_four: Some("1234".to_owned()),
        model: Some("m".into()),
        at_ms: 1_754_000_000_500,
        prompt_tokens: None,
        completion_tokens: None,
    };
    assert_eq!(pool.calls, [expected]);
}

/// The older pool runs in WAL mode, and its file says so.
#[test]
fn a_file_in_wal_mode_is_read_with_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pool.db");
    let connection = Connection::open_with_flags(&path, OpenFlags::default()).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
             create  table api_keys (key TEXT PRIMARY KEY);
             INSERT INTO api_keys VALUES ('{KEY}');"
        ))
        .unwrap();
    // Everything is still in the log: the file alone has nothing yet.
    let alone = std::fs::read(&path).unwrap();
    let Err(error) = OlderPool::read(&alone) else {
        panic!("the file alone was enough");
    };
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    let whole = OlderPool::bytes_of(&path).unwrap();
    assert_eq!(OlderPool::read(&whole).unwrap().keys.len(), 1);
    connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let alone = std::fs::read(&path).unwrap();
    assert_eq!(OlderPool::read(&alone).unwrap().keys.len(), 1);
}

/// A view that never ends would hang who reads it; only tables are read.
#[test]
fn what_is_no_table_is_not_looked_at() {
    let bytes = database(
        "CREATE VIEW api_keys AS WITH RECURSIVE n(key) AS
         (SELECT 1 UNION ALL SELECT key + 1 FROM n) SELECT key FROM n;",
    );
    let Err(error) = OlderPool::read(&bytes) else {
        panic!("a view was read");
    };
    assert!(error.to_string().contains("api_keys"), "{error}");
}

#[test]
fn garbage_is_refused() {
    let mut bytes = database("create  table api_keys (key);");
    let half = bytes.len() / 2;
    bytes[half..].fill(0xAA);
    bytes[100..200].fill(0xAA);
    assert!(OlderPool::read(&bytes).is_err());
    assert!(OlderPool::read(b"SQLite format 3\0").is_err());
}
