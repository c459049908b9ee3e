//! What accounts and keys were called that are gone. The database itself writes
//! it down when one is removed, by whichever way.

use rusqlite::{OptionalExtension as _, named_params};

use super::{Store, StoreError};

const SELECT_NAME: &str = "SELECT name FROM former_names WHERE id = :id";
const SELECT_ID: &str = "SELECT id FROM former_names WHERE name = :name ORDER BY id DESC LIMIT 1";

impl Store {
    /// The last label of a removed account, or the label and end of a removed key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn former_name(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.read("look up a former name", |connection| {
            connection
                .prepare_cached(SELECT_NAME)?
                .query_row(named_params! { ":id": id }, |row| row.get(0))
                .optional()
        })
    }

    /// The id of a removed account or key of that name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn former_id(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read("look up a former id", |connection| {
            connection
                .prepare_cached(SELECT_ID)?
                .query_row(named_params! { ":name": name }, |row| row.get(0))
                .optional()
        })
    }
}

#[cfg(test)]
mod tests;
