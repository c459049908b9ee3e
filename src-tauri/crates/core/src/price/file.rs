//! The table that ships with the program: `data/prices.json`, written by `scripts/prices.mjs`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::Site;
use super::error::{PriceError, RowFault};
use super::row::PriceRow;

/// Version of the form of the file.
const SCHEMA: u32 = 1;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceFile {
    schema: u32,
    /// Day of the figures, per site.
    as_of: AsOf,
    /// Texts about where figures are from, by the name that rows use.
    sources: BTreeMap<String, String>,
    pub(super) rows: Vec<PriceRow>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AsOf {
    cn: Date,
    com: Date,
}

impl AsOf {
    pub(super) fn of(self, site: Site) -> Date {
        match site {
            Site::Cn => self.cn,
            Site::Com => self.com,
        }
    }
}

impl PriceFile {
    /// Reads the file; its rows are checked by whoever lists them.
    pub(super) fn read(json: &str) -> Result<Self, PriceError> {
        let file: Self = serde_json::from_str(json).map_err(PriceError::Unreadable)?;
        if file.schema != SCHEMA {
            return Err(PriceError::Schema {
                found: file.schema,
                known: SCHEMA,
            });
        }
        let without_source = file
            .rows
            .iter()
            .find(|row| !file.sources.contains_key(&row.source));
        if let Some(row) = without_source {
            return Err(PriceError::Row {
                id: row.id.clone(),
                fault: RowFault::Source,
            });
        }
        Ok(file)
    }

    pub(super) fn as_of(&self) -> AsOf {
        self.as_of
    }

    pub(super) fn into_sources(self) -> BTreeMap<String, String> {
        self.sources
    }
}
