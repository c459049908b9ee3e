//! What the user changes of keys and accounts.

use std::collections::HashSet;

use rusqlite::{Transaction, named_params};

use super::keys::{NewHome, account_for};
use super::{Store, StoreError, accounts};
use crate::model::{AccountId, KeyId};

/// Changes of keys; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPatch {
    /// The user's name for it.
    pub label: Option<String>,
    /// Whether it may serve.
    pub enabled: Option<bool>,
    /// Share under the strategy `weighted`.
    pub weight: Option<u32>,
    /// Label of its account, made at the site of the present one when there is
    /// none; the inner `None` is an account of its own.
    pub account: Option<Option<String>>,
}

/// Changes of an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPatch {
    /// The user's name for it; unique.
    pub label: Option<String>,
    /// Where it lives: `default`, `cn`, `com` or a base URL.
    pub site: Option<String>,
    /// Requests under way at a time; the inner `None` leaves it to the settings.
    pub max_concurrency: Option<Option<u32>>,
}

const UPDATE_KEY: &str = "UPDATE keys SET label = coalesce(:label, label),
    enabled = coalesce(:enabled, enabled), weight = coalesce(:weight, weight)
    WHERE key_id = :key";
const SELECT_HOME: &str = "SELECT keys.account_id, keys.label, last_four, site
    FROM keys JOIN accounts USING (account_id) WHERE key_id = :key";
const UPDATE_HOME: &str = "UPDATE keys SET account_id = :account WHERE key_id = :key";
const UPDATE_ACCOUNT: &str = "UPDATE accounts SET label = coalesce(:label, label),
    site = coalesce(:site, site),
    max_concurrency = iif(:limits, :max_concurrency, max_concurrency)
    WHERE account_id = :account";

/// Moves a key to another account; says which one it left.
fn move_key(
    tx: &Transaction<'_>,
    key: &KeyId,
    label: Option<&str>,
    now: i64,
) -> rusqlite::Result<AccountId> {
    let (left, key_label, last_four, site): (AccountId, String, String, String) = tx
        .prepare_cached(SELECT_HOME)?
        .query_row(named_params! { ":key": key }, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    let home = NewHome {
        key,
        key_label: &key_label,
        last_four: &last_four,
        account_label: label,
        site: &site,
        balance: None,
    };
    let account = account_for(tx, &home, now)?;
    tx.prepare_cached(UPDATE_HOME)?
        .execute(named_params! { ":account": account, ":key": key })?;
    Ok(left)
}

impl Store {
    /// Changes keys in one transaction, and removes accounts that are left
    /// without one. The answer has the keys that are there.
    ///
    /// # Errors
    /// When it cannot be written; then nothing is changed.
    pub fn patch_keys(
        &self,
        keys: &[KeyId],
        patch: &KeyPatch,
    ) -> Result<HashSet<KeyId>, StoreError> {
        let now = self.now_ms();
        self.write("change keys", |tx| {
            let mut update = tx.prepare_cached(UPDATE_KEY)?;
            let mut changed = HashSet::with_capacity(keys.len());
            let mut left = HashSet::new();
            for key in keys {
                let found = update.execute(named_params! {
                    ":label": patch.label,
                    ":enabled": patch.enabled,
                    ":weight": patch.weight,
                    ":key": key,
                })?;
                if found == 0 {
                    continue;
                }
                changed.insert(key.clone());
                if let Some(label) = &patch.account {
                    left.insert(move_key(tx, key, label.as_deref(), now)?);
                }
            }
            for account in &left {
                accounts::delete_if_empty(tx, account)?;
            }
            Ok(changed)
        })
    }

    /// Changes an account; false when there is none.
    ///
    /// # Errors
    /// When another account has the label, or it cannot be written.
    pub fn patch_account(
        &self,
        account: &AccountId,
        patch: &AccountPatch,
    ) -> Result<bool, StoreError> {
        let taken = self.write("change an account", |tx| {
            if let Some(label) = &patch.label
                && let Some(holder) = accounts::find_by_label(tx, label)?
                && holder != *account
            {
                return Ok(None);
            }
            let changed = tx.prepare_cached(UPDATE_ACCOUNT)?.execute(named_params! {
                ":label": patch.label,
                ":site": patch.site,
                ":limits": patch.max_concurrency.is_some(),
                ":max_concurrency": patch.max_concurrency.flatten(),
                ":account": account,
            })?;
            Ok(Some(changed > 0))
        })?;
        taken.ok_or_else(|| StoreError::AccountTaken {
            label: patch.label.clone().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests;
