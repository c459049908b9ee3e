//! Whether the sums in `usage.db` are the sums of its rows.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Columns of the roll-ups, and how each is counted from the rows.
const SUMS: [(&str, &str); 24] = [
    ("calls", "count(*)"),
    ("attempts", "sum(attempts)"),
    ("prompt_tokens", "sum(prompt_tokens)"),
    ("completion_tokens", "sum(completion_tokens)"),
    ("cached_tokens", "sum(cached_tokens)"),
    ("reasoning_tokens", "sum(reasoning_tokens)"),
    (
        "calls_without_usage",
        "sum(outcome = 1 AND attempts > 0 AND coalesce(model_used, model_asked) IS NOT NULL AND \
         coalesce(prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens) IS NULL AND \
         route IN (SELECT name_id FROM names WHERE name IN ('chat/completions', 'messages', \
         'responses', 'completions', 'embeddings', 'rerank', 'files')))",
    ),
    ("duration_ms", "sum(duration_ms)"),
    ("first_byte_ms", "sum(first_byte_ms)"),
    ("first_byte_calls", "count(first_byte_ms)"),
    (
        "calls_without_cost",
        "sum(outcome IN (1, 5, 6) AND attempts > 0 AND cost_nano IS NULL AND \
         coalesce(model_used, model_asked) IS NOT NULL AND \
         route NOT IN (SELECT name_id FROM names WHERE name IN ('messages/count_tokens', \
         'uploads/audio/voice', 'audio/voice/list', 'audio/voice/deletions', 'video/status', \
         'batches', 'models', 'user/info')))",
    ),
    (
        "cost_cny_nano",
        "sum(cost_nano) FILTER (WHERE currency = 1)",
    ),
    (
        "cost_usd_nano",
        "sum(cost_nano) FILTER (WHERE currency = 2)",
    ),
    (
        "saved_cny_nano",
        "sum(saved_nano) FILTER (WHERE currency = 1)",
    ),
    (
        "saved_usd_nano",
        "sum(saved_nano) FILTER (WHERE currency = 2)",
    ),
    ("image_tokens", "sum(image_tokens)"),
    ("images", "sum(images)"),
    ("clips", "sum(clips)"),
    ("bytes", "sum(bytes)"),
    ("sound_ms", "sum(sound_ms)"),
    ("calls_with_cost", "count(cost_nano)"),
    ("calls_cost_incomplete", "sum(cost_incomplete)"),
    (
        "written_tokens",
        "sum(completion_tokens) FILTER (WHERE client IS NOT \
         (SELECT name_id FROM names WHERE name = 'older-pool') AND route IS NOT \
         (SELECT name_id FROM names WHERE name = 'files'))",
    ),
    (
        "writing_ms",
        "sum(iif(stream, max(duration_ms - coalesce(first_byte_ms, 0), 0), duration_ms)) \
         FILTER (WHERE completion_tokens > 0 AND client IS NOT \
         (SELECT name_id FROM names WHERE name = 'older-pool') AND route IS NOT \
         (SELECT name_id FROM names WHERE name = 'files'))",
    ),
];

/// The number of rows, after it was made sure that the file is whole and that
/// every roll-up holds the sums of the rows. Only for a log of which nothing was
/// ever cleared.
///
/// # Panics
/// When they differ, the file is damaged, or it cannot be read.
pub fn assert_balanced(folder: &Path) -> i64 {
    let connection = read_only(&folder.join("usage.db"));
    let whole: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("the check runs");
    assert_eq!(whole, "ok");
    let counted: Vec<_> = SUMS.iter().map(|(_, counted)| *counted).collect();
    let rows = numbers(&connection, &counted, "requests");
    let summed: Vec<_> = SUMS
        .iter()
        .map(|(name, _)| format!("sum({name})"))
        .collect();
    let summed: Vec<_> = summed.iter().map(String::as_str).collect();
    for table in roll_ups(&connection) {
        let sums = numbers(&connection, &summed, &table);
        for (at, (column, _)) in SUMS.iter().enumerate() {
            assert_eq!(rows[at], sums[at], "{column}: rows and {table} differ");
        }
    }
    hours_are_those_of_the_rows(&connection);
    quarters_are_those_of_the_hours(&connection);
    attempts_are_those_of_the_rows(&connection);
    number(&connection, "SELECT count(*) FROM requests")
}

/// As [`assert_balanced`], for a log that rows have left: the file is whole, every
/// roll-up holds the same sums, no hour of the log has more than its sums, and no
/// attempt is left of a row that went. The number of calls that are summed.
///
/// # Panics
/// As [`assert_balanced`].
#[must_use]
pub fn assert_sums_stayed(folder: &Path) -> i64 {
    let connection = read_only(&folder.join("usage.db"));
    let whole: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("the check runs");
    assert_eq!(whole, "ok");
    let summed: Vec<_> = SUMS
        .iter()
        .map(|(name, _)| format!("sum({name})"))
        .collect();
    let summed: Vec<_> = summed.iter().map(String::as_str).collect();
    let hourly = numbers(&connection, &summed, "usage_hourly");
    for table in roll_ups(&connection) {
        let sums = numbers(&connection, &summed, &table);
        assert_eq!(sums, hourly, "{table}");
    }
    let more = "SELECT count(*) FROM (
        SELECT started_at_ms / 3600000 AS hour, count(*) AS rows, sum(prompt_tokens) AS tokens
        FROM requests GROUP BY hour) AS log
        LEFT JOIN (SELECT hour, sum(calls) AS calls, sum(prompt_tokens) AS tokens
        FROM usage_hourly GROUP BY hour) AS summed ON summed.hour = log.hour
        WHERE summed.hour IS NULL OR log.rows > summed.calls OR log.tokens > summed.tokens";
    assert_eq!(
        number(&connection, more),
        0,
        "an hour has more than its sum"
    );
    quarters_are_those_of_the_hours(&connection);
    attempts_are_those_of_the_rows(&connection);
    let counted =
        "SELECT count(*) <> (SELECT coalesce(sum(rows), 0) FROM log_blocks) FROM requests";
    assert_eq!(number(&connection, counted), 0, "blocks count other rows");
    hourly[0]
}

/// The roll-ups: the wide one, and every grain and dimension of the narrow one.
fn roll_ups(connection: &Connection) -> Vec<String> {
    let narrow = "SELECT DISTINCT 'usage_slices WHERE grain = ' || grain || ' AND dimension = ' ||
        dimension FROM usage_slices";
    let mut statement = connection.prepare(narrow).expect("a table of slices");
    let slices = statement.query_map([], |row| row.get::<_, String>(0));
    let slices = slices.expect("its rows").map(|name| name.expect("a name"));
    let mut tables = vec!["usage_hourly".to_owned()];
    tables.extend(slices);
    tables
}

fn hours_are_those_of_the_rows(connection: &Connection) {
    let strange = "SELECT count(*) FROM (
        SELECT started_at_ms / 3600000 AS hour, count(*) AS calls FROM requests GROUP BY hour
        EXCEPT SELECT hour, sum(calls) FROM usage_hourly GROUP BY hour)";
    assert_eq!(number(connection, strange), 0, "an hour is not its rows'");
    let strange = "SELECT count(*) FROM (
        SELECT started_at_ms / 900000 AS quarter, count(*) AS calls,
        coalesce(sum(prompt_tokens), 0) FROM requests GROUP BY quarter
        EXCEPT SELECT start, calls, prompt_tokens FROM usage_slices WHERE grain = 0)";
    assert_eq!(number(connection, strange), 0, "a quarter is not its rows'");
}

/// The quarters of an hour together are the hour.
fn quarters_are_those_of_the_hours(connection: &Connection) {
    let strange = "SELECT count(*) FROM (
        SELECT start, failed, calls, prompt_tokens, cost_cny_nano
        FROM usage_slices WHERE grain = 1 AND dimension = 0
        EXCEPT SELECT start / 4, sum(failed), sum(calls), sum(prompt_tokens), sum(cost_cny_nano)
        FROM usage_slices WHERE grain = 0 GROUP BY 1)";
    assert_eq!(
        number(connection, strange),
        0,
        "an hour is not its quarters"
    );
}

/// A request whose attempts are kept one by one has as many as it says, and none
/// is left of a request that is gone.
fn attempts_are_those_of_the_rows(connection: &Connection) {
    let strange = "SELECT count(*) FROM (
        SELECT request, count(*) AS steps FROM attempts GROUP BY request) AS kept
        LEFT JOIN requests ON requests.id = kept.request
        WHERE requests.id IS NULL OR kept.steps > requests.attempts";
    assert_eq!(
        number(connection, strange),
        0,
        "attempts of no or another row"
    );
}

/// One number from `usage.db`, read past the engine.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn usage_number(folder: &Path, sql: &str) -> i64 {
    number(&read_only(&folder.join("usage.db")), sql)
}

/// The ids of the newest requests in the log, as clients are told them.
///
/// # Panics
/// When they cannot be read.
#[must_use]
pub fn newest_ids(folder: &Path, most: u32) -> HashSet<String> {
    let connection = read_only(&folder.join("usage.db"));
    let newest = "SELECT request_id FROM requests ORDER BY id DESC LIMIT ?1";
    let mut statement = connection.prepare(newest).expect("a table of requests");
    let ids = statement.query_map([most], |row| row.get::<_, [u8; 16]>(0));
    let id = |bytes| uuid::Uuid::from_bytes(bytes).to_string();
    ids.expect("its rows")
        .map(|bytes| id(bytes.expect("an id")))
        .collect()
}

fn read_only(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).expect("usage.db opens");
    let patience = std::time::Duration::from_secs(5);
    connection.busy_timeout(patience).expect("a timeout");
    connection
}

/// The values of these expressions over a table; 0 where there is nothing.
fn numbers(connection: &Connection, expressions: &[&str], table: &str) -> Vec<i64> {
    let columns: Vec<_> = expressions
        .iter()
        .map(|expression| format!("coalesce({expression}, 0)"))
        .collect();
    let sql = format!("SELECT {} FROM {table}", columns.join(", "));
    let read = connection.query_row(&sql, [], |row| {
        (0..expressions.len()).map(|at| row.get(at)).collect()
    });
    read.unwrap_or_else(|error| unreachable!("{sql}: {error}"))
}

fn number(connection: &Connection, sql: &str) -> i64 {
    let read = connection.query_row(sql, [], |row| row.get(0));
    read.unwrap_or_else(|error| unreachable!("{sql}: {error}"))
}
