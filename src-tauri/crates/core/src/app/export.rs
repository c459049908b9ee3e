//! Handing keys out again, to their owner only (S27).
//!
//! Guarantees nothing about who asks: the transport does. No command of the
//! contract leads here.

use std::collections::HashMap;

use flowkeep_contract::ApiError;

use super::App;
use crate::model::{ApiKey, KeyId};

/// The keys of the pool with their secrets.
#[derive(Debug, Default)]
pub struct ExportedKeys {
    /// In the order of their addition.
    pub keys: Vec<ApiKey>,
    /// Keys whose secret cannot be read now.
    pub missing: usize,
}

impl App {
    /// All keys that can be read.
    ///
    /// # Errors
    /// When the database cannot be read, or the vault gives no key at all.
    pub async fn export_keys(&self) -> Result<ExportedKeys, ApiError> {
        self.blocking(|app| {
            let rows = app.0.store.keys()?;
            let held: Vec<Option<ApiKey>> = rows
                .iter()
                .map(|row| app.pool().secret(&row.key_id))
                .collect();
            // The pool has what the vault gave; the vault is asked for the rest.
            let stored = if held.iter().any(Option::is_none) {
                match app.0.vault.load() {
                    Ok(contents) => contents.keys.into_iter().collect(),
                    Err(error) if held.iter().all(Option::is_none) => return Err(error.into()),
                    Err(error) => {
                        tracing::warn!(%error, "some keys cannot be exported");
                        HashMap::<KeyId, ApiKey>::new()
                    }
                }
            } else {
                HashMap::new()
            };
            let count = rows.len();
            let keys: Vec<ApiKey> = rows
                .into_iter()
                .zip(held)
                .filter_map(|(row, held)| held.or_else(|| stored.get(&row.key_id).cloned()))
                .collect();
            tracing::info!(keys = keys.len(), "keys were exported");
            Ok(ExportedKeys {
                missing: count - keys.len(),
                keys,
            })
        })
        .await
    }
}
