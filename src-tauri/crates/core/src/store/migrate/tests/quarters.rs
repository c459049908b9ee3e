use super::*;

/// Quarters of an hour are those of the log's rows; what has left the log counts for
/// the first one of its hour.
#[test]
fn quarters_are_taken_from_the_log_and_from_the_hours() {
    let quarters = "SELECT group_concat((start % 8) || ':' || calls || ':' || prompt_tokens, ' ')
        FROM (SELECT * FROM usage_slices WHERE grain = 0 ORDER BY start)";
    let minutes = |minutes: i64| RequestRecord {
        started_at_ms: NOON + minutes * 60_000,
        ..record(1)
    };
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [5, 35, 36, 50].map(minutes));
    store.clear_requests().unwrap();
    write(&store, [40, 59, 65, 80].map(minutes));
    let tokens = store
        .usage_sums(NOON, NOON + 900_000, &UsageFilter::default())
        .unwrap()
        .prompt_tokens;
    drop(store);
    let path = folder.path("usage.db");
    let connection = writer(&path);
    let before: String = connection
        .query_row(quarters, [], |row| row.get(0))
        .unwrap();
    let shown = |parts: &[(i64, i64)]| {
        let first = NOON / 900_000 % 8;
        let parts = parts.iter().map(|(quarter, calls)| {
            format!("{}:{calls}:{}", (first + quarter) % 8, calls * tokens)
        });
        parts.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(before, shown(&[(0, 1), (2, 3), (3, 2), (4, 1), (5, 1)]));
    connection
        .execute_batch("DELETE FROM usage_slices WHERE grain = 0; PRAGMA user_version = 6;")
        .unwrap();
    drop(connection);
    drop(folder.open());
    let after: String = writer(&path)
        .query_row(quarters, [], |row| row.get(0))
        .unwrap();
    assert_eq!(after, shown(&[(0, 4), (2, 1), (3, 1), (4, 1), (5, 1)]));
}
