//! A store in memory, shared by its clones; for tests and `--vault memory`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::VaultKind;
use super::secret_store::{Availability, MAX_ITEM_BYTES, SecretStore, SecretStoreError};

/// Items in memory.
#[derive(Clone)]
pub struct MemoryStore {
    items: Arc<Mutex<HashMap<String, Zeroizing<Vec<u8>>>>>,
    max_item_bytes: usize,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::limited(MAX_ITEM_BYTES)
    }
}

impl MemoryStore {
    /// An empty one that takes `max_item_bytes` per item.
    #[must_use]
    pub fn limited(max_item_bytes: usize) -> Self {
        Self {
            items: Arc::default(),
            max_item_bytes,
        }
    }

    fn items(&self) -> std::sync::MutexGuard<'_, HashMap<String, Zeroizing<Vec<u8>>>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for MemoryStore {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn max_item_bytes(&self) -> usize {
        self.max_item_bytes
    }

    fn availability(&self) -> Availability {
        Availability::Ready
    }

    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        Ok(self.items().get(item).cloned())
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        if bytes.len() > self.max_item_bytes {
            return Err(SecretStoreError::TooLarge {
                item: item.to_owned(),
                bytes: bytes.len(),
            });
        }
        let bytes = Zeroizing::new(bytes.to_vec());
        self.items().insert(item.to_owned(), bytes);
        Ok(())
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.items().remove(item);
        Ok(())
    }
}
