//! Client tokens, by their SHA-256.

use rusqlite::{OptionalExtension as _, Row, named_params};

use super::{Store, StoreError};

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
}

const SELECT_ALL: &str = "SELECT client_id, name, token_hash, created_at_ms, revoked_at_ms
    FROM clients ORDER BY created_at_ms, rowid";
const SELECT_LIVE: &str =
    "SELECT client_id FROM clients WHERE name = :name AND revoked_at_ms IS NULL";
const INSERT: &str = "INSERT INTO clients (client_id, name, token_hash, created_at_ms)
    VALUES (:client, :name, :token_hash, :now)";
const PUT: &str = "INSERT INTO clients (client_id, name, token_hash, created_at_ms)
    VALUES (:client, :name, :token_hash, :now)
    ON CONFLICT (client_id) DO UPDATE SET name = excluded.name,
        token_hash = excluded.token_hash, created_at_ms = excluded.created_at_ms,
        revoked_at_ms = NULL";
const REVOKE: &str = "UPDATE clients SET revoked_at_ms = :now
    WHERE name = :name AND revoked_at_ms IS NULL";

fn row(row: &Row<'_>) -> rusqlite::Result<ClientRow> {
    Ok(ClientRow {
        client_id: row.get("client_id")?,
        name: row.get("name")?,
        token_hash: row.get("token_hash")?,
        created_at_ms: row.get("created_at_ms")?,
        revoked_at_ms: row.get("revoked_at_ms")?,
    })
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
    pub fn insert_client(
        &self,
        client_id: &str,
        name: &str,
        token_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        let now = self.now_ms();
        let added = self.write("add a client", |tx| {
            let taken: Option<String> = tx
                .prepare_cached(SELECT_LIVE)?
                .query_row(named_params! { ":name": name }, |row| row.get(0))
                .optional()?;
            if taken.is_some() {
                return Ok(false);
            }
            tx.prepare_cached(INSERT)?.execute(named_params! {
                ":client": client_id,
                ":name": name,
                ":token_hash": token_hash,
                ":now": now,
            })?;
            Ok(true)
        })?;
        if added {
            return Ok(());
        }
        Err(StoreError::NameTaken {
            name: name.to_owned(),
        })
    }

    /// Gives the client this token, in place of any it had; a live client that
    /// has the name is revoked.
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
            tx.prepare_cached(REVOKE)?
                .execute(named_params! { ":now": now, ":name": name })?;
            tx.prepare_cached(PUT)?.execute(named_params! {
                ":client": client_id,
                ":name": name,
                ":token_hash": token_hash,
                ":now": now,
            })?;
            Ok(())
        })
    }

    /// Revokes the live client of that name; false when there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn revoke_client(&self, name: &str) -> Result<bool, StoreError> {
        let now = self.now_ms();
        self.write("revoke a client", |tx| {
            tx.prepare_cached(REVOKE)?
                .execute(named_params! { ":now": now, ":name": name })
                .map(|changed| changed > 0)
        })
    }
}

#[cfg(test)]
mod tests;
