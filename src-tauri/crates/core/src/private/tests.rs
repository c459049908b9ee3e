use super::*;

#[test]
fn a_missing_file_reads_as_none() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(&folder.path().join("absent")).unwrap().is_none());
    assert_eq!(exposed_mode(&folder.path().join("absent")).unwrap(), None);
}

#[test]
fn a_replaced_file_is_whole_and_leaves_nothing_beside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    replace(&path, b"one").unwrap();
    replace(&path, b"second").unwrap();
    assert_eq!(&read(&path).unwrap().unwrap()[..], b"second");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// S18: folders 0700, files 0600, also when they were looser before.
    #[test]
    fn modes_are_the_owners_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        ensure_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        set_mode(&folder, 0o755);
        ensure_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);

        let file = folder.join("flowkeep.db");
        ensure_file(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        set_mode(&file, 0o644);
        assert_eq!(exposed_mode(&file).unwrap(), Some(0o644));
        ensure_file(&file).unwrap();
        assert_eq!(mode(&file), 0o600);

        replace(&file, b"x").unwrap();
        assert_eq!(mode(&file), 0o600);
    }

    /// A mistyped `--data-dir /tmp` must not lock everybody else out of `/tmp`.
    #[test]
    fn a_shared_folder_is_refused_and_keeps_its_mode() {
        let root = tempfile::tempdir().unwrap();
        let shared = root.path().join("shared");
        std::fs::create_dir(&shared).unwrap();
        set_mode(&shared, 0o1777);
        ensure_folder(&shared).unwrap_err();
        assert_eq!(mode(&shared), 0o1777);
    }

    /// S18: a link that somebody planted is never followed.
    #[test]
    fn a_planted_link_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        std::fs::write(&target, b"theirs").unwrap();
        let link = folder.path().join("link");
        symlink(&target, &link).unwrap();

        create_new(&link).unwrap_err();
        open_or_create(&link).unwrap_err();
        read(&link).unwrap_err();
        // A replaced link becomes a file; what it pointed to stays.
        replace(&link, b"ours").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
        assert!(link.symlink_metadata().unwrap().is_file());
    }
}
