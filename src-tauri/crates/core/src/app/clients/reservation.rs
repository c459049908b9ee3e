//! Money of a budget that requests under way hold back, so that many that run
//! together do not spend it several times over.
//!
//! What is held back is an estimate ([`super::expectation`]), by the price of the
//! site that is billed in the budget's currency. A model that is free, or whose
//! price is not known, holds nothing back, and neither does a token without a
//! budget.

use std::sync::Arc;

use super::expectation::expected;
use super::{Client, Standing};
use crate::app::relay::Call;
use crate::app::{App, locked};
use crate::model::{Amounts, Currency, Money};
use crate::price::{Purchase, Site};

/// Money of a budget that a request under way holds back. Dropping it gives it back.
#[derive(Debug)]
pub struct Reservation {
    standing: Arc<Standing>,
    held: Amounts,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut reserved = locked(&self.standing.reserved);
        *reserved = reserved.since(self.held);
    }
}

impl Client {
    /// Holds money back for a request, unless `check` refuses it, which is told what
    /// others hold back.
    ///
    /// # Errors
    /// Those of `check`.
    pub(super) fn reserve<E>(
        &self,
        likely: Money,
        check: impl FnOnce(Amounts) -> Result<(), E>,
    ) -> Result<Reservation, E> {
        let standing = Arc::clone(&self.standing);
        let held = Amounts::money(likely);
        let mut reserved = locked(&standing.reserved);
        check(*reserved)?;
        *reserved = reserved.plus(held);
        drop(reserved);
        Ok(Reservation { standing, held })
    }
}

impl App {
    /// What a request is likely to cost in this currency; `None` when it is nothing
    /// or cannot be told.
    pub(super) async fn likely_cost(
        &self,
        client: &Client,
        call: &Call,
        currency: Currency,
    ) -> Option<Money> {
        let site = Site::billed_in(currency);
        let asked = call.model.as_deref()?;
        let stand_ins = Box::pin(self.stand_ins(asked)).await;
        let first = stand_ins.as_ref().and_then(|models| models.first());
        let quote = self.prices().quote(&Purchase {
            site,
            model: first.map_or(asked, |model| model),
            at_ms: self.now().unix_ms,
            batch: false,
        })?;
        if quote.row().is_free() || !self.is_billed_at(site) {
            return None;
        }
        let mean = locked(&client.standing.answers).mean();
        let cost = quote.cost(&expected(call, mean))?;
        (cost.money.nano() > 0).then_some(cost.money)
    }

    /// Whether an account lives there, which alone may be charged in its currency.
    fn is_billed_at(&self, site: Site) -> bool {
        let accounts = self.pool().roster();
        let lives_there = |account| self.site_of(account) == site;
        accounts.iter().any(|one| lives_there(&one.account))
    }
}

#[cfg(test)]
mod tests;
