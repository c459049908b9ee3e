//! F45: the log is at its limit and requests go on. Flowkeep itself cuts it back to
//! the limit; no request notices, and what was used stays counted.

use std::path::Path;
use std::time::{Duration, Instant};

use flowkeep_tests::books::{assert_balanced, assert_sums_stayed, usage_number};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use futures_util::stream::{self, StreamExt as _};

const COUNT: &str = "SELECT count(*) FROM requests";
const OLDEST: &str = "SELECT coalesce(min(id), 0) FROM requests";
/// Everything in use but what stays when rows go (sums and names).
const LOG_BYTES: &str = "SELECT ((SELECT page_count FROM pragma_page_count)
    - (SELECT freelist_count FROM pragma_freelist_count)) * (SELECT page_size FROM pragma_page_size)
    - (SELECT sum(pgsize) FROM dbstat WHERE name IN ('names', 'sqlite_autoindex_names_1',
    'usage_hourly', 'usage_slices', 'latency_slices', 'key_totals', 'taken_over'))";
/// The largest write-ahead log (64 MiB), in bytes.
const MOST_WAL: u64 = 64 << 20;
/// How long the log may take to come back to its limit; it is looked at every second.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests between two looks of the test.
const ROUND: usize = 200;
/// More than these are not needed for the log to be cut twice.
const MOST: usize = 60_000;
/// A long name makes a long row: the limit of a megabyte is soon reached.
const LONG_ERROR: &str = "no-such-model-of-a-very-long-name-that-the-upstream-repeats-in-its-words";

async fn chats(rig: &Rig, model: &str, count: usize) -> Vec<Seen> {
    stream::iter(0..count)
        .map(|number| rig.ask_chat(model, number % 2 == 0))
        .buffer_unordered(8)
        .collect()
        .await
}

fn wal(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("usage.db-wal")).map_or(0, |metadata| metadata.len())
}

async fn rig(settings: &str) -> Rig {
    Rig::with(RigOptions {
        settings: settings.to_owned(),
        ..RigOptions::default()
    })
    .await
}

/// Requests until the log was cut twice while they ran; how many they were.
async fn ask_until_cut_twice(rig: &Rig, model: &str, is_good: impl Fn(&Seen) -> bool) -> usize {
    let mut asked = 0;
    let mut cuts = Vec::new();
    let mut oldest = usage_number(rig.folder(), OLDEST);
    while cuts.len() < 2 {
        assert!(asked < MOST, "the log is not cut: {cuts:?}");
        let seen = chats(rig, model, ROUND).await;
        asked += seen.len();
        assert!(seen.iter().all(&is_good), "no request noticed");
        let bytes = wal(rig.folder());
        assert!(bytes <= MOST_WAL, "the write-ahead log has {bytes} bytes");
        let now = usage_number(rig.folder(), OLDEST);
        if now > oldest.max(1) {
            cuts.push((asked, now));
        }
        oldest = now;
    }
    asked
}

/// Waits until everything is written and a number of the log is within a limit.
async fn comes_within(rig: &Rig, sql: &str, most: i64) {
    rig.idle().await;
    let app = rig.app.clone();
    let flushed = tokio::task::spawn_blocking(move || app.flush_journal(PATIENCE));
    assert!(flushed.await.expect("no panic"), "it is written");
    let begun = Instant::now();
    loop {
        let now = usage_number(rig.folder(), sql);
        if now <= most {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{now}, {most} are the limit");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What was used stays counted, whatever left the log, and nothing was dropped.
async fn all_is_counted(rig: Rig, asked: usize) {
    assert_eq!(rig.upstream_hits().await.len(), asked);
    let left = usage_number(rig.folder(), COUNT);
    let newest = "SELECT coalesce(max(id) - min(id) + 1, 0) FROM requests";
    assert_eq!(usage_number(rig.folder(), newest), left, "the oldest went");
    let status = rig.app.status();
    assert_eq!((status.dropped_records, status.storage_trouble), (0, None));
    let folder = rig.stop().await;
    let calls = i64::try_from(asked).expect("some thousands");
    assert_eq!(assert_sums_stayed(folder.path()), calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_rows_is_kept_while_requests_go_on() {
    let rig = rig("retention_rows = 300\n").await;
    let asked = ask_until_cut_twice(&rig, MODEL, Seen::is_whole).await;
    comes_within(&rig, COUNT, 300).await;
    // A row may come late, but none goes too much.
    assert!(
        usage_number(rig.folder(), COUNT) > 150,
        "more went than had to"
    );
    all_is_counted(rig, asked).await;
}

/// The smallest limit of bytes there is, a megabyte.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_bytes_is_kept_while_requests_go_on() {
    let rig = rig("retention_mib = 1\n").await;
    let asked = ask_until_cut_twice(&rig, LONG_ERROR, |seen| seen.status == 400).await;
    comes_within(&rig, LOG_BYTES, 1 << 20).await;
    let rows = usage_number(rig.folder(), COUNT);
    assert!(rows > 500, "{rows} rows: more went than had to");
    all_is_counted(rig, asked).await;
}

/// Below every limit nothing goes, however often the log is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_below_the_limits() {
    let rig = rig("retention_rows = 500\nretention_mib = 1\n").await;
    let mut clients = chats(&rig, MODEL, 300).await;
    clients.extend(chats(&rig, MODEL, 200).await);
    rig.agree(&clients).await;
    assert_eq!(assert_balanced(rig.folder()), 500);
    // Thirty more, and it is the thirty oldest that go.
    clients.extend(chats(&rig, MODEL, 30).await);
    comes_within(&rig, COUNT, 500).await;
    assert_eq!(usage_number(rig.folder(), OLDEST), 31);
    all_is_counted(rig, clients.len()).await;
}
