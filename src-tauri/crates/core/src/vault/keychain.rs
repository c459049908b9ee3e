//! The platform's keychain through the `keyring` crate.
//!
//! On Linux each store has a session of its own with the Secret Service: one that
//! is kept would be void as soon as the daemon restarts.

use std::cell::OnceCell;

use keyring::Entry;
use zeroize::Zeroizing;

use super::VaultKind;
#[cfg(not(windows))]
use super::secret_store::MAX_ITEM_BYTES;
use super::secret_store::{Availability, SecretStore, SecretStoreError};

const SERVICE: &str = "flowkeep";
/// The Credential Manager takes 2,560 bytes; half a kilobyte is left free (S21).
#[cfg(windows)]
const MAX_ITEM_BYTES: usize = 2_000;

/// The items of one installation.
pub(super) struct KeychainStore {
    install_id: String,
    session: OnceCell<platform::Session>,
}

impl KeychainStore {
    /// Nothing is asked before the first call.
    pub(super) fn new(install_id: String) -> Self {
        Self {
            install_id,
            session: OnceCell::new(),
        }
    }

    fn entry(&self, item: &str) -> Result<Entry, SecretStoreError> {
        let session = if let Some(session) = self.session.get() {
            session
        } else {
            let opened = platform::Session::open().map_err(|error| decode(item, error))?;
            self.session.get_or_init(|| opened)
        };
        let user = format!("{}/{item}", self.install_id);
        session
            .entry(SERVICE, &user)
            .map_err(|error| decode(item, error))
    }
}

impl SecretStore for KeychainStore {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    fn max_item_bytes(&self) -> usize {
        MAX_ITEM_BYTES
    }

    fn availability(&self) -> Availability {
        platform::availability()
    }

    fn unlock(&self) -> Result<(), SecretStoreError> {
        platform::unlock()
    }

    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        match self.entry(item)?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(decode(item, error)),
        }
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        self.entry(item)?
            .set_secret(bytes)
            .map_err(|error| match error {
                keyring::Error::TooLong(..) => SecretStoreError::TooLarge {
                    item: item.to_owned(),
                    bytes: bytes.len(),
                },
                other => decode(item, other),
            })
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        match self.entry(item)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(decode(item, error)),
        }
    }
}

/// Drops whatever the error carries of the item: it may hold its bytes.
fn decode(item: &str, error: keyring::Error) -> SecretStoreError {
    match error {
        keyring::Error::NoStorageAccess(_) => SecretStoreError::Locked,
        keyring::Error::NoDefaultStore => {
            SecretStoreError::Absent("this build has no platform store".to_owned())
        }
        keyring::Error::PlatformFailure(source) => SecretStoreError::Platform(source),
        // `NoEntry` where an entry must be, damaged contents, or several of a name.
        _ => SecretStoreError::Unreadable {
            item: item.to_owned(),
        },
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod platform {
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring::Entry;
    use keyring_core::api::CredentialStoreApi as _;
    use zbus_secret_service_keyring_store::Store;

    use crate::vault::secret_service;
    use crate::vault::secret_store::{Availability, SecretStoreError};

    /// A session with the Secret Service.
    pub(super) struct Session(Arc<Store>);

    impl Session {
        pub(super) fn open() -> keyring::Result<Self> {
            Store::new().map(Self)
        }

        pub(super) fn entry(&self, service: &str, user: &str) -> keyring::Result<Entry> {
            let label = format!("Flowkeep keys ({user})");
            let modifiers = HashMap::from([("label", label.as_str())]);
            let inner = self.0.build(service, user, Some(&modifiers))?;
            Ok(Entry { inner })
        }
    }

    pub(super) fn availability() -> Availability {
        secret_service::availability()
    }

    pub(super) fn unlock() -> Result<(), SecretStoreError> {
        secret_service::unlock().map_err(|error| SecretStoreError::Platform(Box::new(error)))
    }
}

#[cfg(any(windows, target_os = "macos"))]
mod platform {
    use keyring::Entry;

    use crate::vault::secret_store::{Availability, SecretStoreError};

    /// The store is the process's own; there is nothing to open.
    pub(super) struct Session;

    impl Session {
        pub(super) fn open() -> keyring::Result<Self> {
            Ok(Self)
        }

        pub(super) fn entry(&self, service: &str, user: &str) -> keyring::Result<Entry> {
            Entry::new(service, user)
        }
    }

    /// Refuses the stores in memory that a wrong build falls back to (S19).
    pub(super) fn availability() -> Availability {
        if let Err(error) = Entry::store_status() {
            return Availability::Absent(error.to_string());
        }
        match keyring_core::get_default_store() {
            Some(store) if !is_made_up(&store.vendor()) => Availability::Ready,
            _ => Availability::Absent("this build has no platform store".to_owned()),
        }
    }

    fn is_made_up(vendor: &str) -> bool {
        let vendor = vendor.to_ascii_lowercase();
        vendor.contains("mock") || vendor.contains("sample")
    }

    /// The system asks by itself when an item is read.
    pub(super) fn unlock() -> Result<(), SecretStoreError> {
        Ok(())
    }
}
