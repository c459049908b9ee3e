//! The rows of `prices.toml`: those that hold, and those that cannot be meant, which
//! are left alone until the user corrects them.

use std::path::Path;

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
    written: toml::Value,
}

/// A row that is not used.
#[derive(Debug)]
struct Refused {
    /// Names it as well.
    why: String,
    written: toml::Value,
}

impl OwnRows {
    /// Reads rows one by one.
    pub(super) fn read(rows: Vec<toml::Value>) -> Self {
        let mut own = Self::default();
        for (at, written) in (1..).zip(rows) {
            match written.clone().try_into::<PriceRow>() {
                Ok(row) => own.sound.push(Sound { row, written }),
                Err(error) => {
                    let name =
                        id_of(&written).map_or_else(|| at.to_string(), |id| format!("`{id}`"));
                    let why = error.message().replace('\n', " ");
                    let why = format!("price row {name}: {why}");
                    own.refused.push(Refused { why, written });
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
            let Sound { written, .. } = self.sound.remove(at);
            let why = chain(&error);
            self.refused.push(Refused { why, written });
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

    /// The rows that are not used, as they are written, but for those whose names
    /// `rows` take.
    pub(super) fn refused_beside(self, rows: &[PriceRow]) -> Vec<toml::Value> {
        let refused = self.refused.into_iter().map(|one| one.written);
        let is_replaced = |written: &toml::Value| {
            id_of(written).is_some_and(|id| rows.iter().any(|row| row.id == id))
        };
        refused.filter(|written| !is_replaced(written)).collect()
    }

    /// The rows that were understood.
    #[cfg(test)]
    pub(super) fn rows(&self) -> Vec<PriceRow> {
        self.sound.iter().map(|one| one.row.clone()).collect()
    }
}

fn id_of(written: &toml::Value) -> Option<&str> {
    written.get("id")?.as_str()
}

/// The row that is at fault: of two, the later one.
fn blamed(error: &PriceError) -> Option<&str> {
    match error {
        PriceError::Row { id, .. } | PriceError::SameName { id } => Some(id),
        PriceError::Overlap { second, .. } => Some(second),
        PriceError::Unreadable(_) | PriceError::Schema { .. } => None,
    }
}
