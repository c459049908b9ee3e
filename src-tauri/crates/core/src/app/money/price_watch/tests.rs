use super::*;

/// Each version of the file is news once, also when it goes.
#[test]
fn every_version_of_the_file_is_seen_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = PriceFile::in_folder(folder.path());
    let seen = Seen::default();
    assert!(!seen.look(&file), "there is none");
    // Of another length each: the disk's clock may stand still between them.
    for comments in 1..=3 {
        std::fs::write(file.path(), "#\n".repeat(comments)).unwrap();
        assert!(seen.look(&file));
        assert!(!seen.look(&file));
    }
    std::fs::write(file.path(), "rows = 5").unwrap();
    assert!(seen.look(&file), "by hand");
    std::fs::remove_file(file.path()).unwrap();
    assert!(seen.look(&file), "gone");
    assert!(!seen.look(&file));
}
