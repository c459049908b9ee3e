//! Single values, as the id of this installation.

use rusqlite::{Connection, OptionalExtension as _, named_params};

use super::{Store, StoreError};
use crate::model::RandomId;

const INSTALL_ID: &str = "install_id";

const SELECT: &str = "SELECT value FROM meta WHERE key = :key";
const UPSERT: &str = "INSERT INTO meta (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const INSERT_IF_ABSENT: &str = "INSERT INTO meta (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO NOTHING";

fn select(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(SELECT)?
        .query_row(named_params! { ":key": key }, |row| row.get(0))
        .optional()
}

impl Store {
    /// The value of `key`, if one was set.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read("read a value", |connection| select(connection, key))
    }

    /// Sets the value of `key`. No secret belongs here.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.write("write a value", |tx| {
            tx.prepare_cached(UPSERT)?
                .execute(named_params! { ":key": key, ":value": value })
                .map(|_| ())
        })
    }

    /// The random id of this installation; made at the first call.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn install_id(&self) -> Result<String, StoreError> {
        if let Some(id) = self.meta(INSTALL_ID)? {
            return Ok(id);
        }
        let fresh = RandomId::generate();
        self.write("make the install id", |tx| {
            tx.prepare_cached(INSERT_IF_ABSENT)?
                .execute(named_params! { ":key": INSTALL_ID, ":value": fresh })?;
            // Another process may have been faster.
            Ok(select(tx, INSTALL_ID)?.unwrap_or(fresh))
        })
    }
}
