//! States and coolings that survive a restart.

use rusqlite::{Row, Transaction, named_params};

use super::{Store, StoreError, columns};
use crate::model::{AccountId, Condition, KeyId, KeyState, StateChange};

/// A row of `cooling`: an account rests on a model until `next_retry_ms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoolingRow {
    /// The account.
    pub account_id: AccountId,
    /// Model id or pattern.
    pub model: String,
    /// Why, with its end.
    pub condition: Condition,
}

const SELECT_COOLING: &str = "SELECT account_id, model, condition_text, condition_status,
    condition_vendor_code, condition_since_ms, condition_next_retry_ms
    FROM cooling WHERE condition_next_retry_ms IS NULL OR condition_next_retry_ms > :now
    ORDER BY account_id, model";
const DELETE_EXPIRED: &str = "DELETE FROM cooling WHERE condition_next_retry_ms <= :now";
const DELETE_COOLING: &str = "DELETE FROM cooling WHERE account_id = :account AND model = :model";
// The account may have been removed by another process in the meantime.
const UPSERT_COOLING: &str = "INSERT INTO cooling (account_id, model, condition_text,
    condition_status, condition_vendor_code, condition_since_ms, condition_next_retry_ms)
    SELECT :account, :model, :text, :status, :vendor_code, :since, :next_retry
    WHERE EXISTS (SELECT 1 FROM accounts WHERE account_id = :account)
    ON CONFLICT (account_id, model) DO UPDATE SET
    condition_text = excluded.condition_text,
    condition_status = excluded.condition_status,
    condition_vendor_code = excluded.condition_vendor_code,
    condition_since_ms = excluded.condition_since_ms,
    condition_next_retry_ms = excluded.condition_next_retry_ms";
const UPDATE_KEY: &str = "UPDATE keys SET state = :state, condition_text = :text,
    condition_status = :status, condition_vendor_code = :vendor_code,
    condition_since_ms = :since, condition_next_retry_ms = :next_retry,
    checked_at_ms = coalesce(:checked, checked_at_ms)
    WHERE key_id = :key";
const UPDATE_ACCOUNT: &str = "UPDATE accounts SET state = :state, condition_text = :text,
    condition_status = :status, condition_vendor_code = :vendor_code,
    condition_since_ms = :since, condition_next_retry_ms = :next_retry
    WHERE account_id = :account";

fn row(row: &Row<'_>) -> rusqlite::Result<CoolingRow> {
    Ok(CoolingRow {
        account_id: row.get("account_id")?,
        model: row.get("model")?,
        condition: columns::condition(row)?.unwrap_or_default(),
    })
}

fn save(tx: &Transaction<'_>, change: &StateChange, now: i64) -> rusqlite::Result<()> {
    match change {
        StateChange::Key {
            key,
            state,
            condition,
        } => save_key(tx, key, *state, condition.as_ref(), now),
        StateChange::Account {
            account,
            state,
            condition,
        } => save_account(tx, account, *state, condition.as_ref()),
        StateChange::Cooling {
            account,
            model,
            condition,
        } => save_cooling(tx, account, model, condition),
        StateChange::Cooled { account, model } => tx
            .prepare_cached(DELETE_COOLING)?
            .execute(named_params! { ":account": account, ":model": model })
            .map(|_| ()),
    }
}

/// Whether a key gets into `state` because the upstream answered.
const fn was_checked(state: KeyState) -> bool {
    match state {
        KeyState::Usable | KeyState::Exhausted | KeyState::Restricted | KeyState::Unauthorized => {
            true
        }
        KeyState::Unchecked | KeyState::Unreadable | KeyState::Disabled => false,
    }
}

fn save_key(
    tx: &Transaction<'_>,
    key: &KeyId,
    state: KeyState,
    condition: Option<&Condition>,
    now: i64,
) -> rusqlite::Result<()> {
    tx.prepare_cached(UPDATE_KEY)?
        .execute(named_params! {
            ":state": state,
            ":text": condition.map(|condition| condition.text.as_str()),
            ":status": condition.and_then(|condition| condition.status),
            ":vendor_code": condition.and_then(|condition| condition.vendor_code),
            ":since": condition.map(|condition| condition.since_ms),
            ":next_retry": condition.and_then(|condition| condition.next_retry_ms),
            ":checked": was_checked(state).then_some(now),
            ":key": key,
        })
        .map(|_| ())
}

fn save_account(
    tx: &Transaction<'_>,
    account: &AccountId,
    state: KeyState,
    condition: Option<&Condition>,
) -> rusqlite::Result<()> {
    tx.prepare_cached(UPDATE_ACCOUNT)?
        .execute(named_params! {
            ":state": state,
            ":text": condition.map(|condition| condition.text.as_str()),
            ":status": condition.and_then(|condition| condition.status),
            ":vendor_code": condition.and_then(|condition| condition.vendor_code),
            ":since": condition.map(|condition| condition.since_ms),
            ":next_retry": condition.and_then(|condition| condition.next_retry_ms),
            ":account": account,
        })
        .map(|_| ())
}

fn save_cooling(
    tx: &Transaction<'_>,
    account: &AccountId,
    model: &str,
    condition: &Condition,
) -> rusqlite::Result<()> {
    tx.prepare_cached(UPSERT_COOLING)?
        .execute(named_params! {
            ":account": account,
            ":model": model,
            ":text": condition.text,
            ":status": condition.status,
            ":vendor_code": condition.vendor_code,
            ":since": condition.since_ms,
            ":next_retry": condition.next_retry_ms,
        })
        .map(|_| ())
}

impl Store {
    /// What cools down now; what has ended is left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn cooling(&self) -> Result<Vec<CoolingRow>, StoreError> {
        let now = self.now_ms();
        self.read("list coolings", |connection| {
            connection
                .prepare_cached(SELECT_COOLING)?
                .query_map(named_params! { ":now": now }, row)?
                .collect()
        })
    }

    /// Writes changes of state in one transaction, in their order. Changes of
    /// keys and accounts that are gone are left out; ended coolings are removed.
    ///
    /// # Errors
    /// When they cannot be written; then none is.
    pub fn save_states(&self, changes: &[StateChange]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let now = self.now_ms();
        self.write("save states", |tx| {
            for change in changes {
                save(tx, change, now)?;
            }
            tx.prepare_cached(DELETE_EXPIRED)?
                .execute(named_params! { ":now": now })
                .map(|_| ())
        })
    }
}

#[cfg(test)]
mod tests;
