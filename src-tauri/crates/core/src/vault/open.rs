//! Opening the vault: which store, and whether it can be trusted.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;

use super::file::VaultFile;
use super::index::Index;
use super::keychain::KeychainStore;
use super::memory::MemoryStore;
use super::operation::{Desk, Operations};
use super::secret_store::{Availability, SecretStore, StoreFactory};
use super::{Shared, Vault, VaultChoice, VaultError, VaultKind, VaultState, self_test};
use crate::private;

/// How long the store may keep us waiting at the start, and per call (S20).
const DEADLINE: Duration = Duration::from_millis(2_800);
const LOCK: &str = "vault.lock";

const STAYS: &str = "keys are kept in the encrypted file vault.age, which holds some already, \
     and not in the keychain: choose --vault keychain to use that";
const FALLS_BACK: &str = "no keychain answers: keys are kept in the encrypted file vault.age, \
     set FLOWKEEP_VAULT_PASSPHRASE to protect it with a passphrase";
const READ_ONLY: &str = "the disk of the data folder is full or read-only: keys can be used, and none \
     can be added or removed until it can be written again";
const OUT_OF_REACH: &str = "no keychain answers: keys that are kept there cannot be used until \
     it does, new ones are kept in the encrypted file vault.age";

/// How to open the vault.
pub struct VaultOptions {
    /// Which store to use.
    pub choice: VaultChoice,
    /// Tells installations apart that share one keychain.
    pub install_id: String,
    /// Where `vault.age`, `vault.key` and the lock are.
    pub data_dir: PathBuf,
    /// Protects `vault.key`.
    pub passphrase: Option<SecretString>,
    /// Bundles that must exist according to the database.
    pub bundle_count_hint: u32,
}

/// What the vault is opened under.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) deadline: Duration,
    pub(super) warning: Option<&'static str>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            deadline: DEADLINE,
            warning: None,
        }
    }
}

impl Vault {
    /// Opens the vault, within three seconds, and tests the store.
    ///
    /// A locked keychain opens in [`VaultState::Locked`] and is tested when it
    /// is first used. `Auto` stays with a `vault.age` that holds something, so
    /// that keys added without a keychain do not seem lost when there is one.
    ///
    /// # Errors
    /// When the store asked for is absent or fails its test; `Auto` only fails
    /// when the file does too.
    pub fn open(options: &VaultOptions) -> Result<Self, VaultError> {
        let file = VaultFile::of(&options.data_dir, options.passphrase.clone());
        match options.choice {
            VaultChoice::Memory => {
                let store = MemoryStore::default();
                let factory: StoreFactory = Arc::new(move || Ok(Box::new(store.clone())));
                Self::open_over(factory, VaultKind::Memory, options)
            }
            VaultChoice::File => open_file(file, options, None),
            VaultChoice::Keychain => open_keychain(options),
            VaultChoice::Auto if file.exists() => open_file(file, options, Some(STAYS)),
            VaultChoice::Auto => match open_keychain(options) {
                Ok(vault) => Ok(vault),
                Err(reason) => {
                    tracing::debug!(error = %reason, "the keychain cannot be used");
                    let had_keys = options.bundle_count_hint > 0;
                    let warning = if had_keys { OUT_OF_REACH } else { FALLS_BACK };
                    open_file(file, options, Some(warning))
                }
            },
        }
    }

    /// Opens the vault over a store of the caller's making.
    ///
    /// # Errors
    /// When the store is absent or fails its test.
    pub fn open_over(
        factory: StoreFactory,
        kind: VaultKind,
        options: &VaultOptions,
    ) -> Result<Self, VaultError> {
        Self::open_with(factory, kind, options, Terms::default())
    }

    pub(super) fn open_with(
        factory: StoreFactory,
        kind: VaultKind,
        options: &VaultOptions,
        terms: Terms,
    ) -> Result<Self, VaultError> {
        private::ensure_folder(&options.data_dir).map_err(|source| VaultError::Io {
            action: "create",
            path: options.data_dir.clone(),
            source,
        })?;
        let tested = Arc::new(AtomicBool::new(false));
        let mut shared = Shared {
            operations: Operations {
                kind,
                factory,
                lock_file: options.data_dir.join(LOCK),
                deadline: terms.deadline,
                left_behind: Arc::default(),
                reads: Arc::default(),
            },
            warning: terms.warning.map(str::to_owned),
            state: Mutex::new(VaultState::Ready),
            index: Mutex::new(Index::hinted(options.bundle_count_hint)),
            tested: Arc::clone(&tested),
            asking: Arc::default(),
        };
        let mut result = shared.operations.run_briefly(move |desk| {
            ready(desk)?;
            desk.lock()?;
            self_test::self_test(desk)?;
            tested.store(true, Ordering::SeqCst);
            Ok(())
        });
        if kind == VaultKind::File && result.as_ref().is_err_and(VaultError::is_no_room) {
            // It was opened and decrypted before the test came to write.
            shared.warning = Some(READ_ONLY.to_owned());
            result = Ok(());
        }
        let vault = Self(Arc::new(shared));
        vault.note(&result);
        match result {
            // Tested when it is first used, and known to work by who uses it now.
            Ok(()) | Err(VaultError::Locked | VaultError::Busy) => Ok(vault),
            Err(error) => Err(error),
        }
    }
}

/// Fails with what keeps the store from answering.
pub(super) fn ready(desk: &mut Desk) -> Result<(), VaultError> {
    match desk.availability()? {
        Availability::Ready => Ok(()),
        Availability::Locked => Err(VaultError::Locked),
        Availability::Absent(reason) => Err(VaultError::Absent { reason }),
    }
}

fn open_keychain(options: &VaultOptions) -> Result<Vault, VaultError> {
    let install_id = options.install_id.clone();
    let factory: StoreFactory =
        Arc::new(move || Ok(Box::new(KeychainStore::new(install_id.clone()))));
    Vault::open_with(factory, VaultKind::Keychain, options, Terms::default())
}

fn open_file(
    file: VaultFile,
    options: &VaultOptions,
    warning: Option<&'static str>,
) -> Result<Vault, VaultError> {
    let factory: StoreFactory = Arc::new(move || {
        file.open()
            .map(|store| Box::new(store) as Box<dyn SecretStore>)
    });
    let terms = Terms {
        warning,
        ..Terms::default()
    };
    Vault::open_with(factory, VaultKind::File, options, terms)
}
