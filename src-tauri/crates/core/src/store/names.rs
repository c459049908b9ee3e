//! Words that occur again and again, kept once (table `names`).

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Transaction, named_params};

use super::columns::shortened;

/// Longest word kept, in bytes; models are whatever a client sends.
const LONGEST: usize = 200;
/// Words remembered between batches.
const REMEMBERED: usize = 10_000;

const INSERT: &str = "INSERT INTO names (name) VALUES (:name) ON CONFLICT (name) DO NOTHING";
const SELECT: &str = "SELECT name_id FROM names WHERE name = :name";

const SELECT_NAME: &str = "SELECT name FROM names WHERE name_id = :number";
pub(super) const SELECT_LIKE: &str = "SELECT name_id FROM names
    WHERE name_id <> 0 AND name LIKE :pattern ESCAPE '\\'";

/// The number of a word; absent when no row has it.
pub(super) fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(SELECT)?
        .query_row(named_params! { ":name": shortened(name, LONGEST) }, |row| {
            row.get(0)
        })
        .optional()
}

/// The word of a number; empty when it is not there.
pub(super) fn name(connection: &Connection, number: i64) -> rusqlite::Result<String> {
    let name = connection
        .prepare_cached(SELECT_NAME)?
        .query_row(named_params! { ":number": number }, |row| row.get(0))
        .optional()?;
    Ok(name.unwrap_or_default())
}

/// The numbers of the words that have this part, in any case of ASCII letters.
pub(super) fn containing(connection: &Connection, part: &str) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(SELECT_LIKE)?
        .query_map(named_params! { ":pattern": pattern(part) }, |row| {
            row.get(0)
        })?
        .collect()
}

/// What a part of a name looks like to `LIKE`, with `\` as its escape.
fn pattern(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

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
