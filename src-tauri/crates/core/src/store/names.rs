//! Words that occur again and again, kept once (table `names`).

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Transaction, named_params};

use super::columns::shortened;

/// Longest word kept, in bytes; models are whatever a client sends.
const LONGEST: usize = 200;
/// Words remembered between batches.
const REMEMBERED: usize = 10_000;

const INSERT: &str = "INSERT INTO names (name) VALUES (:name) ON CONFLICT (name) DO NOTHING";
const SELECT: &str = "SELECT name_id FROM names WHERE name = :name";

/// The part of a word that is kept.
pub(super) fn bounded(name: Arc<str>) -> Arc<str> {
    if name.len() <= LONGEST {
        return name;
    }
    shortened(&name, LONGEST).into()
}

/// Numbers of words, as far as they were used lately.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<Box<str>, i64>,
}

impl Names {
    /// The number of a word, given to it now if it is new.
    pub(super) fn number(&mut self, tx: &Transaction<'_>, name: &str) -> rusqlite::Result<i64> {
        let name = shortened(name, LONGEST);
        if let Some(number) = self.known.get(name) {
            return Ok(*number);
        }
        tx.prepare_cached(INSERT)?
            .execute(named_params! { ":name": name })?;
        let number = tx
            .prepare_cached(SELECT)?
            .query_row(named_params! { ":name": name }, |row| row.get(0))?;
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(name.into(), number);
        Ok(number)
    }

    /// Forgets all, because numbers of a rolled back transaction are void.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}
