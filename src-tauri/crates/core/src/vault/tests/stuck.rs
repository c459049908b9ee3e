//! Stores that hang, fail or lie.

use std::sync::atomic::AtomicUsize;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::*;

const SHORT: Duration = Duration::from_millis(100);

/// What a call of the store does before it works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mood {
    Well,
    HangsOnRead,
    HangsOnWrite,
    FailsOnRead,
    FailsOnWrite,
    Locked,
    Absent,
}

/// A store in memory with moods; a hanging call goes on when the mood changes.
#[derive(Clone)]
struct Moody {
    inner: MemoryStore,
    mood: Arc<(Mutex<Mood>, Condvar)>,
    /// Writes that went well since the last change of mood.
    writes: Arc<AtomicUsize>,
    /// Writes that go well before `FailsOnWrite` begins.
    spared: usize,
}

impl Moody {
    fn new(limit: usize) -> Self {
        Self {
            inner: MemoryStore::limited(limit),
            mood: Arc::new((Mutex::new(Mood::Well), Condvar::new())),
            writes: Arc::default(),
            spared: 0,
        }
    }

    fn turn(&self, mood: Mood) {
        *self.mood.0.lock().unwrap() = mood;
        self.writes.store(0, Ordering::SeqCst);
        self.mood.1.notify_all();
    }

    fn mood(&self) -> Mood {
        *self.mood.0.lock().unwrap()
    }

    fn hang_while(&self, mood: Mood) {
        let held = self.mood.0.lock().unwrap();
        drop(self.mood.1.wait_while(held, |now| *now == mood).unwrap());
    }

    fn open(&self, folder: &Path) -> Result<Vault, VaultError> {
        let terms = Terms {
            deadline: SHORT,
            ..Terms::default()
        };
        let options = options(folder, VaultChoice::Keychain);
        Vault::open_with(shared(self), VaultKind::Keychain, &options, terms)
    }
}

fn failed() -> SecretStoreError {
    SecretStoreError::Platform("the bus is gone".into())
}

impl SecretStore for Moody {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    fn max_item_bytes(&self) -> usize {
        self.inner.max_item_bytes()
    }

    fn availability(&self) -> Availability {
        match self.mood() {
            Mood::Locked => Availability::Locked,
            Mood::Absent => Availability::Absent("nobody is there".to_owned()),
            _ => Availability::Ready,
        }
    }

    fn unlock(&self) -> Result<(), SecretStoreError> {
        self.hang_while(Mood::Locked);
        Ok(())
    }

    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.hang_while(Mood::HangsOnRead);
        if self.mood() == Mood::FailsOnRead && item == "bundle-1" {
            return Err(failed());
        }
        self.inner.read(item)
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        self.hang_while(Mood::HangsOnWrite);
        let before = self.writes.fetch_add(1, Ordering::SeqCst);
        if self.mood() == Mood::FailsOnWrite && before == self.spared {
            return Err(failed());
        }
        self.inner.write(item, bytes)
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.inner.delete(item)
    }
}

#[test]
fn a_hanging_read_ends_at_the_deadline_and_stops_nobody_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let store = Moody::new(2_000);
    let vault = store.open(folder.path()).unwrap();
    vault.add(&keys(5)).unwrap();
    store.turn(Mood::HangsOnRead);
    let start = Instant::now();
    let refused = vault.add(&keys(1)).unwrap_err();
    assert!(matches!(refused, VaultError::TimedOut { .. }));
    assert!(start.elapsed() < 10 * SHORT);
    assert_eq!(vault.state(), VaultState::Unavailable);

    store.turn(Mood::Well);
    vault.add(&keys(1)).unwrap();
    assert_eq!(vault.state(), VaultState::Ready);
    assert_eq!(vault.load().unwrap().keys.len(), 6);
}

#[test]
fn a_change_that_nobody_waits_for_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = Moody::new(2_000);
    let vault = store.open(folder.path()).unwrap();
    vault.add(&keys(5)).unwrap();
    store.turn(Mood::HangsOnWrite);
    // Several bundles: all but the hanging one are not even begun.
    let refused = vault.add(&keys(200)).unwrap_err();
    assert!(matches!(refused, VaultError::TimedOut { .. }));
    // Its write may still come through: no other change until it has.
    let refused = vault.add(&keys(1)).unwrap_err();
    assert!(matches!(refused, VaultError::Busy), "{refused}");
    assert_eq!(vault.load().unwrap().keys.len(), 5);

    store.turn(Mood::Well);
    let deadline = Instant::now() + 50 * SHORT;
    while vault.add(&keys(1)).is_err() {
        assert!(Instant::now() < deadline, "the lock is never given free");
    }
    // What the late write did was taken back.
    assert_eq!(vault.load().unwrap().keys.len(), 6);
}

#[test]
fn at_most_four_threads_are_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = Moody::new(2_000);
    let vault = store.open(folder.path()).unwrap();
    vault.add(&keys(1)).unwrap();
    store.turn(Mood::HangsOnRead);
    for _ in 0..operation::MAX_LEFT_BEHIND {
        vault.load().unwrap_err();
    }
    let start = Instant::now();
    vault.load().unwrap_err();
    assert!(start.elapsed() < SHORT, "the fifth fails at once");
    store.turn(Mood::Well);
    let deadline = Instant::now() + 50 * SHORT;
    while vault.load().is_err() {
        assert!(Instant::now() < deadline, "the threads never come back");
        std::thread::yield_now();
    }
}

#[test]
fn one_failed_write_takes_back_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Moody::new(2_000);
    store.spared = 2;
    let vault = store.open(folder.path()).unwrap();
    let first = keys(10);
    vault.add(&first).unwrap();
    store.turn(Mood::FailsOnWrite);
    let refused = vault.add(&keys(150)).unwrap_err();
    assert!(matches!(refused, VaultError::Platform(_)));
    store.turn(Mood::Well);
    let contents = vault.load().unwrap();
    assert_eq!(exposed(&contents), expected(&first));
    assert_eq!(vault.bundle_count(), 1);
}

/// S19: one item that the keychain does not give is no reason to lose the rest.
#[test]
fn one_failing_item_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = Moody::new(2_000);
    let vault = store.open(folder.path()).unwrap();
    vault.add(&keys(80)).unwrap();
    store.turn(Mood::FailsOnRead);
    let contents = vault.load().unwrap();
    assert_eq!(contents.unreadable_bundles, [1]);
    assert!(contents.keys.len() > 40);
}

/// S20: locked is a state, not an error at the start; unlocking needs no restart.
#[test]
fn a_locked_store_opens_and_works_once_unlocked() {
    let folder = tempfile::tempdir().unwrap();
    let store = Moody::new(2_000);
    store.turn(Mood::Locked);
    let vault = store.open(folder.path()).unwrap();
    assert_eq!(vault.state(), VaultState::Locked);
    assert!(matches!(vault.load(), Err(VaultError::Locked)));
    assert_eq!(vault.probe(), VaultState::Locked);
    // The question to the user hangs as long as they think.
    let start = Instant::now();
    assert_eq!(vault.try_unlock(), VaultState::Locked);
    assert_eq!(vault.try_unlock(), VaultState::Locked);
    assert!(start.elapsed() < 20 * SHORT);

    store.turn(Mood::Well);
    assert_eq!(vault.probe(), VaultState::Ready);
    vault.add(&keys(1)).unwrap();
    assert_eq!(vault.load().unwrap().keys.len(), 1);
}

#[test]
fn an_absent_store_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = Moody::new(2_000);
    store.turn(Mood::Absent);
    let refused = store.open(folder.path()).unwrap_err();
    assert!(refused.to_string().contains("--vault file"), "{refused}");
    assert!(refused.to_string().contains("nobody is there"), "{refused}");
}

/// S19: a build without a platform store keeps secrets in the process only.
#[test]
fn a_store_that_forgets_fails_the_test_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let factory: StoreFactory = Arc::new(|| Ok(Box::new(MemoryStore::default())));
    let options = options(folder.path(), VaultChoice::Keychain);
    let refused = Vault::open_over(factory, VaultKind::Keychain, &options).unwrap_err();
    assert!(matches!(refused, VaultError::SelfTest(_)), "{refused}");
}

#[test]
fn the_test_at_start_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&options(folder.path(), VaultChoice::File)).unwrap();
    let contents = vault.load().unwrap();
    assert!(contents.keys.is_empty() && contents.unreadable_bundles.is_empty());
    assert_eq!(vault.reads(), 1);
}
