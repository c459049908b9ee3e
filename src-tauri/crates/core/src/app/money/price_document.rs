//! The text of `prices.toml`, changed row by row: what a person wrote around a row
//! stays, and goes with it.

use toml_edit::{ArrayOfTables, DocumentMut, Item, RawString, Table, TomlError, Value};

use crate::price::PriceRow;

const ROWS: &str = "rows";
const FIRST_LINES: &str = "# Prices of your own. Where one holds, it goes before those that came with Flowkeep.\n\
    # Amounts are texts, per million tokens, picture, clip, 1,000 bytes or second.\n\n";

/// Why a row cannot be written, which would be a fault of the program.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnwritableRow {
    /// It has no form in TOML.
    #[error("write a price row as TOML")]
    Form(#[source] toml::ser::Error),
    /// What was written cannot be read.
    #[error("read a written price row")]
    Unreadable(#[source] TomlError),
}

/// Where a row that is to be written stands already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// As it is, in this row of the file.
    Same(usize),
    /// In another form, in this row of the file.
    Changed(usize),
    /// Nowhere.
    New,
}

/// The file, apart.
#[derive(Debug)]
pub(super) struct PriceDocument {
    /// What stands before the first row and, by an empty line, apart from it.
    head: String,
    rows: Vec<Table>,
    /// What stands behind the last row.
    tail: String,
}

impl Default for PriceDocument {
    fn default() -> Self {
        Self {
            head: FIRST_LINES.to_owned(),
            rows: Vec::new(),
            tail: String::new(),
        }
    }
}

impl PriceDocument {
    /// Takes a file apart; `None` when its rows are no tables.
    ///
    /// # Errors
    /// When it is no TOML.
    pub(super) fn read(text: &str) -> Result<Option<Self>, TomlError> {
        if text.trim().is_empty() {
            return Ok(Some(Self::default()));
        }
        // An editor of Windows ends lines its own way.
        let text = text.replace("\r\n", "\n");
        let (first_lines, text) = match text.strip_prefix(FIRST_LINES) {
            Some(rest) => (FIRST_LINES, rest),
            None => ("", &*text),
        };
        let mut document: DocumentMut = text.parse()?;
        let mut tail = document.trailing().as_str().unwrap_or_default().to_owned();
        let mut rows: Vec<Table> = match document.remove(ROWS) {
            Some(Item::Value(Value::Array(none))) if none.is_empty() => Vec::new(),
            Some(rows) => match rows.into_array_of_tables() {
                Ok(rows) => rows.into_iter().collect(),
                Err(_) => return Ok(None),
            },
            None => Vec::new(),
        };
        let before = match rows.first_mut() {
            Some(first) => head_of(first),
            // Of a file of comments alone all stands before the first row to come.
            None => std::mem::take(&mut tail),
        };
        let head = first_lines.to_owned() + &before;
        Ok(Some(Self { head, rows, tail }))
    }

    /// The text with these rows, and behind them those of the file that are `kept`.
    ///
    /// # Errors
    /// When a row has no form in TOML, which would be a fault of the program.
    pub(super) fn with(
        self,
        rows: &[(&PriceRow, Place)],
        kept: &[usize],
    ) -> Result<String, UnwritableRow> {
        let of_file = self.rows;
        let there = |at: usize| of_file.get(at).cloned().unwrap_or_default();
        let mut tables = Vec::with_capacity(rows.len() + kept.len());
        for (row, place) in rows {
            tables.push(match *place {
                Place::Same(at) => there(at),
                Place::Changed(at) => changed(there(at), table(row)?),
                Place::New => table(row)?,
            });
        }
        tables.extend(kept.iter().map(|at| there(*at)));
        let mut text = self.head;
        for (number, table) in tables.into_iter().enumerate() {
            let row = written(table);
            if number > 0 {
                text.push('\n');
            }
            text.push_str(row.trim_start_matches(['\r', '\n']));
        }
        text.push_str(&self.tail);
        Ok(text)
    }
}

/// What stands before the first row, taken from it up to the last empty line.
fn head_of(first: &mut Table) -> String {
    let before = first.decor().prefix().and_then(RawString::as_str);
    let Some((head, comment)) = before.and_then(|before| before.rsplit_once("\n\n")) else {
        return String::new();
    };
    let (head, comment) = (format!("{head}\n\n"), comment.to_owned());
    first.decor_mut().set_prefix(comment);
    head
}

/// A row as a table of its own, without tables in it.
fn table(row: &PriceRow) -> Result<Table, UnwritableRow> {
    let text = toml::to_string(row).map_err(UnwritableRow::Form)?;
    let document: DocumentMut = text.parse().map_err(UnwritableRow::Unreadable)?;
    let mut table = document.into_table();
    for (_, item) in table.iter_mut() {
        item.make_value();
    }
    Ok(table)
}

/// A table with the values of another; what is the same stays as it is written.
fn changed(mut there: Table, new: Table) -> Table {
    there.retain(|key, _| new.contains_key(key));
    for (key, item) in new {
        match there.get_mut(&key) {
            Some(before) if is_same(before, &item) => {}
            Some(before) => replace(before, item),
            None => {
                there.insert(&key, item);
            }
        }
    }
    there
}

fn is_same(before: &Item, after: &Item) -> bool {
    let mut before = before.clone();
    before.make_value();
    before.to_string().trim() == after.to_string().trim()
}

/// A comment behind a value stays.
fn replace(before: &mut Item, after: Item) {
    let decor = before.as_value().map(|value| value.decor().clone());
    *before = after;
    if let (Some(value), Some(decor)) = (before.as_value_mut(), decor) {
        *value.decor_mut() = decor;
    }
}

/// By itself: tables remember their places in the file, which are other ones now.
fn written(table: Table) -> String {
    let mut rows = ArrayOfTables::new();
    rows.push(table);
    let mut document = DocumentMut::new();
    document.insert(ROWS, Item::ArrayOfTables(rows));
    document.to_string()
}

#[cfg(test)]
mod tests;
