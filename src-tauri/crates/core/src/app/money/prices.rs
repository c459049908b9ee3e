//! The price table as it is shown, and the user's own rows in it.

use std::sync::{Arc, PoisonError};

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, PriceDates, PriceList, PriceView, SetPriceOverridesRequest, Topic,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::price_file::{PriceFile, PriceFileError};
use crate::app::{App, error::chain, locked};
use crate::price::{PriceRow, PriceTable, Site};

/// Rows that a user may have.
const MOST_ROWS: usize = 1_000;

/// The shipped table with the rows of the file before it.
///
/// # Errors
/// When the file cannot be read or has rows that cannot be meant.
pub(super) fn with_those_of(file: &PriceFile) -> Result<PriceTable, PriceFileError> {
    let rows = file.read()?;
    let table = PriceTable::shipped();
    if rows.is_empty() {
        return Ok(table);
    }
    let overridden = table.with_overrides(&rows);
    overridden.map_err(|source| PriceFileError::Rows {
        path: file.path().to_owned(),
        source,
    })
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
        price_list(&self.prices())
    }

    /// Replaces the user's own prices. Requests that end from now on are priced by
    /// them; what is in the log stays until it is repriced.
    ///
    /// # Errors
    /// Names the row that cannot be meant, or says that the file cannot be written;
    /// nothing is changed then.
    pub async fn set_price_overrides(
        &self,
        request: SetPriceOverridesRequest,
    ) -> Result<PriceList, ApiError> {
        if request.rows.len() > MOST_ROWS {
            let text = format!("there may be at most {MOST_ROWS} prices of your own");
            return Err(ApiError::new(ErrorCode::InvalidRequest, text));
        }
        let list = self
            .blocking(move |app| {
                let rows: Vec<_> = request.rows.iter().map(row).collect::<Result<_, _>>()?;
                let ledger = &app.0.ledger;
                let _edit = locked(&ledger.edits);
                let table = app
                    .prices()
                    .with_overrides(&rows)
                    .map_err(|error| ApiError::new(ErrorCode::InvalidSetting, chain(&error)))?;
                ledger.file.save(&rows)?;
                let table = Arc::new(table);
                let mut prices = ledger
                    .prices
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *prices = Arc::clone(&table);
                drop(prices);
                price_list(&table)
            })
            .await?;
        self.changed(&[Topic::Settings]);
        Ok(list)
    }
}

fn price_list(table: &PriceTable) -> Result<PriceList, ApiError> {
    Ok(PriceList {
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
