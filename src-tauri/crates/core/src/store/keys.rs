//! Keys without their secrets: ids, labels, fingerprints, states.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params};

use super::accounts::{self, Balance};
use super::{Store, StoreError, columns};
use crate::model::{AccountId, Condition, Fingerprint, KeyId, KeyState};

/// A row of `keys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Id, also in the vault.
    pub key_id: KeyId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// The user's name for it; may be empty.
    pub label: String,
    /// SHA-256 of the secret.
    pub fingerprint: Fingerprint,
    /// Last four characters of the secret.
    pub last_four: String,
    /// The vault's bundle that holds the secret.
    pub bundle: u32,
    /// Whether the user has it switched on.
    pub enabled: bool,
    /// Share under the strategy `weighted`.
    pub weight: u32,
    /// Its own state.
    pub state: KeyState,
    /// Why; absent when it serves.
    pub condition: Option<Condition>,
    /// Unix milliseconds.
    pub added_at_ms: i64,
    /// Unix milliseconds of the last answer that told its state.
    pub checked_at_ms: Option<i64>,
}

/// A key to be added; its secret is in the vault already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Id, also in the vault.
    pub key_id: KeyId,
    /// The user's name for it; may be empty.
    pub label: String,
    /// Account to join, made if absent. Without it the key gets its own.
    pub account_label: Option<String>,
    /// The upstream that a new account belongs to: `default`, `cn`, `com` or a
    /// base URL.
    pub site: String,
    /// The balance that a new account begins with.
    pub balance: Option<Balance>,
    /// SHA-256 of the secret.
    pub fingerprint: Fingerprint,
    /// Last four characters of the secret.
    pub last_four: String,
    /// The vault's bundle that holds the secret.
    pub bundle: u32,
    /// Whether it may serve.
    pub enabled: bool,
    /// Share under the strategy `weighted`.
    pub weight: u32,
    /// State the import found.
    pub state: KeyState,
    /// Why; absent when it serves.
    pub condition: Option<Condition>,
}

/// What became of a [`NewKey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyInsertion {
    /// It is in the pool now.
    Added {
        /// The account it joined.
        account: AccountId,
    },
    /// The same secret was there already; nothing was changed.
    Known {
        /// The key that has it.
        key: KeyId,
    },
}

const SELECT_ALL: &str = "SELECT key_id, account_id, label, fingerprint, last_four, bundle,
    enabled, weight, state, condition_text, condition_status, condition_vendor_code,
    condition_since_ms, condition_next_retry_ms, added_at_ms, checked_at_ms
    FROM keys ORDER BY added_at_ms, rowid";
const SELECT_BY_FINGERPRINT: &str = "SELECT key_id FROM keys WHERE fingerprint = :fingerprint";
const SELECT_FINGERPRINTS: &str = "SELECT fingerprint FROM keys";
const INSERT: &str = "INSERT INTO keys (key_id, account_id, label, fingerprint, last_four,
    bundle, enabled, weight, state, condition_text, condition_status, condition_vendor_code,
    condition_since_ms, condition_next_retry_ms, added_at_ms, checked_at_ms)
    VALUES (:key, :account, :label, :fingerprint, :last_four, :bundle, :enabled, :weight, :state, :text,
    :status, :vendor_code, :since, :next_retry, :now, :checked)";
const DELETE: &str = "DELETE FROM keys WHERE key_id = :key RETURNING account_id";
const UPDATE_ENABLED: &str = "UPDATE keys SET enabled = :enabled WHERE key_id = :key";
const UPDATE_BUNDLE: &str = "UPDATE keys SET bundle = :bundle WHERE key_id = :key";

fn row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        key_id: row.get("key_id")?,
        account_id: row.get("account_id")?,
        label: row.get("label")?,
        fingerprint: row.get("fingerprint")?,
        last_four: row.get("last_four")?,
        bundle: row.get("bundle")?,
        enabled: row.get("enabled")?,
        weight: row.get("weight")?,
        state: row.get("state")?,
        condition: columns::condition(row)?,
        added_at_ms: row.get("added_at_ms")?,
        checked_at_ms: row.get("checked_at_ms")?,
    })
}

fn find(connection: &Connection, fingerprint: &Fingerprint) -> rusqlite::Result<Option<KeyId>> {
    connection
        .prepare_cached(SELECT_BY_FINGERPRINT)?
        .query_row(named_params! { ":fingerprint": fingerprint }, |row| {
            row.get(0)
        })
        .optional()
}

/// A key that needs an account.
pub(super) struct NewHome<'a> {
    pub(super) key: &'a KeyId,
    pub(super) key_label: &'a str,
    pub(super) last_four: &'a str,
    /// The account to join, made if absent; one of its own without it.
    pub(super) account_label: Option<&'a str>,
    /// Of a new account.
    pub(super) site: &'a str,
    /// Of a new account.
    pub(super) balance: Option<&'a Balance>,
}

impl<'a> NewHome<'a> {
    fn of(key: &'a NewKey) -> Self {
        Self {
            key: &key.key_id,
            key_label: &key.label,
            last_four: &key.last_four,
            account_label: key.account_label.as_deref(),
            site: &key.site,
            balance: key.balance.as_ref(),
        }
    }
}

/// The account of a key: the one it names, or one of its own.
pub(super) fn account_for(
    tx: &Transaction<'_>,
    home: &NewHome<'_>,
    now: i64,
) -> rusqlite::Result<AccountId> {
    let label = match home.account_label {
        Some(label) => match accounts::find_by_label(tx, label)? {
            Some(account) => return Ok(account),
            None => label.to_owned(),
        },
        None => own_label(tx, home)?,
    };
    accounts::insert(tx, &label, (home.site, home.balance), now)
}

/// A label that no account has: the key's, else with its last four characters,
/// else with its id, so that 100,000 keys of one label need no search.
fn own_label(tx: &Transaction<'_>, home: &NewHome<'_>) -> rusqlite::Result<String> {
    let masked = format!("sk-…{}", home.last_four);
    let plain = if home.key_label.is_empty() {
        masked.clone()
    } else {
        home.key_label.to_owned()
    };
    if accounts::find_by_label(tx, &plain)?.is_none() {
        return Ok(plain);
    }
    let longer = format!("{plain} {masked}");
    if !home.key_label.is_empty() && accounts::find_by_label(tx, &longer)?.is_none() {
        return Ok(longer);
    }
    Ok(format!("{plain} {}", home.key))
}

fn insert(tx: &Transaction<'_>, key: &NewKey, now: i64) -> rusqlite::Result<KeyInsertion> {
    if let Some(known) = find(tx, &key.fingerprint)? {
        return Ok(KeyInsertion::Known { key: known });
    }
    let account = account_for(tx, &NewHome::of(key), now)?;
    let condition = key.condition.as_ref();
    tx.prepare_cached(INSERT)?.execute(named_params! {
        ":key": key.key_id,
        ":account": account,
        ":label": key.label,
        ":fingerprint": key.fingerprint,
        ":last_four": key.last_four,
        ":bundle": key.bundle,
        ":enabled": key.enabled,
        ":weight": key.weight,
        ":state": key.state,
        ":text": condition.map(|condition| condition.text.as_str()),
        ":status": condition.and_then(|condition| condition.status),
        ":vendor_code": condition.and_then(|condition| condition.vendor_code),
        ":since": condition.map(|condition| condition.since_ms),
        ":next_retry": condition.and_then(|condition| condition.next_retry_ms),
        ":now": now,
        ":checked": (key.state != KeyState::Unchecked).then_some(now),
    })?;
    Ok(KeyInsertion::Added { account })
}

impl Store {
    /// All keys, in the order of their addition.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.read("list keys", |connection| {
            connection
                .prepare_cached(SELECT_ALL)?
                .query_map([], row)?
                .collect()
        })
    }

    /// The key that has this secret.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn find_by_fingerprint(
        &self,
        fingerprint: &Fingerprint,
    ) -> Result<Option<KeyId>, StoreError> {
        self.read("find a key", |connection| find(connection, fingerprint))
    }

    /// The fingerprints of all keys, for an import.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn known_fingerprints(&self) -> Result<HashSet<Fingerprint>, StoreError> {
        self.read("list fingerprints", |connection| {
            connection
                .prepare_cached(SELECT_FINGERPRINTS)?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    /// Adds keys in one transaction, on disk when this returns. The answer has
    /// one entry per key, in the same order.
    ///
    /// # Errors
    /// When it cannot be written; then none is added.
    pub fn insert_keys(&self, keys: &[NewKey]) -> Result<Vec<KeyInsertion>, StoreError> {
        let now = self.now_ms();
        self.write("add keys", |tx| {
            keys.iter().map(|key| insert(tx, key, now)).collect()
        })
    }

    /// Removes keys, and accounts that are left without one, in one
    /// transaction. One prepared statement per key: a list of 30,000 ids is
    /// more than SQLite binds at once. Ids that no key has are left out of the
    /// answer.
    ///
    /// # Errors
    /// When it cannot be written; then none is removed.
    pub fn remove_keys(&self, keys: &[KeyId]) -> Result<Vec<KeyId>, StoreError> {
        self.write("remove keys", |tx| {
            let mut removed = Vec::with_capacity(keys.len());
            let mut touched = HashSet::new();
            let mut delete = tx.prepare_cached(DELETE)?;
            for key in keys {
                let account: Option<AccountId> = delete
                    .query_row(named_params! { ":key": key }, |row| row.get(0))
                    .optional()?;
                if let Some(account) = account {
                    removed.push(key.clone());
                    touched.insert(account);
                }
            }
            for account in &touched {
                accounts::delete_if_empty(tx, account)?;
            }
            Ok(removed)
        })
    }

    /// Switches keys on or off.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_enabled(&self, keys: &[KeyId], enabled: bool) -> Result<(), StoreError> {
        self.write("switch keys", |tx| {
            let mut update = tx.prepare_cached(UPDATE_ENABLED)?;
            for key in keys {
                update.execute(named_params! { ":enabled": enabled, ":key": key })?;
            }
            Ok(())
        })
    }

    /// Writes down where secrets are after the vault has packed them anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_bundles(&self, bundles: &HashMap<KeyId, u32>) -> Result<(), StoreError> {
        self.write("note the bundles", |tx| {
            let mut update = tx.prepare_cached(UPDATE_BUNDLE)?;
            for (key, bundle) in bundles {
                update.execute(named_params! { ":bundle": bundle, ":key": key })?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
