//! What can go wrong with the vault; every message says what to do.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::secret_store::SecretStoreError;

/// Why the vault did not do what it was asked; never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The keychain waits for the user's password.
    #[error("the keychain is locked: unlock it and try again")]
    Locked,
    /// There is no keychain.
    #[error(
        "no keychain answers ({reason}): start one (on Linux a Secret Service such as \
         gnome-keyring or KWallet), or choose --vault file for an encrypted file"
    )]
    Absent {
        /// What was seen.
        reason: String,
    },
    /// The store did not answer in time.
    #[error("the {kind} vault did not answer within {seconds} s: try again or choose --vault file")]
    TimedOut {
        /// The store.
        kind: super::VaultKind,
        /// How long it was given.
        seconds: u64,
    },
    /// A change of another process, or one that hangs, is not finished.
    #[error("the vault is being changed by another process: try again")]
    Busy,
    /// Others can read a file of the vault.
    #[error("others can read {} (mode {mode:o}): run chmod 600 {}", path.display(), path.display())]
    FileMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The passphrase is missing or another one.
    #[error("{} does not open: check FLOWKEEP_VAULT_PASSPHRASE", path.display())]
    WrongPassphrase {
        /// The file that the passphrase protects.
        path: PathBuf,
    },
    /// There is a vault and no key to it.
    #[error("{} is missing, without it {} stays closed: restore it from a backup", key.display(), vault.display())]
    MissingKey {
        /// The key file.
        key: PathBuf,
        /// The vault file.
        vault: PathBuf,
    },
    /// What stands in the vault cannot be read.
    #[error("{item} of the vault is damaged: restore it from a backup or move it away")]
    Corrupt {
        /// A file or an item.
        item: String,
    },
    /// The store loses or changes what is given to it.
    #[error("the vault failed its test at start ({0}): choose --vault file")]
    SelfTest(&'static str),
    /// A secret that no item can hold.
    #[error("a secret is too long for the vault")]
    TooLarge,
    /// A secret or an id with characters that cannot be stored.
    #[error("a secret or id has characters that the vault cannot store")]
    Malformed,
    /// The file system failed.
    #[error("{action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The platform's store failed.
    #[error("the keychain failed: see that it runs and try again")]
    Platform(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl VaultError {
    /// Whether only writing failed, for want of room or because the disk is closed
    /// to it.
    pub(super) fn is_no_room(&self) -> bool {
        matches!(self, Self::Io { source, .. } if matches!(
            source.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem
        ))
    }
}

impl From<SecretStoreError> for VaultError {
    fn from(error: SecretStoreError) -> Self {
        match error {
            SecretStoreError::Locked => Self::Locked,
            SecretStoreError::Absent(reason) => Self::Absent { reason },
            SecretStoreError::Unreadable { item } => Self::Corrupt { item },
            SecretStoreError::TooLarge { .. } => Self::TooLarge,
            SecretStoreError::FileMode { path, mode } => Self::FileMode { path, mode },
            SecretStoreError::WrongPassphrase { path } => Self::WrongPassphrase { path },
            SecretStoreError::MissingKey { key, vault } => Self::MissingKey { key, vault },
            SecretStoreError::Damaged { path } => Self::Corrupt {
                item: path.display().to_string(),
            },
            SecretStoreError::Io {
                action,
                path,
                source,
            } => Self::Io {
                action,
                path,
                source,
            },
            SecretStoreError::LeftBehind => Self::Busy,
            SecretStoreError::Platform(source) => Self::Platform(source),
        }
    }
}
