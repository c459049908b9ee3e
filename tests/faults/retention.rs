//! F45: the log is at its limit and requests go on. It stays within the limit,
//! no request notices, and what was used stays counted.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flowkeep_core::clock::SystemClock;
use flowkeep_core::store::{Retention, Store};
use flowkeep_tests::books::{assert_balanced, usage_number};
use flowkeep_tests::{MODEL, Rig, Seen};
use futures_util::stream::{self, StreamExt as _};

const COUNT: &str = "SELECT count(*) FROM requests";
const CALLS: &str = "SELECT sum(calls) FROM usage_hourly";
/// Rows at the beginning, and requests after it.
const FIRST: usize = 400;
const MORE: usize = 1_600;

async fn chats(rig: &Rig, count: usize) -> Vec<Seen> {
    stream::iter(0..count)
        .map(|number| rig.ask_chat(MODEL, number % 2 == 0))
        .buffer_unordered(8)
        .collect()
        .await
}

fn bytes_of(folder: &Path, name: &str) -> u64 {
    std::fs::metadata(folder.join(name)).map_or(0, |metadata| metadata.len())
}

/// Keeps the log within a limit again and again, as another program on the same
/// folder; returns how many rows went.
fn retain_until(folder: &Path, limit: &Retention, is_over: &AtomicBool) -> u64 {
    let opened = Store::open(folder, Arc::new(SystemClock::new()));
    let (store, warnings) = opened.expect("it opens");
    assert!(warnings.is_empty(), "{warnings:?}");
    let mut removed = 0;
    loop {
        let last = is_over.load(Ordering::SeqCst);
        removed += store.retain(limit).expect("rows go").removed;
        let log = bytes_of(folder, "usage.db-wal");
        assert!(log <= 64 << 20, "the write-ahead log has {log} bytes");
        if last {
            return removed;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Requests while the limit is kept; all of them good, and all counted.
async fn keeps_within(limit: impl FnOnce(&Rig) -> Retention) -> (Rig, u64) {
    let rig = Rig::start().await;
    let mut clients = chats(&rig, FIRST).await;
    assert_eq!(rig.settled_rows().await.len(), FIRST);
    assert_balanced(rig.folder());
    let limit = limit(&rig);
    let is_over = Arc::new(AtomicBool::new(false));
    let (folder, over) = (rig.folder().to_owned(), Arc::clone(&is_over));
    let retaining = tokio::task::spawn_blocking(move || retain_until(&folder, &limit, &over));
    clients.extend(chats(&rig, MORE).await);
    rig.idle().await;
    let app = rig.app.clone();
    let flushed = tokio::task::spawn_blocking(move || app.flush_journal(flowkeep_tests::PATIENCE));
    assert!(flushed.await.expect("it is written"), "it is written");
    is_over.store(true, Ordering::SeqCst);
    let removed = retaining.await.expect("the limit is kept");

    assert!(clients.iter().all(Seen::is_whole), "no request noticed");
    let hits = rig.upstream_hits().await.len();
    assert_eq!(hits, clients.len());
    let calls = i64::try_from(clients.len()).expect("a few thousand");
    assert_eq!(usage_number(rig.folder(), CALLS), calls, "all stay counted");
    let left = usage_number(rig.folder(), COUNT);
    assert_eq!(left + i64::try_from(removed).expect("fewer"), calls);
    let newest = "SELECT max(id) - min(id) + 1 FROM requests";
    assert_eq!(usage_number(rig.folder(), newest), left, "the oldest went");
    let status = rig.app.status();
    assert_eq!((status.dropped_records, status.storage_trouble), (0, None));
    (rig, removed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_rows_is_kept_while_requests_go_on() {
    let limit = Retention {
        rows: 300,
        ..Retention::default()
    };
    let (rig, _) = keeps_within(|_| limit).await;
    assert_eq!(usage_number(rig.folder(), COUNT), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_bytes_is_kept_while_requests_go_on() {
    let mut most = 0;
    let (rig, removed) = keeps_within(|rig| {
        let used = "SELECT (SELECT page_count FROM pragma_page_count) *
            (SELECT page_size FROM pragma_page_size)";
        most = u64::try_from(usage_number(rig.folder(), used)).unwrap();
        Retention {
            bytes: most,
            ..Retention::default()
        }
    })
    .await;
    assert!(removed > 0, "there was something to remove");
    let folder = rig.stop().await;
    let bytes = bytes_of(folder.path(), "usage.db");
    assert!(
        bytes <= most + most / 10,
        "{bytes} bytes, {most} are the limit"
    );
}
