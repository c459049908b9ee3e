use std::sync::Arc;

use super::super::tests::{Folder, NOON, number, plan, record, write};
use super::super::{Retention, connection, migrate};
use super::*;

mod trouble;

const COUNT: &str = "SELECT count(*) FROM bodies";
const BYTES: &str = "SELECT bytes FROM bodies_kept";
const SIZES: &str = "SELECT coalesce(sum(size), 0) FROM bodies";
const UNWIPED: &str = "SELECT unwiped FROM bodies_kept";
const HOUR: i64 = 3_600_000;

fn kept(text: &str) -> KeptBody {
    KeptBody {
        bytes: text.len() as u64,
        content_type: Some("application/json".to_owned()),
        text: Some(text.to_owned()),
        ..KeptBody::default()
    }
}

fn capture(words: &str, expires_at_ms: i64) -> Capture {
    Capture {
        request: kept(words),
        response: KeptBody {
            bytes: 1 << 40,
            content_type: None,
            text: None,
            is_cut: false,
            left_out: Some(LeftOut::Crowded),
        },
        expires_at_ms,
        held: None,
    }
}

/// Request `n`, with bodies that have these words and expire hours after noon.
fn captured(n: u32, words: &str, hours: i64) -> RequestRecord {
    RequestRecord {
        capture: Some(Box::new(capture(words, NOON + hours * HOUR))),
        ..record(n)
    }
}

/// The words of request `n`: some that tell it from others, and some length.
fn words(n: u32, length: usize) -> String {
    let word = format!("sentinel-{n:05} ");
    word.repeat(length / word.len() + 1)
}

/// Whether the words of request `n` can be read in any file of the folder.
fn is_readable(folder: &Folder, n: u32) -> bool {
    let word = format!("sentinel-{n:05} ");
    let files = std::fs::read_dir(folder.path("")).unwrap();
    files.map(|entry| entry.unwrap().path()).any(|path| {
        let bytes = std::fs::read(path).unwrap();
        memchr::memmem::find(&bytes, word.as_bytes()).is_some()
    })
}

fn assert_balanced(folder: &Folder) {
    let path = folder.path("usage.db");
    assert_eq!(number(&path, BYTES), number(&path, SIZES));
}

#[test]
fn bodies_come_out_as_they_went_in() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(0), captured(1, "你好", 1), record(2)]);
    let ids: Vec<i64> = store
        .requests_page(None, 10)
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    let bodies: Vec<_> = ids
        .iter()
        .map(|id| store.request_bodies(*id).unwrap())
        .collect();
    assert_eq!(bodies, [None, Some(capture("你好", NOON + HOUR)), None]);
    assert_eq!(store.request_bodies(99).unwrap(), None);
    assert_balanced(&folder);
}

/// D11: who keeps none pays nothing.
#[test]
fn rows_without_bodies_write_nothing_about_them() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..10).map(record));
    let path = folder.path("usage.db");
    assert_eq!((number(&path, COUNT), number(&path, BYTES)), (0, 0));
    let care = store.keep_bodies(0).unwrap();
    assert_eq!(care, BodyCare::default());
    store.wipe_bodies().unwrap();
    assert_eq!(store.clear_bodies().unwrap(), 0);
    assert_eq!(number(&path, UNWIPED), 0);
}

#[test]
fn what_has_expired_is_not_shown_and_then_removed() {
    let folder = Folder::new();
    let store = folder.open();
    write(
        &store,
        [captured(1, &words(1, 10), 1), captured(2, &words(2, 10), 2)],
    );
    let id = |n: u32| i64::from(n);
    folder.clock.advance_ms(HOUR.unsigned_abs() - 1);
    assert!(store.request_bodies(id(1)).unwrap().is_some());
    assert_eq!(
        store.keep_bodies(u64::MAX).unwrap(),
        BodyCare {
            removed: 0,
            any_left: true
        }
    );
    folder.clock.advance_ms(1);
    assert_eq!(store.request_bodies(id(1)).unwrap(), None);
    assert!(store.request_bodies(id(2)).unwrap().is_some());
    assert_eq!(
        store.keep_bodies(u64::MAX).unwrap(),
        BodyCare {
            removed: 1,
            any_left: true
        }
    );
    assert!(!is_readable(&folder, 1) && is_readable(&folder, 2));
    folder.clock.advance_ms(HOUR.unsigned_abs());
    assert_eq!(
        store.keep_bodies(u64::MAX).unwrap(),
        BodyCare {
            removed: 1,
            any_left: false
        }
    );
    assert!(!is_readable(&folder, 2));
    assert_eq!(
        store.requests_page(None, 10).unwrap().len(),
        2,
        "the rows stay"
    );
    assert_balanced(&folder);
}

/// Short bodies share pages, long ones fill their own; either way none of those
/// that went can be read, and all of the others can.
#[test]
fn nothing_of_what_was_removed_is_in_the_files() {
    for length in [20, 700, 3_000, 40_000] {
        let folder = Folder::new();
        let store = folder.open();
        let count = if length > 10_000 { 60 } else { 400 };
        let hours = |n: u32| if n.is_multiple_of(3) { 1 } else { 3 };
        write(
            &store,
            (1..=count).map(|n| captured(n, &words(n, length), hours(n))),
        );
        folder.clock.advance_ms(HOUR.unsigned_abs() * 2);
        let removed = store.keep_bodies(u64::MAX).unwrap().removed;
        assert_eq!(removed, u64::from(count / 3));
        write(
            &store,
            (count + 1..count + 40).map(|n| captured(n, &words(n, length), 3)),
        );
        for n in 1..=count {
            assert_eq!(is_readable(&folder, n), hours(n) == 3, "{n} of {length}");
        }
        assert_balanced(&folder);
        store.clear_bodies().unwrap();
        let left: Vec<u32> = (1..count + 40)
            .filter(|n| is_readable(&folder, *n))
            .collect();
        assert_eq!(left, [0; 0], "{length}");
        store.integrity_check().unwrap();
    }
}

/// Pages fill up, run empty, are joined and moved while bodies of all lengths come
/// and go: nothing of those that went is left behind in any of them.
#[test]
fn waves_of_bodies_leave_nothing_behind() {
    let folder = Folder::new();
    let store = folder.open();
    let hours = |n: u32| i64::from(n / 120 + n * 7 % 5 + 1);
    for wave in 0..8 {
        let numbers = wave * 120 + 1..(wave + 1) * 120;
        let length = |n: u32| usize::try_from(n * 7_919 % 97).unwrap() * 53;
        write(
            &store,
            numbers.map(|n| captured(n, &words(n, length(n)), hours(n))),
        );
        folder.clock.advance_ms(HOUR.unsigned_abs());
        store.keep_bodies(u64::MAX).unwrap();
        store
            .retain(&Retention {
                rows: 500,
                ..Retention::default()
            })
            .unwrap();
        store.wipe_bodies().unwrap();
        let kept = number(&folder.path("usage.db"), COUNT);
        let readable = (1..(wave + 1) * 120).filter(|n| is_readable(&folder, *n));
        assert_eq!(
            i64::try_from(readable.count()).unwrap(),
            kept,
            "wave {wave}"
        );
        assert_balanced(&folder);
    }
}

#[test]
fn the_oldest_go_when_all_are_too_large() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (1..=20).map(|n| captured(n, &words(n, 1_000), 1)));
    let path = folder.path("usage.db");
    let all = number(&path, BYTES);
    assert_eq!(all / 20 / 100, 11, "about a thousand bytes each");
    let most = u64::try_from(all / 2).unwrap();
    assert_eq!(store.keep_bodies(most).unwrap().removed, 10);
    assert_eq!(number(&path, "SELECT min(request) FROM bodies"), 11);
    assert!(!is_readable(&folder, 10) && is_readable(&folder, 11));
    assert_balanced(&folder);
    assert_eq!(store.keep_bodies(most).unwrap().removed, 0);
}

#[test]
fn bodies_go_with_their_rows() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (1..=20).map(|n| captured(n, &words(n, 500), 1)));
    let retention = Retention {
        rows: 5,
        ..Retention::default()
    };
    store.retain(&retention).unwrap();
    let path = folder.path("usage.db");
    assert_eq!(number(&path, COUNT), 5);
    assert_balanced(&folder);
    store.keep_bodies(u64::MAX).unwrap();
    assert!(!is_readable(&folder, 15) && is_readable(&folder, 16));
    store.clear_requests().unwrap();
    store.wipe_bodies().unwrap();
    assert_eq!((number(&path, COUNT), number(&path, BYTES)), (0, 0));
    assert!((1..=20).all(|n| !is_readable(&folder, n)));
}

/// A query may hold on to the write-ahead log; the next look empties it.
#[test]
fn a_reader_puts_the_wiping_off_and_not_out() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [captured(1, &words(1, 5_000), 1)]);
    let path = folder.path("usage.db");
    let reader = connection::open_reader(&path).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let seen: i64 = reader.query_row(COUNT, [], |row| row.get(0)).unwrap();
    assert_eq!(seen, 1);
    assert_eq!(store.clear_bodies().unwrap(), 1);
    assert_eq!(number(&path, UNWIPED), 1);
    assert!(is_readable(&folder, 1), "the reader may still read it");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(store.keep_bodies(u64::MAX).unwrap(), BodyCare::default());
    assert_eq!(number(&path, UNWIPED), 0);
    assert!(!is_readable(&folder, 1));
}

/// A backup would keep them past their time.
#[test]
fn a_backup_before_a_migration_has_no_bodies() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [captured(1, &words(1, 5_000), 1)]);
    let path = folder.path("usage.db");
    let mut steps = migrate::USAGE.to_vec();
    steps.push(rusqlite_migration::M::up(
        "CREATE TABLE later (at INTEGER) STRICT;",
    ));
    let mut writer = connection::open_writer(&path, connection::Durability::Normal).unwrap();
    migrate::migrate(&mut writer, &path, &steps).unwrap();
    let backup = folder.path(&format!("usage.db.v{}.backup", migrate::USAGE.len()));
    assert_eq!(number(&backup, "SELECT count(*) FROM requests"), 1);
    assert_eq!((number(&backup, COUNT), number(&backup, BYTES)), (0, 0));
    assert_eq!(number(&path, UNWIPED), 1);
    let bytes = std::fs::read(&backup).unwrap();
    assert!(memchr::memmem::find(&bytes, b"sentinel").is_none());
}

/// While the disk takes nothing, what waits holds on to its memory.
#[test]
fn memory_is_given_back_when_the_bodies_are_on_disk() {
    let folder = Folder::new();
    let store = folder.open();
    let room = Arc::new(crate::model::Room::of(1_000));
    let mut share = room.share();
    assert!(share.grow(600));
    let mut record = captured(1, "hello", 1);
    if let Some(capture) = &mut record.capture {
        capture.held = Some(Arc::new(share));
    }
    let path = folder.path("usage.db");
    let blocker = connection::open_writer(&path, connection::Durability::Normal).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.journal().record(record);
    assert_eq!(room.taken(), 600);
    blocker.execute_batch("ROLLBACK").unwrap();
    assert!(store.journal().flush(super::super::tests::PATIENCE));
    // The batch is dropped right after it was settled.
    write(&store, [record_of_no_body()]);
    write(&store, [record_of_no_body()]);
    assert_eq!(room.taken(), 0);
}

fn record_of_no_body() -> RequestRecord {
    record(7)
}

/// No query walks over all bodies.
#[test]
fn bodies_are_found_without_a_scan() {
    let folder = Folder::new();
    drop(folder.open());
    let path = folder.path("usage.db");
    for sql in [
        SELECT_ONE,
        care::SELECT_SOONEST,
        care::SELECT_EXPIRED,
        care::SELECT_OLDEST,
    ] {
        let steps = plan(&path, sql);
        assert!(steps.contains("SEARCH bodies USING"), "{sql}: {steps}");
    }
}
