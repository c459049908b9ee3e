//! Pricing requests anew that are in the log already.
//!
//! It goes in steps of a few hundred rows, each a short transaction that corrects
//! the sums with its rows, so that the journal never waits long and an
//! interruption leaves both in agreement. Between two steps it may be cancelled; what
//! was priced until then stays so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, Event, RecomputeCostsReport, RecomputeCostsRequest, Topic,
};

use super::price;
use crate::app::App;
use crate::model::{Amounts, Money, Priced, RequestRecord};
use crate::price::PriceTable;
use crate::store::{RepriceStep, Repriced, RequestRow};

/// Rows of a step. A thousand rows are written in about 10 ms.
const STEP: u32 = 500;
/// Between two steps, so that the journal gets its turn.
const PAUSE: Duration = Duration::from_millis(5);
/// How long the log may take to write down what has ended before.
const FLUSH: Duration = Duration::from_secs(10);

/// The windows hear of it at most five times a second.
const TELL: Duration = Duration::from_millis(200);

/// At most one at a time: two would count each other's corrections twice.
struct Turn<'a>(&'a AtomicBool);

impl<'a> Turn<'a> {
    fn take(taken: &'a AtomicBool) -> Result<Self, ApiError> {
        if taken.swap(true, Ordering::AcqRel) {
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "costs are being computed anew already; wait until that is done",
            ));
        }
        Ok(Self(taken))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// When the windows heard of it last.
#[derive(Debug, Default)]
struct Told(Option<Instant>);

impl Told {
    /// Whether it is time to tell them again, which is done then.
    fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.0.is_none_or(|last| now.duration_since(last) >= TELL);
        if is_due {
            self.0 = Some(now);
        }
        is_due
    }
}

impl App {
    /// Prices the requests of a time anew, by the prices in force, and corrects
    /// all sums. Only what is still in the log can be priced; tells its progress.
    ///
    /// # Errors
    /// When it is going on already or the database cannot be written; what was
    /// repriced until then stays, as when it is cancelled.
    pub async fn recompute_costs(
        &self,
        request: RecomputeCostsRequest,
    ) -> Result<RecomputeCostsReport, ApiError> {
        if request.from_ms >= request.to_ms {
            let text = "from_ms: must be before to_ms";
            return Err(ApiError::new(ErrorCode::InvalidRequest, text));
        }
        let _turn = Turn::take(&self.0.ledger.repricing)?;
        // Whoever cancelled meant another one.
        self.0.ledger.is_cancelled.store(false, Ordering::Release);
        let total = self.rows_to_price(request).await?;
        let done = self.reprice_all(request, total).await;
        // Also when it ended with an error, after some steps.
        self.note_new_costs().await;
        self.changed(&[Topic::Requests, Topic::Keys, Topic::Clients]);
        done
    }

    /// What has ended before must stand in the log to be found there.
    async fn rows_to_price(&self, request: RecomputeCostsRequest) -> Result<u64, ApiError> {
        self.blocking(move |app| {
            if app.flush_journal(FLUSH) {
                return Ok(app.0.store.rows_between(request.from_ms, request.to_ms)?);
            }
            let text = "the log cannot be written now; try again later";
            Err(ApiError::new(ErrorCode::Storage, text))
        })
        .await
    }

    async fn reprice_all(
        &self,
        request: RecomputeCostsRequest,
        total: u64,
    ) -> Result<RecomputeCostsReport, ApiError> {
        let mut done = RecomputeCostsReport {
            total,
            ..RecomputeCostsReport::default()
        };
        let mut told = Told::default();
        let mut after_id = 0;
        loop {
            let step = self.reprice(request, after_id).await?;
            done.seen += step.seen;
            done.changed += step.changed;
            let Some(last) = step.last_id else {
                break;
            };
            after_id = last;
            if told.is_due(Instant::now()) {
                self.emit(Event::CostsProgress(done));
            }
            tokio::time::sleep(PAUSE).await;
            if self.0.ledger.is_cancelled.load(Ordering::Acquire) {
                done.is_cancelled = true;
                break;
            }
        }
        if !done.is_cancelled {
            // The estimate counted whole blocks: the last event says that it is the last.
            done.total = done.seen;
        }
        self.emit(Event::CostsProgress(done));
        Ok(done)
    }

    /// Ends a recomputation that is under way after its present step; without one
    /// it does nothing.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn cancel_recompute_costs(&self, _: Empty) -> Result<Empty, ApiError> {
        self.0.ledger.is_cancelled.store(true, Ordering::Release);
        Ok(Empty {})
    }

    /// One step.
    async fn reprice(
        &self,
        request: RecomputeCostsRequest,
        after_id: i64,
    ) -> Result<Repriced, ApiError> {
        self.blocking(move |app| {
            let table = app.prices();
            let mut corrections = Vec::new();
            let step = RepriceStep {
                from_ms: request.from_ms,
                to_ms: request.to_ms,
                after_id,
                limit: STEP,
            };
            let done = app.0.store.reprice(&step, &mut |row: &RequestRow| {
                let priced = app.reprice_record(&table, &row.record);
                let money = priced.as_ref().map(|priced| priced.cost.money);
                if row.record.cost.as_ref().map(|cost| cost.money) != money {
                    corrections.push((row.record.clone(), money));
                }
                priced
            })?;
            for (record, money) in &corrections {
                app.correct(record, *money);
            }
            Ok(done)
        })
        .await
    }

    fn reprice_record(&self, table: &PriceTable, record: &RequestRecord) -> Option<Priced> {
        price(table, record, |record| {
            // Where an account lived that is gone nobody knows.
            let account = record.account.as_ref()?;
            self.pool().label_of(account)?;
            Some(self.site_of(account))
        })
    }

    /// Budgets and estimates follow at once.
    fn correct(&self, record: &RequestRecord, cost: Option<Money>) {
        let before = record.cost.as_ref().map(|cost| Amounts::money(cost.money));
        let after = cost.map(Amounts::money).unwrap_or_default();
        let by = after.since(before.unwrap_or_default());
        self.spending().correct(record, cost);
        if let Some(account) = &record.account {
            self.0.balances.correct(account, record.started_at_ms, by);
        }
    }
}

#[cfg(test)]
mod tests;
