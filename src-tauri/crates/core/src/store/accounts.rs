//! Accounts: what limits and balance belong to (D6).

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params};

use super::columns::{self, CurrencyCode};
use super::{Store, StoreError};
use crate::model::{AccountId, BalanceFailureReason, BalanceSource, Condition, Currency, KeyState};

/// The last known balance, with where it comes from and its age (D5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Billionths of the currency's unit.
    pub nano: i64,
    /// What it is counted in.
    pub currency: Currency,
    /// Where it comes from.
    pub source: BalanceSource,
    /// Unix milliseconds.
    pub as_of_ms: i64,
}

/// Why the last question about a balance failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceFailure {
    /// What came instead.
    pub reason: BalanceFailureReason,
    /// In English, with details; redacted.
    pub text: String,
    /// Unix milliseconds of the question.
    pub at_ms: i64,
}

/// What the upstream said when it was asked for an account's balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceFinding {
    /// An amount.
    Told(Balance),
    /// Nothing; what was known stands.
    Failed(BalanceFailure),
}

/// A row of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Id.
    pub account_id: AccountId,
    /// The user's name for it; unique.
    pub label: String,
    /// The upstream it belongs to: `default` for the one of the settings, `cn`,
    /// `com` or a base URL.
    pub site: String,
    /// State for all its keys.
    pub state: KeyState,
    /// Why; absent when it serves.
    pub condition: Option<Condition>,
    /// Absent when unknown.
    pub balance: Option<Balance>,
    /// The last question about the balance, when it failed.
    pub balance_failure: Option<BalanceFailure>,
    /// Requests that it may have under way; absent leaves it to the settings.
    pub max_concurrency: Option<u32>,
    /// Unix milliseconds.
    pub created_at_ms: i64,
}

const SELECT_ALL: &str = "SELECT account_id, label, site, state,
    condition_text, condition_status, condition_vendor_code, condition_since_ms,
    condition_next_retry_ms, balance_nano, balance_currency, balance_source,
    balance_as_of_ms, balance_failure, balance_failure_text, balance_failed_at_ms,
    max_concurrency, created_at_ms
    FROM accounts ORDER BY created_at_ms, rowid";
const SELECT_BY_LABEL: &str = "SELECT account_id FROM accounts WHERE label = :label";
const INSERT: &str = "INSERT INTO accounts (account_id, label, site, state, balance_nano,
    balance_currency, balance_source, balance_as_of_ms, created_at_ms)
    VALUES (:account, :label, :site, :state, :nano, :currency, :source, :as_of, :now)";
const DELETE_IF_EMPTY: &str = "DELETE FROM accounts WHERE account_id = :account
    AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.account_id = :account)";
const UPDATE_BALANCE: &str = "UPDATE accounts SET balance_nano = :nano,
    balance_currency = :currency, balance_source = :source, balance_as_of_ms = :as_of,
    balance_failure = NULL, balance_failure_text = NULL, balance_failed_at_ms = NULL
    WHERE account_id = :account";
// What was typed while the question was under way is newer than the answer.
const UPDATE_TOLD: &str = "UPDATE accounts SET balance_nano = :nano,
    balance_currency = :currency, balance_source = :source, balance_as_of_ms = :as_of,
    balance_failure = NULL, balance_failure_text = NULL, balance_failed_at_ms = NULL
    WHERE account_id = :account AND coalesce(balance_as_of_ms, 0) <= :as_of";
const UPDATE_FAILED: &str = "UPDATE accounts SET balance_failure = :reason,
    balance_failure_text = :text, balance_failed_at_ms = :at WHERE account_id = :account";

fn row(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        account_id: row.get("account_id")?,
        label: row.get("label")?,
        site: row.get("site")?,
        state: row.get("state")?,
        condition: columns::condition(row)?,
        balance: balance(row)?,
        balance_failure: balance_failure(row)?,
        max_concurrency: row.get("max_concurrency")?,
        created_at_ms: row.get("created_at_ms")?,
    })
}

fn balance(row: &Row<'_>) -> rusqlite::Result<Option<Balance>> {
    let Some(nano) = row.get("balance_nano")? else {
        return Ok(None);
    };
    Ok(Some(Balance {
        nano,
        currency: row.get::<_, CurrencyCode>("balance_currency")?.0,
        source: row.get("balance_source")?,
        as_of_ms: row.get("balance_as_of_ms")?,
    }))
}

fn balance_failure(row: &Row<'_>) -> rusqlite::Result<Option<BalanceFailure>> {
    let Some(reason) = row.get("balance_failure")? else {
        return Ok(None);
    };
    Ok(Some(BalanceFailure {
        reason,
        text: row.get("balance_failure_text")?,
        at_ms: row.get("balance_failed_at_ms")?,
    }))
}

/// The account of that label.
pub(super) fn find_by_label(
    connection: &Connection,
    label: &str,
) -> rusqlite::Result<Option<AccountId>> {
    connection
        .prepare_cached(SELECT_BY_LABEL)?
        .query_row(named_params! { ":label": label }, |row| row.get(0))
        .optional()
}

/// Makes an account of an unused label. What a key's own state says is not
/// repeated here: a refused key does not condemn its account.
pub(super) fn insert(
    tx: &Transaction<'_>,
    label: &str,
    (site, balance): (&str, Option<&Balance>),
    now: i64,
) -> rusqlite::Result<AccountId> {
    let account = AccountId::generate();
    tx.prepare_cached(INSERT)?.execute(named_params! {
        ":account": account,
        ":label": label,
        ":site": site,
        ":state": KeyState::Usable,
        ":nano": balance.map(|balance| balance.nano),
        ":currency": balance.map(|balance| CurrencyCode(balance.currency)),
        ":source": balance.map(|balance| balance.source),
        ":as_of": balance.map(|balance| balance.as_of_ms),
        ":now": now,
    })?;
    Ok(account)
}

/// Removes an account that has no key any more.
pub(super) fn delete_if_empty(tx: &Transaction<'_>, account: &AccountId) -> rusqlite::Result<()> {
    tx.prepare_cached(DELETE_IF_EMPTY)?
        .execute(named_params! { ":account": account })
        .map(|_| ())
}

impl Store {
    /// All accounts, in the order of their creation.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.read("list accounts", |connection| {
            connection
                .prepare_cached(SELECT_ALL)?
                .query_map([], row)?
                .collect()
        })
    }

    /// Writes down what is known of an account's balance; false when there is
    /// no such account.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_balance(
        &self,
        account: &AccountId,
        balance: Option<&Balance>,
    ) -> Result<bool, StoreError> {
        self.write("write a balance", |tx| {
            let changed = tx.prepare_cached(UPDATE_BALANCE)?.execute(named_params! {
                ":nano": balance.map(|balance| balance.nano),
                ":currency": balance.map(|balance| CurrencyCode(balance.currency)),
                ":source": balance.map(|balance| balance.source),
                ":as_of": balance.map(|balance| balance.as_of_ms),
                ":account": account,
            })?;
            Ok(changed > 0)
        })
    }

    /// Writes down what the upstream said of balances, in one transaction.
    /// Accounts that are gone are left out.
    ///
    /// # Errors
    /// When it cannot be written; then none is.
    pub fn note_balances(
        &self,
        findings: &[(AccountId, BalanceFinding)],
    ) -> Result<(), StoreError> {
        self.write("write balances", |tx| {
            let mut told = tx.prepare_cached(UPDATE_TOLD)?;
            let mut failed = tx.prepare_cached(UPDATE_FAILED)?;
            for (account, finding) in findings {
                match finding {
                    BalanceFinding::Told(balance) => told.execute(named_params! {
                        ":nano": balance.nano,
                        ":currency": CurrencyCode(balance.currency),
                        ":source": balance.source,
                        ":as_of": balance.as_of_ms,
                        ":account": account,
                    })?,
                    BalanceFinding::Failed(failure) => failed.execute(named_params! {
                        ":reason": failure.reason,
                        ":text": failure.text,
                        ":at": failure.at_ms,
                        ":account": account,
                    })?,
                };
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
