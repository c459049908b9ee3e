//! What requests cost: priced when they end, summed by who spent it, and priced
//! anew when prices have changed.
//!
//! A request has a cost when the upstream answered it, whole or in part (a refused
//! or failed one is not charged, API reference §5), at the price that held when it
//! began, for the model that was sent, at the site of the account that answered.
//! A model without a price has none, which is not 0. Nothing here waits for the
//! disk on the way of a request.

mod batches;
mod own_rows;
mod price_book;
mod price_document;
mod price_file;
mod price_watch;
mod prices;
mod recounting;
mod repricing;
mod spending;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use self::batches::BatchResults;
pub(super) use self::batches::Takings;
pub use self::price_book::PriceBook;
use self::price_file::PriceFile;
use self::price_watch::Seen;
use self::prices::PricesRead;
use self::recounting::Recounting;
pub(super) use self::spending::Spending;
use super::App;
use crate::model::{Currency, Money, Nano, Outcome, Priced, RequestRecord};
use crate::price::{Measured, PriceTable, Purchase, Site};
use crate::store::StoreError;

/// How often a start asks what was spent before it.
const SPENDING_LOOKS: usize = 5;

/// The prices that hold now.
struct InForce {
    table: Arc<PriceTable>,
    /// Of the file at the last look. Where that cannot be used, the table is of the
    /// one before.
    revision: Arc<str>,
}

/// Prices and sums.
pub(super) struct Ledger {
    prices: RwLock<InForce>,
    file: PriceFile,
    /// The version of it whose prices are in force.
    seen: Seen,
    /// Held while the user's prices are written.
    edits: Mutex<()>,
    spending: Spending,
    results: BatchResults,
    repricing: AtomicBool,
    /// Whether the repricing that goes on is to end.
    is_cancelled: AtomicBool,
    /// What is left to compare with the roll-ups.
    recounting: Mutex<Recounting>,
}

impl Ledger {
    /// Reads the user's prices; a warning says why they are not in force.
    pub(super) fn open(data_dir: &Path) -> (Self, Option<String>) {
        let file = PriceFile::in_folder(data_dir);
        // Before it is read: what is written meanwhile is news.
        let seen = Seen::default();
        seen.look(&file);
        let (prices, warning) = match PricesRead::of(&file) {
            PricesRead {
                revision,
                prices: Ok((table, warning)),
            } => (InForce::new(table, revision), warning),
            PricesRead {
                revision,
                prices: Err(error),
            } => {
                let why = super::error::chain(&error);
                let warning = format!("{why}; the prices that came with Flowkeep are used");
                (InForce::new(PriceTable::shipped(), revision), Some(warning))
            }
        };
        let ledger = Self {
            prices: RwLock::new(prices),
            file,
            seen,
            edits: Mutex::default(),
            spending: Spending::default(),
            results: BatchResults::default(),
            repricing: AtomicBool::new(false),
            is_cancelled: AtomicBool::new(false),
            recounting: Mutex::default(),
        };
        (ledger, warning)
    }

    /// The prices that hold now.
    fn in_force(&self) -> Arc<PriceTable> {
        Arc::clone(&self.read_prices().table)
    }

    fn read_prices(&self) -> RwLockReadGuard<'_, InForce> {
        self.prices.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InForce {
    fn new(table: PriceTable, revision: Arc<str>) -> Self {
        Self {
            table: Arc::new(table),
            revision,
        }
    }
}

impl App {
    /// The prices in force.
    pub(in crate::app) fn prices(&self) -> Arc<PriceTable> {
        self.0.ledger.in_force()
    }

    /// Who has spent how much.
    pub(in crate::app) fn spending(&self) -> &Spending {
        &self.0.ledger.spending
    }

    /// Takes up what clients spent before this process began. Blocks.
    pub(in crate::app) fn remember_spending(&self) {
        let mut looked = self.read_spending();
        // On a cold disk a first look may take longer than a query may.
        for _ in 1..SPENDING_LOOKS {
            if looked.is_ok() {
                return;
            }
            looked = self.read_spending();
        }
        if let Err(error) = looked {
            // Traffic goes on; only budgets are met later than they should be.
            let why = super::error::chain(&error);
            let warning = format!(
                "what tokens spent before this start is not known ({why}): budgets count from it; \
                 start Flowkeep again to look once more"
            );
            tracing::warn!("{warning}");
            let warnings = &self.0.warnings;
            warnings
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .push(warning);
        }
    }

    fn read_spending(&self) -> Result<(), StoreError> {
        self.heed_new_costs()?;
        for ((client, hour_ms), did) in self.hours_written()? {
            self.spending().remember(&client, hour_ms, did);
        }
        Ok(())
    }

    /// The calls of a client from an hour of UTC on that a sum in this currency
    /// lacks: their cost is not known, or it is in the other one. How many the other
    /// ones are stands in the roll-ups, which are looked at only when there are any.
    /// May block.
    pub(in crate::app) fn uncounted_calls(
        &self,
        client: &str,
        currency: Currency,
        since_ms: i64,
    ) -> u64 {
        let unknown = self.spending().unknown_of_client(client, since_ms);
        let other = currency.other();
        if self.spending().of_client(client, since_ms).of(other) == Nano::ZERO {
            return unknown;
        }
        match self.0.store.paid_calls(client, other, (since_ms, i64::MAX)) {
            Ok(paid) => unknown.saturating_add(u64::try_from(paid).unwrap_or(0)),
            Err(error) => {
                tracing::warn!(%error, client, "calls in another currency cannot be counted now");
                unknown
            }
        }
    }

    /// The end of every request: its price, the sums, and the log.
    pub(in crate::app) fn book(&self, mut record: RequestRecord) {
        if let Some(priced) = self.price_record(&record) {
            record.cost = Some(priced.cost);
            record.saved_nano = priced.saved_nano;
        }
        self.spent(&record);
        if self.0.records {
            self.journal().record(record);
        }
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
            Some(self.site_of(record.account.as_ref()?))
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
/// its account since. A batch was priced line by line ([`batches`]), and the log has
/// only the sums of these, so what it cost stays.
fn price(
    prices: &PriceTable,
    record: &RequestRecord,
    site_of: impl FnOnce(&RequestRecord) -> Option<Site>,
) -> Option<Priced> {
    if record.is_of_batch() {
        return record.cost.clone().map(|cost| Priced {
            cost,
            saved_nano: record.saved_nano,
        });
    }
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
