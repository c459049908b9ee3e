//! The secrets: API keys and the default client token (D3, D4).
//!
//! Guarantees: no call blocks longer than its deadline, whatever the keychain
//! does; a bundle that cannot be read is never overwritten, the others serve
//! (S19); what is written is never plain text, but in [`VaultKind::Memory`].
//! Keeps no key in memory itself, and knows nothing of labels, accounts or the
//! database: whoever loads decides what a missing key means.
//!
//! ```text
//! Vault ─ Operations: a thread and a store per call, deadlines, the lock
//!          └ Shelf: bundles ─ SecretStore: keychain, file, memory
//! ```

mod bundle;
mod error;
mod file;
mod index;
mod keychain;
mod kind;
mod memory;
mod open;
mod operation;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
mod secret_store;
mod self_test;
mod shelf;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

pub use error::VaultError;
pub use kind::{UnknownVault, VaultChoice, VaultKind};
pub use memory::MemoryStore;
pub use open::VaultOptions;
pub use secret_store::{Availability, MAX_ITEM_BYTES, SecretStore, SecretStoreError, StoreFactory};

use crate::model::{ApiKey, KeyId};
use index::Index;
use operation::{Desk, Operations};
use shelf::Shelf;

/// Whether the vault can be read and changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultState {
    /// It answers.
    Ready,
    /// It waits for the user's password; see [`Vault::try_unlock`].
    Locked,
    /// It does not answer; what was loaded before stays usable (F42).
    Unavailable,
}

/// Everything in the vault.
#[derive(Clone, Debug, Default)]
pub struct VaultContents {
    /// Every key that could be read.
    pub keys: Vec<(KeyId, ApiKey)>,
    /// The default client token, once there is one.
    pub token: Option<SecretString>,
    /// Numbers of bundles that cannot be read; their keys are unreadable (S19).
    pub unreadable_bundles: Vec<u32>,
}

/// The handle to the vault; clones share it.
///
/// Methods block, at most for the deadline after the last sign of life of the
/// store: call them where blocking is allowed.
#[derive(Clone)]
pub struct Vault(Arc<Shared>);

struct Shared {
    operations: Operations,
    warning: Option<String>,
    state: Mutex<VaultState>,
    index: Mutex<Index>,
    /// Whether the store has passed its test, which a locked one cannot.
    tested: Arc<AtomicBool>,
    /// The user is being asked for the password.
    asking: Arc<AtomicBool>,
}

impl Vault {
    /// Which store is in use.
    #[must_use]
    pub fn kind(&self) -> VaultKind {
        self.0.operations.kind
    }

    /// The state as last seen; [`Vault::probe`] looks again.
    #[must_use]
    pub fn state(&self) -> VaultState {
        *held(&self.0.state)
    }

    /// What the user should know about the choice of the store.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.0.warning.clone()
    }

    /// How many bundles there are, as last seen; the hint for the next start.
    #[must_use]
    pub fn bundle_count(&self) -> u32 {
        held(&self.0.index).count()
    }

    /// How many items were read since the start, without the self-test (S22).
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.0.operations.reads.load(Ordering::Relaxed)
    }

    /// Looks whether the store answers; asks nobody for a password.
    #[must_use]
    pub fn probe(&self) -> VaultState {
        // The outcome is the state that `attend` notes.
        let _ = self.attend(false, |_| Ok(()));
        self.state()
    }

    /// Lets the system ask the user for the password, unless it already does.
    ///
    /// Returns after the deadline at the latest, also when the user still types:
    /// [`Vault::probe`] tells when they are done.
    #[must_use]
    pub fn try_unlock(&self) -> VaultState {
        if self.probe() == VaultState::Locked
            && let Some(question) = Question::begin(&self.0.asking)
        {
            let asked = self.0.operations.run_briefly(move |desk| {
                let answered = desk.unlock();
                drop(question);
                Ok(answered?)
            });
            if let Err(error) = asked {
                tracing::debug!(%error, "the vault was not unlocked yet");
            }
        }
        self.probe()
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When the store is locked, absent or too slow. A damaged bundle is no
    /// error: see [`VaultContents::unreadable_bundles`].
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone is not general enough over its lifetime"
    )]
    pub fn load(&self) -> Result<VaultContents, VaultError> {
        self.on_shelf(false, |shelf| shelf.load())
    }

    /// Keeps keys; answers the number of each one's bundle, in the same order.
    ///
    /// # Errors
    /// As [`Vault::load`], and when a key fits no item. Then nothing was added,
    /// as far as the store can take back what it has written.
    pub fn add(&self, keys: &[(KeyId, ApiKey)]) -> Result<Vec<(KeyId, u32)>, VaultError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = keys.to_vec();
        let places = self.on_shelf(true, move |shelf| shelf.add(&wanted))?;
        let ids = keys.iter().map(|(id, _)| id.clone());
        Ok(ids.zip(places).collect())
    }

    /// Removes keys; ids that are not there are fine.
    ///
    /// # Errors
    /// As [`Vault::load`]. Keys in a damaged bundle stay in it.
    pub fn remove(&self, ids: &[KeyId]) -> Result<(), VaultError> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids = ids.to_vec();
        self.on_shelf(true, move |shelf| shelf.remove(&ids))
    }

    /// The default client token, or `token` from now on where there is none. Of two
    /// processes that start together one is first, and both answer its token.
    ///
    /// # Errors
    /// As [`Vault::add`].
    pub fn token_or(&self, token: SecretString) -> Result<SecretString, VaultError> {
        self.on_shelf(true, move |shelf| shelf.token_or(token))
    }

    /// Keeps the default client token in place of the former one.
    ///
    /// # Errors
    /// As [`Vault::add`].
    pub fn set_token(&self, token: &SecretString) -> Result<(), VaultError> {
        let token = token.clone();
        self.on_shelf(true, move |shelf| shelf.set_token(&token))
    }

    /// Runs `work` on the bundles, under the lock when it changes them.
    fn on_shelf<T: Send + 'static>(
        &self,
        changes: bool,
        work: impl FnOnce(&mut Shelf<'_>) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let index = held(&self.0.index).clone();
        let (result, index) = self.attend(changes, move |desk| {
            if changes {
                desk.lock()?;
            }
            let mut bundles = Shelf::new(desk, index);
            let result = work(&mut bundles)?;
            Ok((result, bundles.into_index()))
        })?;
        *held(&self.0.index) = index;
        Ok(result)
    }

    /// Runs `work` if the store is ready, and notes the state it was found in.
    ///
    /// A store that has not passed its test is tested first, but for reading the
    /// file: the test writes, and what stands in the file can be read on a disk
    /// that is full or closed to writing (F32, F33).
    fn attend<T: Send + 'static>(
        &self,
        changes: bool,
        work: impl FnOnce(&mut Desk) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let tests =
            !self.0.tested.load(Ordering::SeqCst) && (changes || self.kind() != VaultKind::File);
        let tested = Arc::clone(&self.0.tested);
        let result = self.0.operations.run(move |desk| {
            open::ready(desk)?;
            if tests {
                desk.lock()?;
                self_test::self_test(desk)?;
                desk.release();
                tested.store(true, Ordering::SeqCst);
            }
            let result = work(desk);
            match result {
                // Has the daemon died, or was it locked, in between (F42)?
                Err(VaultError::Platform(_)) => open::ready(desk).and(result),
                other => other,
            }
        });
        self.note(&result);
        result
    }

    fn note<T>(&self, result: &Result<T, VaultError>) {
        let state = match result {
            Err(VaultError::Locked) => VaultState::Locked,
            Err(
                VaultError::Absent { .. }
                | VaultError::TimedOut { .. }
                | VaultError::SelfTest(_)
                | VaultError::Platform(_)
                | VaultError::FileMode { .. }
                | VaultError::WrongPassphrase { .. }
                | VaultError::MissingKey { .. }
                | VaultError::Io { .. }
                | VaultError::Corrupt { .. },
            ) => VaultState::Unavailable,
            // Another process is at work: that says nothing about the store.
            Err(VaultError::Busy) => return,
            Ok(_) | Err(VaultError::TooLarge | VaultError::Malformed) => VaultState::Ready,
        };
        *held(&self.0.state) = state;
    }
}

/// Exists while the user is asked; there is one at a time.
struct Question(Arc<AtomicBool>);

impl Question {
    fn begin(asking: &Arc<AtomicBool>) -> Option<Self> {
        let asks_already = asking.swap(true, Ordering::SeqCst);
        (!asks_already).then(|| Self(Arc::clone(asking)))
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("kind", &self.kind())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
