//! The price table as it is shown, and the user's own rows in it.

use std::sync::{Arc, MutexGuard, PoisonError};

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, PriceDates, PriceFault, PriceList, PriceView,
    SetPriceOverridesRequest, Topic,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::price_file::{Found, PriceFile, PriceFileError, PriceLock};
use super::{InForce, Ledger};
use crate::app::{App, error::chain, locked};
use crate::price::{PriceError, PriceRow, PriceTable, RowFault, Site};

/// Rows that a user may have.
const MOST_ROWS: usize = 1_000;

/// What one look at the user's file told.
pub(super) struct PricesRead {
    /// Of the file, whether it can be used or not.
    pub(super) revision: Arc<str>,
    /// The shipped table with the rows of the file before it, and a warning that names
    /// those rows which cannot be used.
    pub(super) prices: Result<(PriceTable, Option<String>), PriceFileError>,
}

impl PricesRead {
    /// Reads the file.
    pub(super) fn of(file: &PriceFile) -> Self {
        let Found { revision, own } = file.look();
        let prices = own.map(|mut own| {
            let table = own.over_the_shipped();
            (table, own.warning(file.path()))
        });
        Self { revision, prices }
    }
}

impl App {
    /// All prices: the user's, those that came with Flowkeep, and how old these are.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn list_prices(&self, _: Empty) -> Result<PriceList, ApiError> {
        self.0.ledger.list()
    }

    /// Replaces the user's own prices. Requests that end from now on are priced by
    /// them; what is in the log stays until it is repriced.
    ///
    /// # Errors
    /// Names the row that cannot be meant, or says that the file was changed since it
    /// was looked at, or cannot be written; nothing is changed then.
    pub async fn set_price_overrides(
        &self,
        request: SetPriceOverridesRequest,
    ) -> Result<PriceList, ApiError> {
        let list = self
            .blocking(move |app| app.0.ledger.replace(&request))
            .await;
        let is_news = match &list {
            Ok(_) => true,
            Err(error) => error.code == ErrorCode::ChangedMeanwhile,
        };
        if is_news {
            self.changed(&[Topic::Settings]);
        }
        list
    }
}

impl Ledger {
    /// All prices, as they are shown.
    pub(super) fn list(&self) -> Result<PriceList, ApiError> {
        price_list(&self.read_prices())
    }

    /// Takes up the file as it is; the warning names rows of it that cannot be used.
    ///
    /// # Errors
    /// When the file cannot be used; then the prices in force stay.
    pub(super) fn read_again(&self) -> Result<Option<String>, PriceFileError> {
        let PricesRead { revision, prices } = PricesRead::of(&self.file);
        let mut in_force = self.prices.write().unwrap_or_else(PoisonError::into_inner);
        in_force.revision = revision;
        prices.map(|(table, warning)| {
            in_force.table = Arc::new(table);
            warning
        })
    }

    /// Replaces the user's own prices, in the file and for what ends from now on.
    pub(super) fn replace(
        &self,
        request: &SetPriceOverridesRequest,
    ) -> Result<PriceList, ApiError> {
        let rows = rows_of(&request.rows)?;
        let _edit = locked(&self.edits);
        let lock = self.file.lock()?;
        if let Some(based_on) = &request.revision
            && **based_on != *self.file.look().revision
        {
            // So that the next look tells what is there.
            self.take_up_news();
            return Err(ApiError::new(
                ErrorCode::ChangedMeanwhile,
                "your prices were changed meanwhile, by another window, a command or in \
                 prices.toml; look at them again",
            ));
        }
        self.write(&rows, &lock)
    }

    /// Adds a price to the user's own, as they are in the file now, or puts it in the
    /// place of the one of its name; true when there was one.
    pub(super) fn set(&self, row: PriceView) -> Result<(bool, PriceList), ApiError> {
        let (_edit, lock) = self.begin()?;
        let mut rows = self.list()?.overrides;
        let place = rows.iter_mut().find(|other| other.id == row.id);
        let replaces = place.is_some();
        match place {
            Some(other) => *other = row,
            None => rows.push(row),
        }
        Ok((replaces, self.write(&rows_of(&rows)?, &lock)?))
    }

    /// Takes a price out of the user's own; `None` when there is none of that name.
    pub(super) fn remove(&self, id: &str) -> Result<Option<PriceList>, ApiError> {
        let (_edit, lock) = self.begin()?;
        let mut rows = self.list()?.overrides;
        let before = rows.len();
        rows.retain(|row| row.id != id);
        if rows.len() == before {
            return Ok(None);
        }
        self.write(&rows_of(&rows)?, &lock).map(Some)
    }

    /// Nobody else changes the prices from now on, and they are those of the file.
    fn begin(&self) -> Result<(MutexGuard<'_, ()>, PriceLock), ApiError> {
        let edit = locked(&self.edits);
        let lock = self.file.lock()?;
        self.take_up_news();
        Ok((edit, lock))
    }

    /// Writes the user's own prices, and says which rows of the file they have brought
    /// into force.
    fn write(&self, rows: &[PriceRow], lock: &PriceLock) -> Result<PriceList, ApiError> {
        self.in_force()
            .with_overrides(rows)
            .map_err(|error| refused(&error))?;
        self.file.save(rows, lock)?;
        // What is not used stays in the file, and some of it may be now.
        self.seen.look(&self.file);
        self.read_again()?;
        let mut list = self.list()?;
        let is_new = |id: &&String| rows.iter().all(|row| row.id != **id);
        let ids = list.overrides.iter().map(|row| &row.id);
        list.now_in_force = ids.filter(is_new).cloned().collect();
        if !list.now_in_force.is_empty() {
            let ids = list.now_in_force.join(", ");
            tracing::warn!("rows of prices.toml that were not used hold now: {ids}");
        }
        Ok(list)
    }

    /// Takes up the file as another process, or an editor, has left it.
    fn take_up_news(&self) {
        self.seen.look(&self.file);
        if let Err(error) = self.read_again() {
            let why = chain(&error);
            tracing::warn!("{why}; the prices that were in force stay");
        }
    }
}

/// Rows that were given to be the user's.
fn rows_of(shown: &[PriceView]) -> Result<Vec<PriceRow>, ApiError> {
    if shown.len() > MOST_ROWS {
        let text = format!("there may be at most {MOST_ROWS} prices of your own");
        return Err(ApiError::new(ErrorCode::InvalidRequest, text));
    }
    shown.iter().map(row).collect()
}

fn price_list(in_force: &InForce) -> Result<PriceList, ApiError> {
    let table = &in_force.table;
    Ok(PriceList {
        revision: in_force.revision.to_string(),
        now_in_force: Vec::new(),
        as_of: PriceDates {
            cn: table.as_of(Site::Cn).to_string(),
            com: table.as_of(Site::Com).to_string(),
        },
        overrides: table.overrides().map(view).collect::<Result<_, _>>()?,
        shipped: table
            .shipped_rows()
            .map(|row| {
                let shown = view(row)?;
                let source = table.source_of(row).unwrap_or_default().to_owned();
                Ok(PriceView { source, ..shown })
            })
            .collect::<Result<_, ApiError>>()?,
    })
}

/// A row as it is shown: the same fields under the same names.
fn view(row: &PriceRow) -> Result<PriceView, ApiError> {
    reread(row).map_err(|error| {
        tracing::error!(%error, "a price cannot be shown");
        ApiError::new(ErrorCode::Internal, "internal error")
    })
}

fn row(shown: &PriceView) -> Result<PriceRow, ApiError> {
    reread(shown).map_err(|error| {
        let text = format!("price row `{}`: {error}", shown.id);
        ApiError::new(ErrorCode::InvalidSetting, text)
    })
}

fn refused(error: &PriceError) -> ApiError {
    let fault = match error {
        PriceError::Row { fault, .. } => fault_of(*fault),
        PriceError::Overlap { .. } => Some(PriceFault::Overlap),
        PriceError::SameName { .. } | PriceError::Unreadable(_) | PriceError::Schema { .. } => None,
    };
    ApiError::new(ErrorCode::InvalidSetting, chain(error)).with_price_fault(fault)
}

/// What a user can correct; names and sources are the program's.
fn fault_of(fault: RowFault) -> Option<PriceFault> {
    match fault {
        RowFault::Model => Some(PriceFault::Model),
        RowFault::Zone => Some(PriceFault::Zone),
        RowFault::Days => Some(PriceFault::Days),
        RowFault::Hours => Some(PriceFault::Hours),
        RowFault::Tiers => Some(PriceFault::Tiers),
        RowFault::Output => Some(PriceFault::Output),
        RowFault::Cached => Some(PriceFault::Cached),
        RowFault::Empty | RowFault::Negative => Some(PriceFault::Amount),
        RowFault::Batch => Some(PriceFault::Batch),
        RowFault::Name | RowFault::Source => None,
    }
}

/// Prices have one form in the file, on the wire and in the engine.
fn reread<T: DeserializeOwned>(written: &impl Serialize) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::to_value(written)?)
}

impl From<PriceFileError> for ApiError {
    fn from(error: PriceFileError) -> Self {
        Self::new(ErrorCode::Storage, chain(&error))
    }
}

#[cfg(test)]
mod tests;
