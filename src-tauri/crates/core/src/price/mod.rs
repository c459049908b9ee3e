//! What a request costs (D13).
//!
//! A [`PriceTable`] holds rows: site, model, days, hours of day, tiers of input
//! length, and a price per token, picture, clip, byte or second. It ships with the
//! program and is as old as [`PriceTable::as_of`] says; the rows of the user win.
//! [`Quote::cost`] says what was charged, to the last nano-unit.
//!
//! A model without a row has no price: `None`, which is not the same as free.
//! Whether the vendor charges for a request that failed is not decided here.

mod catalogue;
mod cost;
mod error;
mod file;
mod listing;
mod row;
mod site;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use catalogue::Catalogue;
use file::{AsOf, PriceFile};

pub use cost::{Cost, Measured, Quote};
pub use error::{PriceError, RowFault};
pub use row::{Hours, PriceRow, Tier};
pub use site::Site;

const SHIPPED: &str = include_str!("../../data/prices.json");

/// What is bought, where and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase<'a> {
    /// The site of the account that pays.
    pub site: Site,
    /// The model as it was sent upstream; upper and lower case differ.
    pub model: &'a str,
    /// When the request began, in Unix milliseconds.
    pub at_ms: i64,
    /// Whether it is part of a batch.
    pub batch: bool,
}

/// Prices by site, model and time. Never changes; a new one takes its place.
#[derive(Debug)]
pub struct PriceTable {
    overrides: Catalogue,
    shipped: Arc<Catalogue>,
    as_of: AsOf,
    sources: Arc<BTreeMap<String, String>>,
}

impl PriceTable {
    /// The table that ships with the program.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    pub fn shipped() -> Self {
        Self::read(SHIPPED).expect("the shipped table is checked by a test")
    }

    /// Reads a table in the form of `data/prices.json`.
    ///
    /// # Errors
    /// Names the row that is wrong, or the two that hold at the same time.
    pub fn read(json: &str) -> Result<Self, PriceError> {
        let file = PriceFile::read(json)?;
        Ok(Self {
            overrides: Catalogue::default(),
            shipped: Arc::new(Catalogue::of(&file.rows)?),
            as_of: file.as_of(),
            sources: Arc::new(file.into_sources()),
        })
    }

    /// The same table with these rows before it, in place of earlier ones.
    /// Where one of them holds, also a pattern, it wins over any shipped row.
    ///
    /// # Errors
    /// Names the row that is wrong, or the two that hold at the same time. A name
    /// of a shipped row is taken: records must be able to tell the two apart.
    pub fn with_overrides(&self, rows: &[PriceRow]) -> Result<Self, PriceError> {
        let taken = |row: &&PriceRow| self.shipped.rows().any(|other| other.id == row.id);
        if let Some(row) = rows.iter().find(taken) {
            let id = row.id.clone();
            return Err(PriceError::SameName { id });
        }
        Ok(Self {
            overrides: Catalogue::of(rows)?,
            shipped: Arc::clone(&self.shipped),
            as_of: self.as_of,
            sources: Arc::clone(&self.sources),
        })
    }

    /// Day of the shipped figures of a site.
    #[must_use]
    pub fn as_of(&self, site: Site) -> Date {
        self.as_of.of(site)
    }

    /// The price that holds, `None` when it is not known.
    #[must_use]
    pub fn quote(&self, purchase: &Purchase<'_>) -> Option<Quote> {
        let listing = self
            .overrides
            .find(purchase)
            .or_else(|| self.shipped.find(purchase))?;
        Some(Quote::new(Arc::clone(listing), purchase.batch))
    }

    /// [`Self::quote`] and [`Quote::cost`] in one.
    #[must_use]
    pub fn cost(&self, purchase: &Purchase<'_>, measured: &Measured) -> Option<Cost> {
        self.quote(purchase)?.cost(measured)
    }

    /// Whether a model costs nothing, `None` when its price is not known.
    #[must_use]
    pub fn is_free(&self, site: Site, model: &str, at_ms: i64) -> Option<bool> {
        let purchase = Purchase {
            site,
            model,
            at_ms,
            batch: false,
        };
        Some(self.quote(&purchase)?.row().is_free())
    }

    /// The rows of the user.
    pub fn overrides(&self) -> impl Iterator<Item = &PriceRow> {
        self.overrides.rows()
    }

    /// The rows that came with the program.
    pub fn shipped_rows(&self) -> impl Iterator<Item = &PriceRow> {
        self.shipped.rows()
    }

    /// All rows, those of the user first.
    pub fn rows(&self) -> impl Iterator<Item = &PriceRow> {
        self.overrides().chain(self.shipped_rows())
    }

    /// The row of that name, as a record has it.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&PriceRow> {
        self.rows().find(|row| row.id == id)
    }

    /// Where the figures of a shipped row are from.
    #[must_use]
    pub fn source_of(&self, row: &PriceRow) -> Option<&str> {
        self.sources.get(&row.source).map(String::as_str)
    }
}
