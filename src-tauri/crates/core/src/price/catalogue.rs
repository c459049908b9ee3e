//! Checked rows of one origin, found by model.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZoneDatabase;

use super::error::PriceError;
use super::listing::Listing;
use super::row::PriceRow;
use super::{Purchase, Site};
use crate::model::glob;

/// Rows of one site.
#[derive(Debug, Default)]
struct SiteRows {
    /// By name of the model.
    named: HashMap<String, Vec<Arc<Listing>>>,
    /// The others, the most specific first.
    globs: Vec<Arc<Listing>>,
}

/// The shipped rows, or the user's.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    cn: SiteRows,
    com: SiteRows,
    /// All of them, in the order given.
    all: Vec<Arc<Listing>>,
}

impl Catalogue {
    /// Checks the rows, each and together.
    pub(super) fn of(rows: &[PriceRow]) -> Result<Self, PriceError> {
        let zones = TimeZoneDatabase::bundled();
        let mut catalogue = Self::default();
        let mut ids = HashSet::new();
        for row in rows {
            if !ids.insert(row.id.as_str()) {
                let id = row.id.clone();
                return Err(PriceError::SameName { id });
            }
            catalogue.add(Arc::new(Listing::of(row, &zones)?))?;
        }
        for listed in [&mut catalogue.cn, &mut catalogue.com] {
            listed.globs.sort_by(|a, b| {
                let rank = |it: &Listing| specificity(&it.row.model);
                rank(b).cmp(&rank(a)).then(a.row.model.cmp(&b.row.model))
            });
        }
        Ok(catalogue)
    }

    fn add(&mut self, listing: Arc<Listing>) -> Result<(), PriceError> {
        self.all.push(Arc::clone(&listing));
        let listed = match listing.row.site {
            Site::Cn => &mut self.cn,
            Site::Com => &mut self.com,
        };
        let model = &listing.row.model;
        let neighbours = if glob::is_glob(model) {
            &mut listed.globs
        } else {
            listed.named.entry(model.clone()).or_default()
        };
        let clash = neighbours
            .iter()
            .find(|other| other.row.model == *model && other.meets(&listing));
        if let Some(other) = clash {
            return Err(PriceError::Overlap {
                first: other.row.id.clone(),
                second: listing.row.id.clone(),
            });
        }
        neighbours.push(listing);
        Ok(())
    }

    /// The row that holds, the most specific of them.
    pub(super) fn find(&self, purchase: &Purchase<'_>) -> Option<&Arc<Listing>> {
        let listed = match purchase.site {
            Site::Cn => &self.cn,
            Site::Com => &self.com,
        };
        let named = listed.named.get(purchase.model).into_iter().flatten();
        let globs = listed
            .globs
            .iter()
            .filter(|listing| glob::fits(&listing.row.model, purchase.model));
        named
            .chain(globs)
            .find(|listing| listing.holds(purchase.at_ms))
    }

    /// All rows, in the order given.
    pub(super) fn rows(&self) -> impl Iterator<Item = &PriceRow> {
        self.all.iter().map(|listing| &listing.row)
    }
}

/// How much of a name a pattern fixes.
fn specificity(pattern: &str) -> usize {
    pattern.bytes().filter(|&byte| byte != b'*').count()
}
