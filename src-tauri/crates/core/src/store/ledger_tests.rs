//! Whether the sums of `usage.db` are those of its rows, worked out from the
//! rows alone, for the tests of everything that changes either.

use std::collections::HashMap;

use rusqlite::Connection;

use super::histogram::Histogram;
use super::tests::Folder;
use super::{blocks, connection};

/// The sums as they must be.
const FROM_REQUESTS: &str = "SELECT started_at_ms / 3600000 / :grain AS start,
    coalesce(account_id, 0) AS account, coalesce(key_id, 0) AS key,
    coalesce(model_used, model_asked, 0) AS model, client, route, outcome,
    coalesce(user_agent, 0) AS tool,
    count(*) AS calls, sum(attempts) AS attempts, total(prompt_tokens) AS prompt_tokens,
    total(completion_tokens) AS completion_tokens, total(cached_tokens) AS cached_tokens,
    total(reasoning_tokens) AS reasoning_tokens,
    count(*) FILTER (WHERE outcome = 1 AND attempts > 0 AND coalesce(model_used, model_asked) IS NOT NULL
    AND prompt_tokens IS NULL AND completion_tokens IS NULL
    AND cached_tokens IS NULL AND reasoning_tokens IS NULL
    AND route = (SELECT name_id FROM names WHERE name = 'chat/completions')) AS calls_without_usage,
    sum(duration_ms) AS duration_ms, total(first_byte_ms) AS first_byte_ms,
    count(first_byte_ms) AS first_byte_calls,
    count(*) FILTER (WHERE outcome IN (1, 5, 6) AND attempts > 0
    AND coalesce(model_used, model_asked) IS NOT NULL AND cost_nano IS NULL
    AND route IS NOT (SELECT name_id FROM names WHERE name = 'uploads/audio/voice')) AS calls_without_cost,
    coalesce(sum(cost_nano) FILTER (WHERE currency = 1), 0) AS cost_cny_nano,
    coalesce(sum(cost_nano) FILTER (WHERE currency = 2), 0) AS cost_usd_nano,
    coalesce(sum(saved_nano) FILTER (WHERE currency = 1), 0) AS saved_cny_nano,
    coalesce(sum(saved_nano) FILTER (WHERE currency = 2), 0) AS saved_usd_nano,
    total(image_tokens) AS image_tokens, total(images) AS images, total(clips) AS clips,
    total(bytes) AS bytes, total(sound_ms) AS sound_ms, count(cost_nano) AS calls_with_cost,
    total(cost_incomplete) AS calls_cost_incomplete,
    total(iif(client <> :older, completion_tokens, 0)) AS written_tokens,
    total(CASE WHEN client = :older OR coalesce(completion_tokens, 0) = 0 THEN 0
        WHEN stream THEN max(duration_ms - coalesce(first_byte_ms, 0), 0)
        ELSE duration_ms END) AS writing_ms
    FROM requests GROUP BY 1, 2, 3, 4, 5, 6, 7, 8";
const SUMS: &str = "sum(calls), sum(attempts), sum(prompt_tokens), sum(completion_tokens),
    sum(cached_tokens), sum(reasoning_tokens), sum(calls_without_usage), sum(duration_ms),
    sum(first_byte_ms), sum(first_byte_calls), sum(calls_without_cost), sum(cost_cny_nano),
    sum(cost_usd_nano), sum(saved_cny_nano), sum(saved_usd_nano), sum(image_tokens),
    sum(images), sum(clips), sum(bytes), sum(sound_ms), sum(calls_with_cost),
    sum(calls_cost_incomplete), sum(written_tokens), sum(writing_ms)";

/// The rows summed by hours or days.
fn from_requests(grain: &str) -> String {
    let older = "coalesce((SELECT name_id FROM names WHERE name = 'older-pool'), -1)";
    FROM_REQUESTS
        .replace(":grain", grain)
        .replace(":older", older)
}

fn assert_same(connection: &Connection, one: &str, other: &str) {
    for (one, other) in [(one, other), (other, one)] {
        let sql =
            format!("SELECT count(*) FROM (SELECT * FROM ({one}) EXCEPT SELECT * FROM ({other}))");
        let differences: i64 = connection
            .query_row(&sql, [], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(differences, 0, "{one}\nis not\n{other}");
    }
}

/// Everything that is counted is what the rows say: the hours, every slice, the
/// histograms, the keys, and what searches go by.
pub(super) fn assert_balanced(folder: &Folder) {
    assert_sums(folder);
    assert_found(folder);
}

/// The same without what searches go by.
pub(super) fn assert_sums(folder: &Folder) {
    let connection = connection::open_reader(&folder.path("usage.db")).unwrap();
    let place = "hour, account_id, key_id, model, client, route, outcome";
    let kept = format!("SELECT {place}, {SUMS} FROM usage_hourly GROUP BY {place}");
    let rows = format!(
        "SELECT start, account, key, model, client, route, outcome, {SUMS} FROM ({})
        GROUP BY 1, 2, 3, 4, 5, 6, 7",
        from_requests("1")
    );
    assert_same(&connection, &rows, &kept);
    assert_slices(&connection);
    assert_same(
        &connection,
        "SELECT key_id, count(*) FROM requests WHERE key_id IS NOT NULL GROUP BY key_id",
        "SELECT key_id, calls FROM key_totals",
    );
    assert_histograms(&connection);
}

fn assert_slices(connection: &Connection) {
    let names = [
        "0", "model", "account", "key", "client", "route", "outcome", "tool",
    ];
    for (dimension, name) in names.into_iter().enumerate() {
        for grain in ["1", "24"] {
            let of = format!("grain = {grain} AND dimension = {dimension}");
            assert_slice(connection, name, &from_requests(grain), &of);
        }
    }
    let by_quarter = from_requests("1").replace("3600000", "900000");
    assert_slice(connection, "0", &by_quarter, "grain = 0");
}

/// That the slices `of` one grain and dimension are those of the rows.
fn assert_slice(connection: &Connection, name: &str, rows: &str, of: &str) {
    let should = format!(
        "SELECT start, {name} AS part, total(calls) FILTER (WHERE outcome <> 1), {SUMS}
        FROM ({rows}) GROUP BY start, part"
    );
    let is = format!(
        "SELECT start, name, failed, {} FROM usage_slices WHERE {of}",
        SUMS.replace("sum(", "").replace(')', "")
    );
    assert_same(connection, &should, &is);
}

/// Grain, dimension, start, name.
type Slice = [i64; 4];

fn assert_histograms(connection: &Connection) {
    let mut should: HashMap<Slice, (Histogram, Histogram)> = HashMap::new();
    let sql = "SELECT started_at_ms / 3600000, coalesce(model_used, model_asked, 0),
        coalesce(account_id, 0), client, route, first_byte_ms, duration_ms
        FROM requests WHERE outcome = 1
        AND client NOT IN (SELECT name_id FROM names WHERE name = 'older-pool')";
    let mut select = connection.prepare(sql).unwrap();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let hour: i64 = row.get(0).unwrap();
        for grain in [1, 24] {
            let name = |at| row.get::<_, i64>(at).unwrap();
            let names = [
                (0, 0),
                (1, name(1)),
                (2, name(2)),
                (4, name(3)),
                (5, name(4)),
            ];
            for (dimension, name) in names {
                let times = should
                    .entry([grain, dimension, hour / grain, name])
                    .or_default();
                if let Some(first_byte) = row.get(5).unwrap() {
                    times.0.add(first_byte);
                }
                times.1.add(row.get(6).unwrap());
            }
        }
    }
    let sql = "SELECT grain, dimension, start, name, first_byte, duration FROM latency_slices";
    let mut select = connection.prepare(sql).unwrap();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let slice = [0, 1, 2, 3].map(|at| row.get(at).unwrap());
        let (first_byte, duration) = should.remove(&slice).unwrap_or_default();
        let blobs: [Vec<u8>; 2] = [4, 5].map(|at| row.get(at).unwrap());
        assert_eq!(
            blobs,
            [first_byte.encoded(), duration.encoded()],
            "{slice:?}"
        );
    }
    assert!(should.is_empty(), "{should:?}");
}

/// Blocks, zones, words and trails are those of the rows that are there.
pub(super) fn assert_found(folder: &Folder) {
    let connection = connection::open_reader(&folder.path("usage.db")).unwrap();
    let block = format!("id / {}", blocks::BLOCK);
    assert_same(
        &connection,
        &format!("SELECT {block}, count(*) FROM requests GROUP BY 1"),
        "SELECT block, rows FROM log_blocks",
    );
    let inside = format!(
        "SELECT count(*) FROM requests LEFT JOIN log_blocks ON block = {block}
        WHERE started_at_ms NOT BETWEEN coalesce(first_ms, 1) AND coalesce(last_ms, 0)"
    );
    let outside: i64 = connection.query_row(&inside, [], |row| row.get(0)).unwrap();
    assert_eq!(outside, 0, "rows start outside of their block");
    let zones = [
        "coalesce(model_asked, 0), coalesce(model_used, 0)",
        "coalesce(account_id, 0), 0",
        "client, coalesce(user_agent, 0)",
        "route, 0",
        "outcome, 0",
    ];
    for (dimension, names) in (1..).zip(zones) {
        assert_same(
            &connection,
            &format!("SELECT {block}, {names}, count(*) FROM requests GROUP BY 1, 2, 3"),
            &format!(
                "SELECT block, name, other, rows FROM log_zones WHERE dimension = {dimension}"
            ),
        );
    }
    assert_same(
        &connection,
        "SELECT id FROM requests WHERE error IS NOT NULL",
        "SELECT rowid FROM request_words",
    );
    let orphans = "SELECT count(*) FROM attempts WHERE request NOT IN (SELECT id FROM requests)";
    let orphans: i64 = connection.query_row(orphans, [], |row| row.get(0)).unwrap();
    assert_eq!(orphans, 0, "trails of rows that are gone");
    let traces =
        "SELECT count(*) FROM log_traces WHERE block NOT IN (SELECT block FROM log_blocks)";
    let traces: i64 = connection.query_row(traces, [], |row| row.get(0)).unwrap();
    assert_eq!(traces, 0, "trace ids of blocks that are gone");
}
