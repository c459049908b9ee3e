//! The seam between the vault and what keeps its bytes.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::VaultKind;

/// The most bytes in one item, but for the Credential Manager (S21).
pub const MAX_ITEM_BYTES: usize = 16 * 1024;

/// Whether a store would answer now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It reads and writes.
    Ready,
    /// It is there, and waits for the user's password.
    Locked,
    /// It is not there; says why.
    Absent(String),
}

/// Why a store did not do what it was asked; never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretStoreError {
    /// It waits for the user's password.
    #[error("the keychain is locked")]
    Locked,
    /// There is none.
    #[error("no keychain: {0}")]
    Absent(String),
    /// This one item cannot be read; others may.
    #[error("item {item} cannot be read")]
    Unreadable {
        /// The item's name.
        item: String,
    },
    /// An item is longer than the store takes.
    #[error("item {item} has {bytes} bytes, more than the store takes")]
    TooLarge {
        /// The item's name.
        item: String,
        /// Its length.
        bytes: usize,
    },
    /// Others can read a file that only its owner may.
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
    /// A file is not what it should be.
    #[error("{} is damaged: restore it from a backup or move it away", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
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
    /// Nobody waits for this operation any more.
    #[error("the operation came too late")]
    LeftBehind,
    /// The platform's store failed.
    #[error("the keychain failed")]
    Platform(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A place for a few small items, each a name and bytes.
///
/// Used by one operation at a time; calls may block, since they run on a thread
/// that the vault can do without.
pub trait SecretStore: Send + 'static {
    /// Which one this is.
    fn kind(&self) -> VaultKind;

    /// The most bytes an item may have.
    fn max_item_bytes(&self) -> usize {
        MAX_ITEM_BYTES
    }

    /// Whether it would answer now; asks nobody for a password.
    fn availability(&self) -> Availability;

    /// Asks the user to unlock it, and waits as long as they think.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn unlock(&self) -> Result<(), SecretStoreError> {
        Ok(())
    }

    /// The bytes of an item; `None` when there is none of this name.
    ///
    /// # Errors
    /// When the store or the item cannot be read.
    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError>;

    /// Creates or replaces an item.
    ///
    /// # Errors
    /// When it is too large or the store cannot be written.
    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError>;

    /// Removes an item; one that is missing is fine.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError>;

    /// Makes what was written last; nothing to do where every write does already.
    ///
    /// # Errors
    /// When it cannot be written: then nothing of it was.
    fn commit(&mut self) -> Result<(), SecretStoreError> {
        Ok(())
    }
}

/// Opens the store anew, for one operation.
pub type StoreFactory =
    std::sync::Arc<dyn Fn() -> Result<Box<dyn SecretStore>, SecretStoreError> + Send + Sync>;
