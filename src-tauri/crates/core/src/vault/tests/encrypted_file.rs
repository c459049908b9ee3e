//! The file vault on a temporary folder.

use super::*;

fn with_passphrase(folder: &Path, passphrase: &str) -> VaultOptions {
    VaultOptions {
        passphrase: Some(SecretString::from(passphrase)),
        ..options(folder, VaultChoice::File)
    }
}

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn keys_survive_a_restart_and_are_not_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = keys(500);
    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    assert_eq!((vault.kind(), vault.warning()), (VaultKind::File, None));
    vault.add(&wanted).unwrap();
    vault.set_token(&SecretString::from("hush-hush")).unwrap();

    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    let contents = vault.load().unwrap();
    assert_eq!(exposed(&contents), expected(&wanted));
    assert_eq!(token_of(&contents), Some("hush-hush"));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!contains(&bytes, b"sk-test") && !contains(&bytes, b"hush-hush"));
    }
}

#[test]
fn a_running_process_sees_what_another_one_adds() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    assert!(gateway.load().unwrap().keys.is_empty());
    let command = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    let (one, other) = (keys(1), keys(2));
    command.add(&one).unwrap();
    gateway.add(&other).unwrap();
    let all: Vec<_> = one.iter().chain(&other).cloned().collect();
    assert_eq!(exposed(&command.load().unwrap()), expected(&all));
    assert_eq!(exposed(&gateway.load().unwrap()), expected(&all));
}

#[test]
fn the_passphrase_protects_the_key_file() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = keys(3);
    let vault = Vault::open(&with_passphrase(folder.path(), "right")).unwrap();
    vault.add(&wanted).unwrap();
    assert!(!contains(
        &bytes(folder.path(), "vault.key"),
        b"AGE-SECRET-KEY"
    ));

    for wrong in [
        with_passphrase(folder.path(), "wrong"),
        with_passphrase(folder.path(), ""),
        options(folder.path(), VaultChoice::File),
    ] {
        let refused = Vault::open(&wrong).unwrap_err();
        assert!(
            matches!(refused, VaultError::WrongPassphrase { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("FLOWKEEP_VAULT_PASSPHRASE"));
    }
    let vault = Vault::open(&with_passphrase(folder.path(), "right")).unwrap();
    assert_eq!(exposed(&vault.load().unwrap()), expected(&wanted));
}

#[test]
fn a_passphrase_that_comes_later_protects_the_key_file_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    vault.add(&keys(1)).unwrap();
    assert!(contains(
        &bytes(folder.path(), "vault.key"),
        b"AGE-SECRET-KEY"
    ));
    Vault::open(&with_passphrase(folder.path(), "later")).unwrap();
    assert!(!contains(
        &bytes(folder.path(), "vault.key"),
        b"AGE-SECRET-KEY"
    ));
    let vault = Vault::open(&with_passphrase(folder.path(), "later")).unwrap();
    assert_eq!(vault.load().unwrap().keys.len(), 1);
}

#[test]
fn a_lost_key_file_is_not_replaced_by_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    vault.add(&keys(1)).unwrap();
    std::fs::remove_file(folder.path().join("vault.key")).unwrap();
    let before = bytes(folder.path(), "vault.age");
    let refused = vault.add(&keys(1)).unwrap_err();
    assert!(matches!(refused, VaultError::MissingKey { .. }));
    let refused = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap_err();
    assert!(refused.to_string().contains("vault.key"), "{refused}");
    assert_eq!(bytes(folder.path(), "vault.age"), before);
    assert!(!folder.path().join("vault.key").exists());
}

#[test]
fn a_damaged_file_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    vault.add(&keys(5)).unwrap();
    let path = folder.path().join("vault.age");
    let mut damaged = bytes(folder.path(), "vault.age");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    crate::private::replace(&path, &damaged).unwrap();
    let refused = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap_err();
    assert!(matches!(refused, VaultError::Corrupt { .. }), "{refused}");
    assert_eq!(bytes(folder.path(), "vault.age"), damaged);
}

/// `auto` must not lose sight of keys when a keychain appears later.
#[test]
fn auto_stays_with_a_file_that_holds_something() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    vault.add(&keys(1)).unwrap();
    let vault = Vault::open(&options(folder.path(), VaultChoice::Auto)).unwrap();
    assert_eq!(vault.kind(), VaultKind::File);
    assert!(vault.warning().unwrap().contains("vault.age"));
    assert_eq!(vault.load().unwrap().keys.len(), 1);
}

#[cfg(unix)]
mod modes {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// S18: 0700 and 0600 for everything.
    #[test]
    fn everything_is_the_owners_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("data");
        let vault = Vault::open(&options(&folder, VaultChoice::File)).unwrap();
        vault.add(&keys(1)).unwrap();
        let names = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        for path in names.chain([folder.clone()]) {
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", path.display());
        }
    }

    /// S20 (d): a key that others can read is refused, with what to run.
    #[test]
    fn files_that_others_can_read_are_refused() {
        for name in ["vault.key", "vault.age"] {
            let folder = tempfile::tempdir().unwrap();
            let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
            vault.add(&keys(1)).unwrap();
            let path = folder.path().join(name);
            set_mode(&path, 0o644);
            let refused = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap_err();
            let wanted = format!("chmod 600 {}", path.display());
            assert!(matches!(refused, VaultError::FileMode { mode: 0o644, .. }));
            assert!(refused.to_string().contains(&wanted), "{refused}");
            set_mode(&path, 0o600);
            Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
        }
    }
}
