use super::super::tests::Folder;
use super::*;

fn result(file: &str, created: Option<i64>, counted: Option<i64>) -> BatchResult {
    BatchResult {
        batch_created_ms: created,
        counted_at_ms: counted,
        ..BatchResult::of(file)
    }
}

#[test]
fn what_is_known_of_a_file_only_grows() {
    let folder = Folder::new();
    let store = folder.open();
    store
        .put_batch_results(&[result("out", Some(5), None)])
        .unwrap();
    // It is counted by somebody who does not know its batch, and later seen again.
    for later in [result("out", None, Some(9)), result("out", Some(5), None)] {
        store.put_batch_results(&[later]).unwrap();
    }
    drop(store);
    let known = folder.open().batch_results().unwrap();
    assert_eq!(known, [result("out", Some(5), Some(9))]);
    // The first counting is the one that was booked.
    let store = folder.open();
    store
        .put_batch_results(&[result("out", None, Some(10))])
        .unwrap();
    assert_eq!(store.batch_results().unwrap()[0].counted_at_ms, Some(9));
}
