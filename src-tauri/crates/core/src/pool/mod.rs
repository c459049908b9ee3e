//! Which key serves a request, and what a failure means for it.
//!
//! - A failure is attributed before anything is penalised: to the request, to
//!   (account, model), to the account, or to the upstream (design D6).
//! - Keys of one account are one failover target.
//! - The last usable account is never shut out: when all cool down, one request
//!   at a time may test.
//! - Cooling runs on the monotonic clock (F38).
//!
//! The pool does no I/O and knows no runtime. It decides; the caller persists
//! the returned [`crate::model::StateChange`]s and asks `GET /models` when a
//! key is suspect.

mod cooling;
mod jitter;
mod lease;
mod load;
mod member;
mod pick;
mod select;
mod settle;
mod state;
mod storm;
mod strategy;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Moment;
use crate::model::{AccountId, ApiKey, Evidence, KeyId, KeyState, StateChange, Verdict};

pub use lease::Lease;
pub use member::{AccountSeed, Counts, Demand, Member, MemberView, NoKey, Settled};
pub use strategy::{Strategy, UnknownStrategy};

use settle::key_serves;
use state::{Table, condition};

/// The pool of keys. Clones share it.
#[derive(Clone)]
pub struct Pool(Arc<Mutex<Table>>);

impl Pool {
    /// An empty pool. `seed` spreads the delays of several programs.
    #[must_use]
    pub fn new(strategy: Strategy, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Table::new(strategy, seed))))
    }

    /// Changes the strategy; leases go on.
    pub fn set_strategy(&self, strategy: Strategy) {
        self.table().strategy = strategy;
    }

    /// Takes these members instead of the present ones. Keys and accounts that
    /// stay keep what was learnt of them (state, coolings) and their requests
    /// in flight; a second member with the same key is left out.
    pub fn load(&self, members: Vec<Member>, accounts: Vec<AccountSeed>, now: Moment) {
        self.table().load(members, accounts, now);
    }

    /// Lends the best key for this demand.
    ///
    /// # Errors
    /// Says why no key can be lent, and when to come back.
    pub fn pick(&self, now: Moment, demand: &Demand<'_>) -> Result<Lease, NoKey> {
        self.table().pick(now, demand)
    }

    /// Draws the conclusions of one attempt. Call it as soon as the verdict is
    /// known, once per lease; the lease itself may live on while the body does.
    #[must_use = "the changes must survive a restart"]
    pub fn settle(
        &self,
        now: Moment,
        lease: &Lease,
        model: Option<&str>,
        verdict: &Verdict,
    ) -> Settled {
        self.table().settle(now, lease, model, verdict)
    }

    /// `GET /models` answered 401 as well: the key is out until it is restored.
    #[must_use = "the changes must survive a restart"]
    pub fn confirm_unauthorized(&self, now: Moment, key: &KeyId) -> Vec<StateChange> {
        let mut table = self.table();
        let Some(slot) = table.slot_mut(key) else {
            return Vec::new();
        };
        let evidence = match slot.suspicion.take() {
            Some(suspicion) => suspicion.evidence,
            None => Evidence {
                status: Some(401),
                ..Evidence::default()
            },
        };
        slot.member.state = KeyState::Unauthorized;
        slot.member.condition = Some(condition(now, &evidence));
        vec![StateChange::Key {
            key: key.clone(),
            state: KeyState::Unauthorized,
            condition: slot.member.condition.clone(),
        }]
    }

    /// `GET /models` gave no answer: the key stays suspect, and a later 401 asks
    /// again, but not at once.
    pub fn unconfirmed(&self, now: Moment, key: &KeyId) {
        let mut table = self.table();
        if let Some(suspicion) = table.slot_mut(key).and_then(|slot| slot.suspicion.as_mut()) {
            suspicion.asked_ms = now.monotonic_ms;
        }
    }

    /// The upstream knows the key: it serves again.
    #[must_use = "the changes must survive a restart"]
    pub fn restore(&self, key: &KeyId) -> Vec<StateChange> {
        let mut table = self.table();
        let Some(slot) = table.slot_mut(key) else {
            return Vec::new();
        };
        slot.suspicion = None;
        if slot.member.state == KeyState::Usable {
            return Vec::new();
        }
        slot.member.state = KeyState::Usable;
        slot.member.condition = None;
        vec![key_serves(key)]
    }

    /// The account was topped up or verified: all its blocks and coolings end.
    #[must_use = "the changes must survive a restart"]
    pub fn restore_account(&self, account: &AccountId) -> Vec<StateChange> {
        let mut table = self.table();
        let Some(found) = table.account_mut(account) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        if found.unblock() {
            changes.push(StateChange::Account {
                account: account.clone(),
                state: KeyState::Usable,
                condition: None,
            });
        }
        for model in found.cooling.forget_all() {
            changes.push(StateChange::Cooled {
                account: account.clone(),
                model,
            });
        }
        changes
    }

    /// Until the first account is back that cools down on this model, e.g. for
    /// the `Retry-After` of an answer that stopped a failover.
    #[must_use]
    pub fn retry_after(&self, now: Moment, model: Option<&str>) -> Option<Duration> {
        self.table().retry_after(now, model)
    }

    /// The secret of a key, to ask the upstream with it outside of traffic.
    #[must_use]
    pub fn secret(&self, key: &KeyId) -> Option<ApiKey> {
        let mut table = self.table();
        let seat = table.slot_mut(key)?.seat.as_ref()?;
        Some(seat.secret.clone())
    }

    /// Keys with a 401 that is neither confirmed nor disproved.
    #[must_use]
    pub fn suspects(&self) -> Vec<KeyId> {
        let table = self.table();
        table
            .accounts
            .iter()
            .flat_map(|account| &account.slots)
            .filter(|slot| slot.suspicion.is_some())
            .map(|slot| slot.member.key.clone())
            .collect()
    }

    /// Sets an account's balance in billionths, `None` when it is not known.
    /// No balance ever changes a state (D5); see [`Pool::restore_account`].
    pub fn set_balance(&self, account: &AccountId, balance_nano: Option<i64>) {
        if let Some(account) = self.table().account_mut(account) {
            account.balance_nano = balance_nano;
        }
    }

    /// All keys in the order they were given.
    #[must_use]
    pub fn views(&self, now: Moment) -> Vec<MemberView> {
        self.table().views(now)
    }

    /// Keys by state.
    #[must_use]
    pub fn counts(&self, now: Moment) -> Counts {
        self.table().counts(now)
    }

    /// No code under this lock can leave the table half changed, so a panic
    /// elsewhere in a thread that held it does no harm.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
