//! Runs one operation on the store, on a thread that can be left behind.
//!
//! A locked Secret Service or a dialog can hold a call for ever (D4). So each
//! operation has its own thread and its own store, and the caller goes on when no
//! call has returned for as long as the deadline. A thread that is left behind
//! does no further change when its call returns after all. At most
//! [`MAX_LEFT_BEHIND`] exist; then operations fail at once until one returns.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::secret_store::{Availability, SecretStore, SecretStoreError, StoreFactory};
use super::{VaultError, VaultKind};
use crate::private;

/// Threads in calls that do not return.
pub(super) const MAX_LEFT_BEHIND: usize = 4;
const LOCK_POLL: Duration = Duration::from_millis(10);

/// Where and how operations run.
pub(super) struct Operations {
    pub(super) kind: VaultKind,
    pub(super) factory: StoreFactory,
    /// Held over every change, also against other processes.
    pub(super) lock_file: PathBuf,
    /// How long one call of the store may take.
    pub(super) deadline: Duration,
    pub(super) left_behind: Arc<AtomicUsize>,
    /// Reads of items since the start (S22).
    pub(super) reads: Arc<AtomicU64>,
}

impl Operations {
    /// Runs `job` and waits for it, at most the deadline after its last progress.
    pub(super) fn run<T, F>(&self, job: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Desk) -> Result<T, VaultError> + Send + 'static,
    {
        let started = self.start(job)?;
        let mut seen = started.progress.calls();
        loop {
            match started.done.recv_timeout(self.deadline) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) if started.progress.calls() != seen => {
                    seen = started.progress.calls();
                }
                Err(_) => return self.give_up(&started),
            }
        }
    }

    /// Starts `job` and waits for it at most the deadline, however it progresses.
    pub(super) fn run_briefly<T, F>(&self, job: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Desk) -> Result<T, VaultError> + Send + 'static,
    {
        let started = self.start(job)?;
        started
            .done
            .recv_timeout(self.deadline)
            .unwrap_or_else(|_| self.give_up(&started))
    }

    fn give_up<T>(&self, started: &Started<T>) -> Result<T, VaultError> {
        if started.progress.leave_behind(&self.left_behind) {
            return Err(self.timed_out());
        }
        // It has finished and is about to say so, unless it panicked.
        let last_word = started.done.recv_timeout(self.deadline);
        last_word.unwrap_or_else(|_| Err(self.timed_out()))
    }

    fn start<T, F>(&self, job: F) -> Result<Started<T>, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Desk) -> Result<T, VaultError> + Send + 'static,
    {
        if self.left_behind.load(Ordering::SeqCst) >= MAX_LEFT_BEHIND {
            return Err(self.timed_out());
        }
        let progress = Arc::new(Progress::default());
        let mut desk = Desk {
            factory: Arc::clone(&self.factory),
            store: None,
            lock_file: self.lock_file.clone(),
            patience: self.deadline.mul_f32(0.9),
            reads: Arc::clone(&self.reads),
            progress: Arc::clone(&progress),
            left_behind: Arc::clone(&self.left_behind),
        };
        let (sender, done) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("vault".to_owned())
            .spawn(move || {
                let result = job(&mut desk);
                // Gives the lock free before the caller goes on.
                drop(desk);
                // A caller that has gone does not want the result.
                let _ = sender.send(result);
            })
            .map_err(|source| VaultError::Io {
                action: "start a thread for",
                path: self.lock_file.clone(),
                source,
            })?;
        Ok(Started { done, progress })
    }

    fn timed_out(&self) -> VaultError {
        VaultError::TimedOut {
            kind: self.kind,
            seconds: self.deadline.as_secs(),
        }
    }
}

struct Started<T> {
    done: mpsc::Receiver<Result<T, VaultError>>,
    progress: Arc<Progress>,
}

/// What an operation works at: its store, the lock, and the watch over both.
pub(super) struct Desk {
    factory: StoreFactory,
    store: Option<Box<dyn SecretStore>>,
    lock_file: PathBuf,
    patience: Duration,
    reads: Arc<AtomicU64>,
    progress: Arc<Progress>,
    left_behind: Arc<AtomicUsize>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.store = None;
        self.progress.finish(&self.left_behind);
    }
}

impl Desk {
    /// Waits until no other operation changes the vault, here or elsewhere.
    pub(super) fn lock(&mut self) -> Result<(), VaultError> {
        let failed = |source| VaultError::Io {
            action: "lock",
            path: self.lock_file.clone(),
            source,
        };
        let file = private::open_or_create(&self.lock_file).map_err(failed)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if start.elapsed() > self.patience => {
                    return Err(VaultError::Busy);
                }
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_POLL),
            }
        }
        // What was read before may have changed since.
        self.store = None;
        self.progress.hold(file);
        Ok(())
    }

    /// Lets others change the vault again.
    pub(super) fn release(&mut self) {
        self.progress.phase().lock = None;
    }

    /// Forgets the store, so that the next call sees what others see.
    pub(super) fn reopen(&mut self) {
        self.store = None;
    }

    pub(super) fn availability(&mut self) -> Result<Availability, SecretStoreError> {
        self.call(false, |store| Ok(store.availability()))
    }

    pub(super) fn max_item_bytes(&mut self) -> Result<usize, SecretStoreError> {
        self.call(false, |store| Ok(store.max_item_bytes()))
    }

    pub(super) fn read(
        &mut self,
        item: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.read_uncounted(item)
    }

    /// Reads without counting; for the self-test, whose item never asks the user.
    pub(super) fn read_uncounted(
        &mut self,
        item: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.call(false, |store| store.read(item))
    }

    pub(super) fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        self.call(true, |store| store.write(item, bytes))
    }

    pub(super) fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.call(true, |store| store.delete(item))
    }

    pub(super) fn commit(&mut self) -> Result<(), SecretStoreError> {
        self.call(true, SecretStore::commit)
    }

    pub(super) fn unlock(&mut self) -> Result<(), SecretStoreError> {
        self.call(false, |store| store.unlock())
    }

    /// Fails when the caller has gone: what was begun is then taken back.
    pub(super) fn check_caller(&self) -> Result<(), SecretStoreError> {
        match self.progress.phase().stage {
            Stage::LeftBehind => Err(SecretStoreError::LeftBehind),
            Stage::Running | Stage::Finished => Ok(()),
        }
    }

    fn call<T>(
        &mut self,
        changes: bool,
        call: impl FnOnce(&mut dyn SecretStore) -> Result<T, SecretStoreError>,
    ) -> Result<T, SecretStoreError> {
        let store = match &mut self.store {
            Some(store) => store,
            vacant => vacant.insert((self.factory)()?),
        };
        self.progress.begin(changes)?;
        let result = call(store.as_mut());
        self.progress.end();
        result
    }
}

#[derive(Default)]
struct Progress {
    /// Calls of the store that returned.
    calls: AtomicU64,
    phase: Mutex<Phase>,
}

#[derive(Default)]
struct Phase {
    stage: Stage,
    /// A call that changes something has not returned.
    changing: bool,
    /// Closing it gives the lock free.
    lock: Option<File>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Running,
    Finished,
    LeftBehind,
}

impl Progress {
    fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Without the lock nothing is changed: whoever was left behind may not.
    fn begin(&self, changes: bool) -> Result<(), SecretStoreError> {
        let mut phase = self.phase();
        if changes && phase.lock.is_none() {
            return Err(SecretStoreError::LeftBehind);
        }
        phase.changing = changes;
        Ok(())
    }

    fn end(&self) {
        self.phase().changing = false;
        self.calls.fetch_add(1, Ordering::SeqCst);
    }

    fn hold(&self, lock: File) {
        let mut phase = self.phase();
        // The caller left while we waited for the lock: nobody would free it.
        if phase.stage == Stage::Running {
            phase.lock = Some(lock);
        }
    }

    fn finish(&self, left_behind: &AtomicUsize) {
        let mut phase = self.phase();
        if phase.stage == Stage::LeftBehind {
            left_behind.fetch_sub(1, Ordering::SeqCst);
        }
        phase.stage = Stage::Finished;
        phase.lock = None;
    }

    /// False when it has finished meanwhile.
    fn leave_behind(&self, left_behind: &AtomicUsize) -> bool {
        let mut phase = self.phase();
        if phase.stage != Stage::Running {
            return false;
        }
        phase.stage = Stage::LeftBehind;
        left_behind.fetch_add(1, Ordering::SeqCst);
        // A read that hangs must not stop changes for ever. A write that hangs
        // must: it would land on top of them when it comes through at last.
        if !phase.changing {
            phase.lock = None;
        }
        true
    }
}
