use super::*;

#[test]
fn a_file_is_counted_once_also_after_a_restart() {
    let results = BatchResults::default();
    assert!(results.note("out", 5));
    assert!(!results.note("out", 5), "that is no news");
    assert!(results.claim("out", 9));
    assert!(!results.claim("out", 10));
    assert_eq!(results.batch_created_ms("out"), Some(5));
    let written = results.unsaved();
    let expected = BatchResult {
        batch_created_ms: Some(5),
        counted_at_ms: Some(9),
        ..BatchResult::of("out")
    };
    assert!(written.iter().all(|row| *row == expected) && !written.is_empty());

    let after = BatchResults::default();
    after.load(written);
    assert!(!after.claim("out", 11));
    assert!(after.claim("another", 11), "of a batch that nobody saw");
}

/// What changed while it was written is written again.
#[test]
fn nothing_is_taken_for_written_that_is_not() {
    let results = BatchResults::default();
    results.note("out", 5);
    let written = results.unsaved();
    results.claim("out", 9);
    results.saved(&written);
    assert_eq!(results.unsaved()[0].counted_at_ms, Some(9));
    results.saved(&results.unsaved());
    assert_eq!(results.unsaved(), []);
    // What the database says is older than what is known here.
    results.load(written);
    assert!(!results.claim("out", 10));
}
