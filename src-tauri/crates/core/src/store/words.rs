//! Finding requests by a part of their error: an FTS5 index over the rows that
//! have one (table `request_words`).

use rusqlite::{CachedStatement, Connection, Transaction, named_params, params};

use super::requests::stored_text;
use crate::model::RequestRecord;

/// Letters of a token.
const TOKEN: usize = 3;
/// Most tokens asked for; a row that has them all is asked itself.
const TOKENS: usize = 32;

const INSERT: &str = "INSERT INTO request_words (rowid, words) VALUES (?, ?)";
pub(super) const DELETE: &str = "DELETE FROM request_words WHERE rowid IN
    (SELECT id FROM requests WHERE id >= :from AND id <= :to AND started_at_ms < :before
    AND error IS NOT NULL)";
pub(super) const SELECT_MATCHING: &str = "SELECT rowid FROM request_words
    WHERE request_words MATCH :tokens AND rowid < :before AND rowid >= :oldest
    ORDER BY rowid DESC";
/// Texts of one or two letters have no token: rows with an error are asked.
pub(super) const SELECT_ALL: &str = "SELECT rowid FROM request_words
    WHERE rowid < :before AND rowid >= :oldest ORDER BY rowid DESC LIMIT 5000";
/// The limit in [`SELECT_ALL`].
pub(super) const ASKED: usize = 5_000;

/// The statement of [`insert`].
pub(super) fn prepare_insert<'tx>(
    tx: &'tx Transaction<'_>,
) -> rusqlite::Result<CachedStatement<'tx>> {
    tx.prepare_cached(INSERT)
}

/// Takes the words of a row in, if it has an error.
pub(super) fn insert(
    statement: &mut CachedStatement<'_>,
    id: i64,
    record: &RequestRecord,
) -> rusqlite::Result<()> {
    let Some(error) = record.error.as_deref() else {
        return Ok(());
    };
    statement
        .execute(params![id, stored_text(error)])
        .map(|_| ())
}

/// The tokens of a text, all of which a row must have.
fn tokens(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().filter(|letter| *letter != '\0').collect();
    let tokens = letters.windows(TOKEN).take(TOKENS).map(|token| {
        let token: String = token.iter().collect();
        format!("\"{}\"", token.replace('"', "\"\""))
    });
    let tokens: Vec<String> = tokens.collect();
    (!tokens.is_empty()).then(|| tokens.join(" AND "))
}

/// Hands ids from `oldest` to below `before` of rows that may have this text in
/// their error to `take`, newest first, until it says false. For a text of one
/// or two letters these are the newest [`ASKED`] errors. Says whether there may be more
/// that nobody looked at.
pub(super) fn candidates(
    connection: &Connection,
    text: &str,
    (oldest, before): (i64, i64),
    mut take: impl FnMut(i64) -> rusqlite::Result<bool>,
) -> rusqlite::Result<bool> {
    let tokens = tokens(text);
    let mut select = connection.prepare_cached(match tokens {
        Some(_) => SELECT_MATCHING,
        None => SELECT_ALL,
    })?;
    let mut rows = match &tokens {
        Some(tokens) => select.query(named_params! {
            ":tokens": tokens, ":before": before, ":oldest": oldest,
        })?,
        None => select.query(named_params! { ":before": before, ":oldest": oldest })?,
    };
    let mut asked = 0;
    while let Some(row) = rows.next()? {
        if !take(row.get(0)?)? {
            return Ok(false);
        }
        asked += 1;
    }
    Ok(tokens.is_none() && asked == ASKED)
}
