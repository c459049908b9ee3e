//! The price table as it is shown, and the user's own rows in it.

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, PriceDates, PriceList, PriceView, SetPriceOverridesRequest, Topic,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ledger;
use super::price_file::{PriceFile, PriceFileError};
use crate::app::{App, error::chain, locked};
use crate::price::{PriceRow, PriceTable, Site};

/// Rows that a user may have.
const MOST_ROWS: usize = 1_000;

/// The shipped table with the rows of the file before it, and a warning that names
/// those rows which cannot be used.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn with_those_of(
    file: &PriceFile,
) -> Result<(PriceTable, Option<String>), PriceFileError> {
    let mut own = file.read()?;
    let table = own.over_the_shipped();
    Ok((table, own.warning(file.path())))
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
    /// Names the row that cannot be meant, or says that the file cannot be written;
    /// nothing is changed then.
    pub async fn set_price_overrides(
        &self,
        request: SetPriceOverridesRequest,
    ) -> Result<PriceList, ApiError> {
        let list = self
            .blocking(move |app| app.0.ledger.replace(&request))
            .await?;
        self.changed(&[Topic::Settings]);
        Ok(list)
    }
}

impl Ledger {
    /// All prices, as they are shown.
    pub(super) fn list(&self) -> Result<PriceList, ApiError> {
        price_list(&self.in_force())
    }

    /// Replaces the user's own prices, in the file and for what ends from now on.
    pub(super) fn replace(
        &self,
        request: &SetPriceOverridesRequest,
    ) -> Result<PriceList, ApiError> {
        if request.rows.len() > MOST_ROWS {
            let text = format!("there may be at most {MOST_ROWS} prices of your own");
            return Err(ApiError::new(ErrorCode::InvalidRequest, text));
        }
        let rows: Vec<_> = request.rows.iter().map(row).collect::<Result<_, _>>()?;
        let _edit = locked(&self.edits);
        let table = self
            .in_force()
            .with_overrides(&rows)
            .map_err(|error| ApiError::new(ErrorCode::InvalidSetting, chain(&error)))?;
        self.file.save(&rows)?;
        let list = price_list(&table);
        self.take_up(table);
        list
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
