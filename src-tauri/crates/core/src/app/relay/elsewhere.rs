//! A model that one site does not have and another one may.
//!
//! The vendor's sites have different catalogues, and only their answers tell who
//! has what. What one site does not know is asked of the next, whose accounts are
//! then tried one after the other.

use std::sync::Arc;

use super::journey::Journey;
use crate::app::App;
use crate::model::AccountId;
use crate::pool::{Demand, Lease, NoKey};

/// Accounts of a site that are looked at.
const MOST_ACCOUNTS: usize = 32;

/// The sites that a request has been to with its model.
#[derive(Default)]
pub(super) struct Elsewhere {
    without: Vec<Arc<str>>,
    /// Of the site where it is now; empty before any was left.
    accounts: Vec<AccountId>,
}

impl Elsewhere {
    /// Whether a site was left.
    pub(super) fn is_away(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// The first account of the site that may serve this.
    pub(super) async fn lease(&self, app: &App, demand: Demand<'_>) -> Result<Lease, NoKey> {
        let mut refused = NoKey::AllTried;
        let mut busy = None;
        for account in &self.accounts {
            let only = Demand {
                only: Some(account),
                ..demand
            };
            match app.pool().pick(app.now(), &only) {
                Ok(lease) => return Ok(lease),
                Err(NoKey::Busy) => busy = busy.or(Some(only)),
                Err(no_key) => refused = no_key,
            }
        }
        match busy {
            Some(only) => app.lease(&only).await,
            None => Err(refused),
        }
    }
}

impl Journey<'_> {
    /// Goes from the site of this account, which does not have the model, to the
    /// next one; `false` when there is none.
    pub(super) fn leave_site(&mut self, account: &AccountId) -> bool {
        if self.call.account.is_some() || self.app.bases().len() < 2 {
            return false;
        }
        let left = self.app.base_for(account);
        let elsewhere = &mut self.elsewhere;
        elsewhere.without.push(left);
        let sources = self.app.sources();
        let next = sources
            .into_iter()
            .find(|source| !elsewhere.without.contains(&source.base));
        let Some(next) = next else {
            return false;
        };
        let mut accounts: Vec<_> = next.accounts.into_iter().map(|one| one.id).collect();
        // Not always the same one first.
        let turn = self.call.request_id.as_u128() % accounts.len().max(1) as u128;
        accounts.rotate_left(usize::try_from(turn).unwrap_or(0));
        accounts.truncate(MOST_ACCOUNTS);
        elsewhere.accounts = accounts;
        true
    }
}
