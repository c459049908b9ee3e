use std::fs;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::super::connection::{self, Durability};
use super::super::migrate::Finding;
use super::super::tests::{Folder, PATIENCE, number, record, write};
use super::*;
use crate::clock::Clock;

const COUNT: &str = "SELECT count(*) FROM requests";

#[test]
fn a_close_writes_what_is_left() {
    let folder = Folder::new();
    let store = folder.open();
    let journal = store.journal();
    for n in 0..1_000 {
        journal.record(record(n));
    }
    journal.close();
    assert_eq!((journal.written(), journal.dropped()), (1_000, 0));
    assert_eq!(number(&folder.path("usage.db"), COUNT), 1_000);
    // Afterwards records are counted, not kept.
    journal.record(record(1));
    assert_eq!(journal.dropped(), 1);
    assert!(journal.flush(PATIENCE));
    journal.close();
}

#[test]
fn the_last_clone_writes_what_is_left() {
    let folder = Folder::new();
    let store = folder.open();
    let journal = store.journal();
    journal.record(record(1));
    drop(store);
    journal.record(record(2));
    drop(journal);
    assert_eq!(number(&folder.path("usage.db"), COUNT), 2);
}

#[test]
fn records_are_written_without_being_asked() {
    let folder = Folder::new();
    let store = folder.open();
    let (told, commits) = mpsc::channel();
    store.journal().on_commit(move || {
        // The receiver is gone when the test has ended.
        let _ = told.send(());
    });
    store.journal().record(record(1));
    commits.recv_timeout(PATIENCE).unwrap();
    assert_eq!(store.journal().written(), 1);
    // Soon after: not announced at once, but not forgotten either.
    store.journal().record(record(2));
    commits.recv_timeout(PATIENCE).unwrap();
    assert_eq!(store.requests_page(None, 10).unwrap().len(), 2);
}

#[test]
fn listeners_are_not_called_for_every_batch() {
    let folder = Folder::new();
    let store = folder.open();
    let (told, commits) = mpsc::channel();
    store.journal().on_commit(move || {
        let _ = told.send(());
    });
    let start = Instant::now();
    for n in 0..40 {
        write(&store, [record(n)]);
    }
    let most = start.elapsed().as_millis() / 250 + 2;
    let calls = u128::try_from(commits.try_iter().count()).unwrap();
    assert!((1..=most).contains(&calls), "{calls} calls");
}

#[test]
fn a_listener_may_hold_the_last_clone() {
    let folder = Folder::new();
    let store = folder.open();
    let journal = store.journal();
    let held = journal.clone();
    let (told, commits) = mpsc::channel();
    journal.on_commit(move || {
        let _ = told.send(held.written());
    });
    journal.record(record(1));
    assert_eq!(commits.recv_timeout(PATIENCE).unwrap(), 1);
    journal.close();
}

/// F34: another process holds the file for a second.
#[test]
fn rows_wait_while_the_file_is_locked() {
    let folder = Folder::new();
    let store = folder.open();
    let other = connection::open_writer(&folder.path("usage.db"), Durability::Normal).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let journal = store.journal();
    for n in 0..10 {
        journal.record(record(n));
    }
    assert!(!journal.flush(Duration::from_secs(1)));
    assert_eq!(journal.written(), 0);
    other.execute_batch("COMMIT").unwrap();
    assert!(journal.flush(PATIENCE));
    assert_eq!((journal.written(), journal.dropped()), (10, 0));
}

#[test]
fn a_full_queue_drops_and_counts() {
    let folder = Folder::new();
    let store = folder.open();
    let other = connection::open_writer(&folder.path("usage.db"), Durability::Normal).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let journal = store.journal();
    for n in 0..10_123 {
        journal.record(record(n));
    }
    assert_eq!(journal.dropped(), 123);
    other.execute_batch("COMMIT").unwrap();
    assert!(journal.flush(PATIENCE));
    assert_eq!(journal.written(), 10_000);
    assert_eq!(number(&folder.path("usage.db"), COUNT), 10_000);
    write(&store, [record(1)]);
    assert_eq!(journal.dropped(), 123);
}

#[test]
fn a_record_that_no_file_takes_takes_no_other_along() {
    let folder = Folder::new();
    let store = folder.open();
    let file = connection::open_writer(&folder.path("usage.db"), Durability::Normal).unwrap();
    file.execute_batch(
        "CREATE TRIGGER refuses BEFORE INSERT ON requests WHEN new.status = 418
         BEGIN SELECT RAISE(ABORT, 'never'); END",
    )
    .unwrap();
    let journal = store.journal();
    for n in 0..300 {
        let mut record = record(n);
        record.status = if n == 7 { 418 } else { 200 };
        journal.record(record);
    }
    assert!(journal.flush(PATIENCE));
    assert_eq!((journal.written(), journal.dropped()), (299, 1));
    assert_eq!(number(&folder.path("usage.db"), COUNT), 299);
    let calls = "SELECT sum(calls) FROM usage_hourly";
    assert_eq!(
        number(&folder.path("usage.db"), calls),
        299,
        "and the sums agree"
    );
}

/// F32: the disk is full for a while, here by a limit of the first connection,
/// and the file cannot even be opened again. Then there is room.
#[test]
fn writing_goes_on_when_there_is_room_again() {
    let folder = Folder::new();
    drop(folder.open());
    let clock: Arc<dyn Clock> = Arc::<crate::clock::ManualClock>::clone(&folder.clock);
    let file = Arc::new(UsageFile::new(folder.path("usage.db"), clock));
    let (connection, _) = file.open_or_replace(Finding::Sound).unwrap();
    connection
        .pragma_update_and_check(None, "max_page_count", 1, |_| Ok(()))
        .unwrap();
    let blocker = folder.path("store.lock");
    fs::remove_file(&blocker).unwrap();
    fs::create_dir(&blocker).unwrap();

    let journal = Journal::start(file, connection).unwrap();
    for n in 0..2_000 {
        journal.record(record(n));
    }
    assert!(!journal.flush(Duration::from_millis(500)));
    let trouble = journal.trouble().unwrap();
    assert!(
        trouble.contains("store.lock") || trouble.contains("full"),
        "{trouble}"
    );

    fs::remove_dir(&blocker).unwrap();
    assert!(journal.flush(PATIENCE));
    assert_eq!(journal.trouble(), None);
    assert_eq!((journal.written(), journal.dropped()), (2_000, 0));
    assert_eq!(number(&folder.path("usage.db"), COUNT), 2_000);
    let hours = "SELECT sum(calls) FROM usage_hourly";
    assert_eq!(number(&folder.path("usage.db"), hours), 2_000);
}

/// A close does not wait for ever for a disk that does not come back.
#[test]
fn a_close_gives_up_and_counts() {
    let folder = Folder::new();
    drop(folder.open());
    let clock: Arc<dyn Clock> = Arc::<crate::clock::ManualClock>::clone(&folder.clock);
    let file = Arc::new(UsageFile::new(folder.path("usage.db"), clock));
    let reader = connection::open_reader(&folder.path("usage.db")).unwrap();
    let journal = Journal::start(file, reader).unwrap();
    let blocker = folder.path("store.lock");
    fs::remove_file(&blocker).unwrap();
    fs::create_dir(&blocker).unwrap();
    journal.record(record(1));
    journal.close();
    assert_eq!((journal.written(), journal.dropped()), (0, 1));
}

/// Prints what a record costs; the target is 2 µs on an idle machine.
#[test]
fn what_a_record_costs() {
    let folder = Folder::new();
    let store = folder.open();
    let journal = store.journal();
    let records: Vec<_> = (0..9_000).map(record).collect();
    let start = Instant::now();
    for record in records {
        journal.record(record);
    }
    let handed_over = start.elapsed();
    assert!(journal.flush(PATIENCE));
    let written = start.elapsed();
    assert_eq!(journal.written(), 9_000);
    journal.close();
    drop((journal, store));
    let bytes = fs::metadata(folder.path("usage.db")).unwrap().len();
    println!(
        "record: {} ns; writer: {} rows/s; {} bytes per row",
        handed_over.as_nanos() / 9_000,
        9_000_000_000_000 / written.as_nanos(),
        bytes / 9_000,
    );
}
