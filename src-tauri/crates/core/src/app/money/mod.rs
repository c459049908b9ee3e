//! What requests cost: priced when they end, summed by who spent it, and priced
//! anew when prices have changed.
//!
//! A request has a cost when the upstream answered it, whole or in part (a refused
//! or failed one is not charged, API reference §5), at the price that held when it
//! began, for the model that was sent, at the site of the account that answered.
//! A model without a price has none, which is not 0. Nothing here waits for the
//! disk on the way of a request.

mod price_file;
mod prices;
mod repricing;
mod spending;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use self::price_file::PriceFile;
pub(super) use self::spending::{Spending, Spent};
use super::App;
use crate::model::{Money, Outcome, Priced, RequestRecord};
use crate::price::{Measured, PriceTable, Purchase, Site};
use crate::store::{Dimension, StoreError};

/// Prices and sums.
pub(super) struct Ledger {
    prices: RwLock<Arc<PriceTable>>,
    file: PriceFile,
    /// Held while the user's prices are written.
    edits: Mutex<()>,
    spending: Spending,
    repricing: AtomicBool,
}

impl Ledger {
    /// Reads the user's prices; a warning says why they are not in force.
    pub(super) fn open(data_dir: &Path) -> (Self, Option<String>) {
        let file = PriceFile::in_folder(data_dir);
        let (prices, warning) = match prices::with_those_of(&file) {
            Ok(table) => (table, None),
            Err(error) => {
                let why = super::error::chain(&error);
                let warning = format!("{why}; the prices that came with Flowkeep are used");
                (PriceTable::shipped(), Some(warning))
            }
        };
        let ledger = Self {
            prices: RwLock::new(Arc::new(prices)),
            file,
            edits: Mutex::default(),
            spending: Spending::default(),
            repricing: AtomicBool::new(false),
        };
        (ledger, warning)
    }
}

impl App {
    /// The prices in force.
    pub(in crate::app) fn prices(&self) -> Arc<PriceTable> {
        let prices = &self.0.ledger.prices;
        Arc::clone(&prices.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who has spent how much.
    pub(in crate::app) fn spending(&self) -> &Spending {
        &self.0.ledger.spending
    }

    /// Takes up what clients spent before this process began. Blocks.
    pub(in crate::app) fn remember_spending(&self) {
        if let Err(error) = self.read_spending() {
            // Traffic goes on; only budgets are met later than they should be.
            tracing::warn!(%error, "what was spent before the start is not known");
        }
    }

    fn read_spending(&self) -> Result<(), StoreError> {
        let now = self.now().unix_ms;
        let from = now.saturating_sub(spending::REMEMBERED_MS);
        // The clock may have been set back since.
        let to = now.saturating_add(spending::REMEMBERED_MS);
        for hour in self.0.store.spent_hours(Dimension::Client, from, to)? {
            let spent = Spent {
                cny_nano: hour.cny_nano,
                usd_nano: hour.usd_nano,
            };
            self.spending().remember(&hour.name, hour.hour_ms, spent);
        }
        Ok(())
    }

    /// The end of every request: its price, the sums, and the log.
    pub(in crate::app) fn book(&self, mut record: RequestRecord) {
        if let Some(priced) = self.price_record(&record) {
            record.cost = Some(priced.cost);
            record.saved_nano = priced.saved_nano;
        }
        self.spent(&record);
        self.journal().record(record);
    }

    /// Takes note of what a finished request cost. Called once for each, on its
    /// way, so it must not wait for anything.
    fn spent(&self, record: &RequestRecord) {
        self.0.tally.note(record);
        self.spending().add(record);
        self.watch_budgets(record);
    }

    /// What a request cost by the prices in force; `None` when that is not known or
    /// nothing was charged.
    pub(in crate::app) fn price_record(&self, record: &RequestRecord) -> Option<Priced> {
        price(&self.prices(), record, |record| {
            self.site_of(record.account.as_ref()?)
        })
    }
}

/// Whether the upstream charges for it.
fn is_charged(record: &RequestRecord) -> bool {
    let answered = (200..300).contains(&record.status);
    let has_answer = match record.outcome {
        Outcome::Success | Outcome::Interrupted | Outcome::ClientClosed => true,
        Outcome::Rejected | Outcome::Refused | Outcome::UpstreamFailed => false,
    };
    answered && has_answer
}

/// Prices a record. A cost that it has already tells the site, whatever became of
/// its account since.
fn price(
    prices: &PriceTable,
    record: &RequestRecord,
    site_of: impl FnOnce(&RequestRecord) -> Option<Site>,
) -> Option<Priced> {
    if !is_charged(record) {
        return None;
    }
    let model = record.model_used.as_ref().or(record.model_asked.as_ref())?;
    let known = record.cost.as_ref().map(|cost| cost.money.currency());
    let site = match known {
        Some(currency) => Site::billed_in(currency),
        None => site_of(record)?,
    };
    let quote = prices.quote(&Purchase {
        site,
        model,
        at_ms: record.started_at_ms,
        batch: false,
    })?;
    let measured = Measured {
        usage: record.usage,
        units: record.units,
    };
    let saved = quote.saved_by_cache(&measured);
    Some(Priced {
        cost: quote.cost(&measured)?,
        saved_nano: saved.map(Money::nano),
    })
}

#[cfg(test)]
mod tests;
