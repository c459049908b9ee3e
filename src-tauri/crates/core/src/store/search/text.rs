//! The words of a search, and whether a row has them.

use std::collections::HashSet;

use rusqlite::{Connection, Row};

use super::super::clients::ClientRow;
use super::super::names;

/// Longest text, in characters (S25).
const LONGEST: usize = 128;
/// Most words.
const MOST: usize = 8;

/// A word, and the numbers of the names that have it.
struct Word {
    text: String,
    /// The same in lower case.
    lower: String,
    names: HashSet<i64>,
}

/// The words of a search, at least one.
pub(super) struct Text {
    words: Vec<Word>,
    /// The word with the fewest names: what is asked first.
    pivot: usize,
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(LONGEST).collect();
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words = words.filter(|word| !word.is_empty()).take(MOST);
    words.map(str::to_owned).collect()
}

impl Text {
    /// Looks the words up; absent when there are none.
    pub(super) fn find(
        connection: &Connection,
        words: Vec<String>,
        clients: &[ClientRow],
    ) -> rusqlite::Result<Option<Self>> {
        let mut found = Vec::with_capacity(words.len());
        for text in words {
            let lower = text.to_lowercase();
            let mut names: HashSet<i64> =
                names::containing(connection, &text)?.into_iter().collect();
            let fitting = clients
                .iter()
                .filter(|client| client.name.to_lowercase().contains(&lower));
            for client in fitting {
                names.extend(names::find(connection, &client.client_id)?);
            }
            found.push(Word { text, lower, names });
        }
        let fewest = found
            .iter()
            .enumerate()
            .min_by_key(|(_, word)| (word.names.len(), usize::MAX - word.text.len()));
        Ok(fewest.map(|(pivot, _)| pivot).map(|pivot| Self {
            words: found,
            pivot,
        }))
    }

    /// The word that is asked first.
    pub(super) fn pivot(&self) -> &str {
        &self.words[self.pivot].text
    }

    /// Its names as a JSON list; absent when no name has it.
    pub(super) fn pivot_names(&self) -> Option<String> {
        let names = &self.words[self.pivot].names;
        let list: Vec<String> = names.iter().map(i64::to_string).collect();
        (!list.is_empty()).then(|| format!("[{}]", list.join(",")))
    }

    /// Whether a row of `SELECT_ROWS` has every word.
    pub(super) fn fits(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let mut names = [None; 4];
        for (at, name) in (1..).zip(&mut names) {
            *name = row.get::<_, Option<i64>>(at)?;
        }
        let has_name = |word: &Word| names.iter().flatten().any(|name| word.names.contains(name));
        if self.words.iter().all(has_name) {
            return Ok(true);
        }
        let lower = |at| -> rusqlite::Result<String> {
            let text = row.get_ref(at)?.as_str_or_null()?;
            Ok(text.unwrap_or_default().to_lowercase())
        };
        let error = lower(5)?;
        let trace = row.get_ref(6)?.as_str_or_null()?.unwrap_or_default();
        let has_text = |word: &Word| error.contains(&word.lower) || word.text == trace;
        Ok(self
            .words
            .iter()
            .all(|word| has_name(word) || has_text(word)))
    }
}
