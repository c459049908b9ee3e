//! The prices of a data folder without the rest of the engine.
//!
//! For the command line: no vault is unlocked and no upstream is needed to look at
//! prices or to set some, and a gateway that runs on the same folder takes them up
//! within a second ([`super::price_watch`]). All calls block for a short while.

use std::path::Path;

use flowkeep_contract::{ApiError, PriceList, PriceView};

use super::Ledger;

/// The prices that came with Flowkeep, and the user's own.
pub struct PriceBook(Ledger);

impl std::fmt::Debug for PriceBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PriceBook")
            .field(&self.0.file.path())
            .finish()
    }
}

impl PriceBook {
    /// Reads the prices of a folder; own ones that cannot be used are told in the
    /// log.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        let (ledger, warning) = Ledger::open(folder);
        if let Some(warning) = warning {
            tracing::warn!("{warning}");
        }
        Self(ledger)
    }

    /// All prices, as [`super::App::list_prices`] tells them.
    ///
    /// # Errors
    /// When a row cannot be shown, which would be a fault of the program.
    pub fn list(&self) -> Result<PriceList, ApiError> {
        self.0.list()
    }

    /// Adds a price to the user's own, or puts it in the place of the one of its name:
    /// true when there was one. Tells all prices as they are then. What another process
    /// has changed since this one looked stays.
    ///
    /// # Errors
    /// Names the row that cannot be meant, or says that the file cannot be written;
    /// nothing is changed then.
    pub fn set(&self, row: PriceView) -> Result<(bool, PriceList), ApiError> {
        self.0.set(row)
    }

    /// Takes a price out of the user's own, as [`Self::set`] adds one; `None` when there
    /// is none of that name.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is changed then.
    pub fn remove(&self, id: &str) -> Result<Option<PriceList>, ApiError> {
        self.0.remove(id)
    }
}
