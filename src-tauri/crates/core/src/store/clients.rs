//! Client tokens, by their SHA-256, and what each may do.

use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::columns::CurrencyCode;
use super::{Store, StoreError};
use crate::model::{Budget, ClientLimits, Nano};

/// A row of `clients`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRow {
    /// Id, as in [`crate::model::RequestRecord::client`].
    pub client_id: String,
    /// The user's name for the tool; unique among those not revoked.
    pub name: String,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// Unix milliseconds; absent while it may be used.
    pub revoked_at_ms: Option<i64>,
    /// What it may do.
    pub limits: ClientLimits,
    /// Unix milliseconds until which the bodies of its requests are kept (D17).
    pub capture_until_ms: Option<i64>,
}

/// A client to add.
#[derive(Clone, Copy, Debug)]
pub struct NewClient<'a> {
    /// Its id.
    pub client_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of its token.
    pub token_hash: &'a [u8; 32],
    /// What it may do.
    pub limits: &'a ClientLimits,
}

const SELECT_ALL: &str = "SELECT client_id, name, token_hash, created_at_ms, revoked_at_ms,
        models, requests_per_minute, budget_currency, budget_day_nano, budget_month_nano,
        capture_until_ms
    FROM clients ORDER BY created_at_ms, rowid";
const SELECT_LIVE: &str = "SELECT client_id FROM clients
    WHERE name = :name AND client_id <> :client AND revoked_at_ms IS NULL";
const INSERT: &str = "INSERT INTO clients (client_id, name, token_hash, created_at_ms)
    VALUES (:client, :name, :token_hash, :now)";
const PUT: &str = "INSERT INTO clients (client_id, name, token_hash, created_at_ms)
    VALUES (:client, :name, :token_hash, :now)
    ON CONFLICT (client_id) DO UPDATE SET token_hash = excluded.token_hash,
        capture_until_ms = NULL
        WHERE revoked_at_ms IS NULL";
const REVIVE: &str = "INSERT INTO clients (client_id, name, token_hash, created_at_ms)
    VALUES (:client, :name, :token_hash, :now)
    ON CONFLICT (client_id) DO UPDATE SET token_hash = excluded.token_hash,
        created_at_ms = excluded.created_at_ms, revoked_at_ms = NULL, capture_until_ms = NULL";
const RENAME: &str = "UPDATE clients SET name = :name WHERE client_id = :client";
const LIMIT: &str = "UPDATE clients SET models = :models,
        requests_per_minute = :requests_per_minute, budget_currency = :currency,
        budget_day_nano = :day, budget_month_nano = :month
    WHERE client_id = :client";
const CAPTURE: &str = "UPDATE clients SET capture_until_ms = :until
    WHERE client_id = :client AND (revoked_at_ms IS NULL OR :revoked_too)";
const REVOKE: &str = "UPDATE clients SET revoked_at_ms = :now, capture_until_ms = NULL
    WHERE client_id = :client AND revoked_at_ms IS NULL";
const EXISTS: &str = "SELECT 1 FROM clients
    WHERE client_id = :client AND (revoked_at_ms IS NULL OR :revoked_too)";

fn row(row: &Row<'_>) -> rusqlite::Result<ClientRow> {
    let models: Option<String> = row.get("models")?;
    let currency: Option<CurrencyCode> = row.get("budget_currency")?;
    let (day, month) = (row.get("budget_day_nano")?, row.get("budget_month_nano")?);
    let budget = currency.map(|CurrencyCode(currency)| Budget {
        currency,
        day: Option::map(day, Nano::new),
        month: Option::map(month, Nano::new),
    });
    Ok(ClientRow {
        client_id: row.get("client_id")?,
        name: row.get("name")?,
        token_hash: row.get("token_hash")?,
        created_at_ms: row.get("created_at_ms")?,
        revoked_at_ms: row.get("revoked_at_ms")?,
        limits: ClientLimits {
            models: models
                .map(|lines| lines.lines().map(str::to_owned).collect())
                .unwrap_or_default(),
            requests_per_minute: row.get("requests_per_minute")?,
            budget,
        },
        capture_until_ms: row.get("capture_until_ms")?,
    })
}

fn limit(tx: &Transaction<'_>, client_id: &str, limits: &ClientLimits) -> rusqlite::Result<()> {
    let models = (!limits.models.is_empty()).then(|| limits.models.join("\n"));
    let budget = limits.budget;
    tx.prepare_cached(LIMIT)?.execute(named_params! {
        ":client": client_id,
        ":models": models,
        ":requests_per_minute": limits.requests_per_minute,
        ":currency": budget.map(|budget| CurrencyCode(budget.currency)),
        ":day": budget.and_then(|budget| budget.day).map(Nano::get),
        ":month": budget.and_then(|budget| budget.month).map(Nano::get),
    })?;
    Ok(())
}

fn is_taken(tx: &Transaction<'_>, name: &str, client_id: &str) -> rusqlite::Result<bool> {
    let other: Option<String> = tx
        .prepare_cached(SELECT_LIVE)?
        .query_row(
            named_params! { ":name": name, ":client": client_id },
            |row| row.get(0),
        )
        .optional()?;
    Ok(other.is_some())
}

fn taken(name: &str) -> StoreError {
    StoreError::NameTaken {
        name: name.to_owned(),
    }
}

impl Store {
    /// All clients, revoked ones included, in the order of their creation.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn clients(&self) -> Result<Vec<ClientRow>, StoreError> {
        self.read("list clients", |connection| {
            connection
                .prepare_cached(SELECT_ALL)?
                .query_map([], row)?
                .collect()
        })
    }

    /// Adds a client.
    ///
    /// # Errors
    /// When a live client has the name, or it cannot be written.
    pub fn insert_client(&self, new: &NewClient<'_>) -> Result<(), StoreError> {
        self.add_client("add a client", INSERT, new)
    }

    /// Adds a client, or gives one that was revoked another token and life.
    ///
    /// # Errors
    /// When another live client has the name, or it cannot be written.
    pub fn revive_client(&self, new: &NewClient<'_>) -> Result<(), StoreError> {
        self.add_client("revive a client", REVIVE, new)
    }

    fn add_client(
        &self,
        doing: &'static str,
        statement: &'static str,
        new: &NewClient<'_>,
    ) -> Result<(), StoreError> {
        let now = self.now_ms();
        let added = self.write(doing, |tx| {
            if is_taken(tx, new.name, new.client_id)? {
                return Ok(false);
            }
            tx.prepare_cached(statement)?.execute(named_params! {
                ":client": new.client_id,
                ":name": new.name,
                ":token_hash": new.token_hash,
                ":now": now,
            })?;
            limit(tx, new.client_id, new.limits)?;
            Ok(true)
        })?;
        added.then_some(()).ok_or_else(|| taken(new.name))
    }

    /// Gives the client this token in place of any it had, and makes it when it
    /// is absent; one that was revoked stays so.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_client(
        &self,
        client_id: &str,
        name: &str,
        token_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        let now = self.now_ms();
        self.write("put a client", |tx| {
            tx.prepare_cached(PUT)?.execute(named_params! {
                ":client": client_id,
                ":name": name,
                ":token_hash": token_hash,
                ":now": now,
            })?;
            Ok(())
        })
    }

    /// Changes a live client's name and limits, as far as they are given; false
    /// when there is no such client. With `revoked_too`, one that was revoked has
    /// limits as well: something else than its row keeps it in force.
    ///
    /// # Errors
    /// When another live client has the name, or it cannot be written.
    pub fn update_client(
        &self,
        client_id: &str,
        name: Option<&str>,
        limits: Option<&ClientLimits>,
        revoked_too: bool,
    ) -> Result<bool, StoreError> {
        let changed = self.write("change a client", |tx| {
            let client = named_params! { ":client": client_id, ":revoked_too": revoked_too };
            if !tx.prepare_cached(EXISTS)?.exists(client)? {
                return Ok(Some(false));
            }
            if let Some(name) = name {
                if is_taken(tx, name, client_id)? {
                    return Ok(None);
                }
                tx.prepare_cached(RENAME)?
                    .execute(named_params! { ":name": name, ":client": client_id })?;
            }
            if let Some(limits) = limits {
                limit(tx, client_id, limits)?;
            }
            Ok(Some(true))
        })?;
        changed.ok_or_else(|| taken(name.unwrap_or_default()))
    }

    /// Has the bodies of a client's requests kept until then, in Unix milliseconds,
    /// or no more; false when there is no such client. `revoked_too` as in
    /// [`Store::update_client`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn capture_client(
        &self,
        client_id: &str,
        until_ms: Option<i64>,
        revoked_too: bool,
    ) -> Result<bool, StoreError> {
        self.write("change what is kept of a client", |tx| {
            tx.prepare_cached(CAPTURE)?
                .execute(named_params! {
                    ":client": client_id, ":until": until_ms, ":revoked_too": revoked_too,
                })
                .map(|changed| changed > 0)
        })
    }

    /// Revokes a live client; false when there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn revoke_client(&self, client_id: &str) -> Result<bool, StoreError> {
        let now = self.now_ms();
        self.write("revoke a client", |tx| {
            tx.prepare_cached(REVOKE)?
                .execute(named_params! { ":now": now, ":client": client_id })
                .map(|changed| changed > 0)
        })
    }
}

#[cfg(test)]
mod tests;
