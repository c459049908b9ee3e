//! A disk that takes no writing (F32, F33): what stands in the file serves all the
//! same, and changes are refused until there is room again.

use std::io::ErrorKind;
use std::sync::Mutex;

use zeroize::Zeroizing;

use super::*;

/// A store in memory on a disk that refuses to be written.
#[derive(Clone, Default)]
struct OnDisk {
    inner: MemoryStore,
    refuses: Arc<Mutex<Option<ErrorKind>>>,
    writes: Arc<std::sync::atomic::AtomicUsize>,
}

impl OnDisk {
    fn turn(&self, refuses: Option<ErrorKind>) {
        *self.refuses.lock().unwrap() = refuses;
    }

    fn writing(&self) -> Result<(), SecretStoreError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        match *self.refuses.lock().unwrap() {
            None => Ok(()),
            Some(kind) => Err(SecretStoreError::Io {
                action: "write",
                path: "vault.age".into(),
                source: kind.into(),
            }),
        }
    }

    fn open(&self, kind: VaultKind, folder: &Path) -> Result<Vault, VaultError> {
        Vault::open_over(shared(self), kind, &options(folder, VaultChoice::Auto))
    }
}

impl SecretStore for OnDisk {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }

    fn availability(&self) -> Availability {
        Availability::Ready
    }

    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.inner.read(item)
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        self.writing()?;
        self.inner.write(item, bytes)
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.writing()?;
        self.inner.delete(item)
    }
}

#[test]
fn what_is_in_the_file_is_read_where_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    for refusal in [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::ReadOnlyFilesystem,
    ] {
        let disk = OnDisk::default();
        let wanted = keys(3);
        let vault = disk.open(VaultKind::File, folder.path()).unwrap();
        assert_eq!(vault.warning(), None);
        vault.add(&wanted).unwrap();
        vault.set_token(&SecretString::from("hush-hush")).unwrap();

        disk.turn(Some(refusal));
        let vault = disk.open(VaultKind::File, folder.path()).unwrap();
        assert_eq!(vault.state(), VaultState::Ready, "{refusal}");
        let warning = vault.warning().unwrap();
        assert!(warning.contains("full or read-only"), "{warning}");
        for _ in 0..2 {
            let contents = vault.load().unwrap();
            assert_eq!(exposed(&contents), expected(&wanted), "{refusal}");
            assert_eq!(token_of(&contents), Some("hush-hush"));
            assert_eq!(vault.probe(), VaultState::Ready);
            let refused = vault.add(&keys(1)).unwrap_err();
            assert!(matches!(refused, VaultError::Io { .. }), "{refused}");
        }

        disk.turn(None);
        vault.add(&keys(1)).unwrap();
        assert_eq!(vault.load().unwrap().keys.len(), 4, "{refusal}");
        assert_eq!(vault.state(), VaultState::Ready);
    }
}

/// A store that was not tested when it was opened is tested before it is changed,
/// and not for being read.
#[test]
fn the_test_is_made_up_for_before_the_first_change() {
    let folder = tempfile::tempdir().unwrap();
    let disk = OnDisk::default();
    disk.turn(Some(ErrorKind::StorageFull));
    let vault = disk.open(VaultKind::File, folder.path()).unwrap();
    disk.turn(None);
    let writes = || disk.writes.swap(0, Ordering::SeqCst);
    writes();
    vault.load().unwrap();
    assert_eq!(vault.probe(), VaultState::Ready);
    assert_eq!(writes(), 0);
    vault.add(&keys(1)).unwrap();
    assert_eq!(writes(), 3, "the test's item, its removal, and the bundle");
    vault.add(&keys(1)).unwrap();
    assert_eq!(writes(), 1);
}

/// Only for the file: a keychain that cannot be written may lose what it is told.
/// And only for want of room: other failures may be the file's own.
#[test]
fn other_stores_and_other_failures_refuse_to_open() {
    let folder = tempfile::tempdir().unwrap();
    let disk = OnDisk::default();
    disk.turn(Some(ErrorKind::StorageFull));
    disk.open(VaultKind::Keychain, folder.path()).unwrap_err();
    disk.turn(Some(ErrorKind::PermissionDenied));
    disk.open(VaultKind::File, folder.path()).unwrap_err();
}
