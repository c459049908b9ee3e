//! Sizes: S21 and S22.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// What the Credential Manager takes; the vault stays below.
const WINDOWS: usize = 2_560;
const OURS_ON_WINDOWS: usize = 2_000;

/// Counts reads and writes, and enforces the platform's own limit.
#[derive(Clone)]
struct Metered {
    inner: MemoryStore,
    /// What the vault is told.
    stated: usize,
    writes: Arc<std::sync::atomic::AtomicUsize>,
}

impl SecretStore for Metered {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn max_item_bytes(&self) -> usize {
        self.stated
    }

    fn availability(&self) -> Availability {
        Availability::Ready
    }

    fn read(&self, item: &str) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.inner.read(item)
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        if item.starts_with("bundle") {
            self.writes.fetch_add(1, Ordering::SeqCst);
        }
        self.inner.write(item, bytes)
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.inner.delete(item)
    }
}

fn metered(stated: usize, enforced: usize) -> Metered {
    Metered {
        inner: MemoryStore::limited(enforced),
        stated,
        writes: Arc::default(),
    }
}

fn open(store: &Metered, folder: &Path, hint: u32) -> Vault {
    let mut options = options(folder, VaultChoice::Memory);
    options.bundle_count_hint = hint;
    Vault::open_over(shared(store), VaultKind::Memory, &options).unwrap()
}

/// A key of any allowed length.
fn any_key() -> impl Strategy<Value = ApiKey> {
    (17_usize..=509, any::<u64>()).prop_map(|(length, seed)| {
        let text = format!("{seed:0>length$}");
        ApiKey::parse(&format!("sk-{}", &text[text.len() - length..])).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// S21: 10,000 keys of up to 512 characters fit what Windows takes.
    #[test]
    fn ten_thousand_keys_of_any_length_come_back(lengths in prop::collection::vec(any_key(), 10_000)) {
        let folder = tempfile::tempdir().unwrap();
        let store = metered(OURS_ON_WINDOWS, WINDOWS);
        let wanted: Vec<_> = lengths.into_iter().map(|key| (KeyId::generate(), key)).collect();
        let vault = open(&store, folder.path(), 0);
        let mut bundles = HashSet::new();
        for part in wanted.chunks(2_500) {
            bundles.extend(vault.add(part).unwrap().into_iter().map(|(_, bundle)| bundle));
        }
        prop_assert_eq!(vault.bundle_count() as usize, bundles.len());
        let contents = open(&store, folder.path(), vault.bundle_count()).load().unwrap();
        prop_assert!(exposed(&contents) == expected(&wanted));
    }
}

/// S22: few items, so few questions: three at 16 KiB, seventeen at 2,000 bytes.
#[test]
fn five_hundred_keys_take_few_reads_and_writes() {
    for (limit, reads) in [(MAX_ITEM_BYTES, 3), (OURS_ON_WINDOWS, 18)] {
        let folder = tempfile::tempdir().unwrap();
        let store = metered(limit, limit);
        let vault = open(&store, folder.path(), 0);
        vault
            .set_token(&SecretString::from("t".repeat(56)))
            .unwrap();
        let before = store.writes.load(Ordering::SeqCst);
        vault.add(&keys(500)).unwrap();
        let writes = store.writes.load(Ordering::SeqCst) - before;
        assert_eq!(writes, vault.bundle_count() as usize);

        let vault = open(&store, folder.path(), vault.bundle_count());
        assert_eq!(vault.load().unwrap().keys.len(), 500);
        assert!(vault.reads() <= reads, "{} reads at {limit}", vault.reads());
        let before = store.writes.load(Ordering::SeqCst);
        vault.add(&keys(1)).unwrap();
        assert_eq!(store.writes.load(Ordering::SeqCst) - before, 1);
    }
}

#[test]
fn a_secret_that_fits_no_item_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(&metered(64, 64), folder.path(), 0);
    let refused = vault.add(&keys(1)).unwrap_err();
    assert!(matches!(refused, VaultError::TooLarge));
    let refused = vault.set_token(&SecretString::from("t".repeat(60)));
    assert!(matches!(refused, Err(VaultError::TooLarge)));
}
