//! The rows of `prices.toml`: those that hold, and those that cannot be meant, which
//! are left alone until the user corrects them.

use std::path::Path;

use super::price_document::Place;
use crate::app::error::chain;
use crate::price::{PriceError, PriceRow, PriceTable};

/// What the file has, in its order.
#[derive(Debug, Default)]
pub(super) struct OwnRows {
    sound: Vec<Sound>,
    refused: Vec<Refused>,
}

/// A row that was understood.
#[derive(Debug)]
struct Sound {
    row: PriceRow,
    /// Which row of the file it is, from 0 on.
    at: usize,
}

/// A row that is not used.
#[derive(Debug)]
struct Refused {
    /// Names it as well.
    why: String,
    id: Option<String>,
    /// Which row of the file it is, from 0 on.
    at: usize,
}

impl OwnRows {
    /// Reads rows one by one.
    pub(super) fn read(rows: Vec<toml::Value>) -> Self {
        let mut own = Self::default();
        for (at, written) in rows.into_iter().enumerate() {
            let id = written.get("id").and_then(toml::Value::as_str);
            let id = id.map(str::to_owned);
            match written.try_into::<PriceRow>() {
                Ok(row) => own.sound.push(Sound { row, at }),
                Err(error) => {
                    let number = || (at + 1).to_string();
                    let name = id.as_ref().map_or_else(number, |id| format!("`{id}`"));
                    let why = error.message().replace('\n', " ");
                    let why = format!("price row {name}: {why}");
                    own.refused.push(Refused { why, id, at });
                }
            }
        }
        own
    }

    /// The shipped table with these rows before it. A row that cannot be meant, or
    /// that contradicts an earlier one, is refused.
    pub(super) fn over_the_shipped(&mut self) -> PriceTable {
        let shipped = PriceTable::shipped();
        loop {
            let rows: Vec<PriceRow> = self.sound.iter().map(|one| one.row.clone()).collect();
            if rows.is_empty() {
                return shipped;
            }
            let error = match shipped.with_overrides(&rows) {
                Ok(table) => return table,
                Err(error) => error,
            };
            let Some(at) = blamed(&error).and_then(|id| rows.iter().rposition(|row| row.id == id))
            else {
                tracing::error!(error = chain(&error), "own prices cannot be used");
                return shipped;
            };
            let Sound { row, at } = self.sound.remove(at);
            self.refused.push(Refused {
                why: chain(&error),
                id: Some(row.id),
                at,
            });
        }
    }

    /// What to say of the rows that are not used.
    pub(super) fn warning(&self, path: &Path) -> Option<String> {
        let why: Vec<&str> = self.refused.iter().map(|one| one.why.as_str()).collect();
        if why.is_empty() {
            return None;
        }
        let (count, all) = (why.len(), why.len() + self.sound.len());
        Some(format!(
            "{count} of {all} rows of {} are not used: {}; correct them there, the others hold",
            path.display(),
            why.join("; ")
        ))
    }

    /// Where a row that is to be written stands. One that is not used is corrected by
    /// another of its name.
    pub(super) fn place_of(&self, row: &PriceRow) -> Place {
        if let Some(there) = self.sound.iter().find(|there| there.row.id == row.id) {
            return if there.row == *row {
                Place::Same(there.at)
            } else {
                Place::Changed(there.at)
            };
        }
        let corrected = self.refused.iter().find(|there| there.is_named(&row.id));
        corrected.map_or(Place::New, |there| Place::Changed(there.at))
    }

    /// The rows of the file that are not used, but for those whose names `rows` take.
    pub(super) fn refused_beside(&self, rows: &[PriceRow]) -> Vec<usize> {
        let is_replaced = |there: &&Refused| rows.iter().any(|row| there.is_named(&row.id));
        let kept = self.refused.iter().filter(|there| !is_replaced(there));
        let mut kept: Vec<usize> = kept.map(|there| there.at).collect();
        kept.sort_unstable();
        kept
    }

    /// The rows that were understood.
    #[cfg(test)]
    pub(super) fn rows(&self) -> Vec<PriceRow> {
        self.sound.iter().map(|one| one.row.clone()).collect()
    }
}

impl Refused {
    fn is_named(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id)
    }
}

/// The row that is at fault: of two, the later one.
fn blamed(error: &PriceError) -> Option<&str> {
    match error {
        PriceError::Row { id, .. } | PriceError::SameName { id } => Some(id),
        PriceError::Overlap { second, .. } => Some(second),
        PriceError::Unreadable(_) | PriceError::Schema { .. } => None,
    }
}
