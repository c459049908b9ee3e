use super::super::tests::{Folder, number, plan, record, write};
use super::*;

#[test]
fn the_log_is_cleared_and_the_sums_stay() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(store.clear_requests().unwrap(), 0);
    write(&store, (0..2_500).map(record));
    let path = folder.path("usage.db");
    let sums = store.usage_between(0, i64::MAX).unwrap();
    let hours = store.usage_by_hour(0, i64::MAX).unwrap();
    let keys = store.key_usage().unwrap();
    let before = number(&path, "PRAGMA page_count");
    assert_eq!(sums.calls, 2_500);

    assert_eq!(store.clear_requests().unwrap(), 2_500);
    assert_eq!(number(&path, "SELECT count(*) FROM requests"), 0);
    assert_eq!(store.usage_between(0, i64::MAX).unwrap(), sums);
    assert_eq!(store.usage_by_hour(0, i64::MAX).unwrap(), hours);
    assert_eq!(store.key_usage().unwrap(), keys);
    // The room is given back.
    assert_eq!(number(&path, "PRAGMA freelist_count"), 0);
    assert!(number(&path, "PRAGMA page_count") < before / 4);

    // Ids are not given again: pages that a reader holds stay right.
    write(&store, [record(9)]);
    let page = store.requests_page(None, 10).unwrap();
    assert_eq!((page.len(), page[0].id), (1, 2_501));
    assert_eq!(store.usage_between(0, i64::MAX).unwrap().calls, 2_501);
    store.integrity_check().unwrap();
}

/// Clearing goes on beside the writer, and takes only what was there.
#[test]
fn requests_are_recorded_while_the_log_is_cleared() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..5_000).map(record));
    let clearing = store.clone();
    let clearing = std::thread::spawn(move || clearing.clear_requests().unwrap());
    write(&store, (5_000..6_000).map(record));
    let removed = clearing.join().unwrap();
    assert!(removed >= 5_000, "{removed}");
    let left = number(&folder.path("usage.db"), "SELECT count(*) FROM requests");
    assert_eq!(i64::try_from(removed).unwrap() + left, 6_000);
    let calls = store.usage_between(0, i64::MAX).unwrap().calls;
    assert_eq!((calls, store.journal().dropped()), (6_000, 0));
}

#[test]
fn a_step_is_found_by_its_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let plan = plan(&folder.path("usage.db"), DELETE_STEP);
    assert!(!plan.contains("SCAN"), "{plan}");
}
