use super::super::ledger_tests::assert_found;
use super::super::tests::{Folder, record, write};
use super::*;
use crate::model::RequestRecord;

fn imported(n: u32) -> RequestRecord {
    RequestRecord {
        client: OLDER_POOL.into(),
        route: UNKNOWN_ROUTE.to_owned(),
        ..record(n)
    }
}

/// Rows and sums go together, and only those that were named.
#[test]
fn calls_are_taken_back_with_their_share_of_the_sums() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1), record(2)]);
    let rows = store.requests_page(None, 100).unwrap();
    let usage = store.key_usage().unwrap();
    write(&store, [imported(3), imported(4), imported(5)]);
    assert_eq!(store.history_ids().unwrap().len(), 3);

    let first = HashSet::from([imported(3).request_id, record(1).request_id]);
    assert_eq!(store.forget_history(&first).unwrap(), 1);
    let rest = HashSet::from([imported(4).request_id, imported(5).request_id]);
    assert_eq!(store.history_ids().unwrap(), rest);
    assert_eq!(store.forget_history(&rest).unwrap(), 2);
    assert_eq!(store.requests_page(None, 100).unwrap(), rows);
    let left = store.key_usage().unwrap();
    let counts =
        |usage: &std::collections::HashMap<crate::model::KeyId, super::super::KeyUsage>| {
            let mut counts: Vec<_> = usage
                .iter()
                .map(|(key, used)| (key.clone(), used.calls))
                .collect();
            counts.sort();
            counts
        };
    assert_eq!(counts(&left), counts(&usage));
    assert_found(&folder);
}
