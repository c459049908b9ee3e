//! Which key serves a request, and what a failure means for it.
//!
//! - A failure is attributed before anything is penalised: to the request, to
//!   (account, model), to the account, or to the upstream (design D6).
//! - Keys of one account are one failover target.
//! - The last usable account is never shut out: when all cool down, one request
//!   at a time may test.
//! - Cooling runs on the monotonic clock (F38).
//! - A conversation stays with its account for as long as that serves (D7).
//! - Choosing costs O(log n) and no memory, however many keys there are.
//!
//! The pool does no I/O and knows no runtime. It decides; the caller persists
//! the returned [`crate::model::StateChange`]s and asks `GET /models` when a
//! key is suspect.

mod account;
mod affinity;
mod bands;
mod cooling;
mod jitter;
mod lane;
mod lease;
mod line;
mod load;
mod member;
mod pace;
mod pick;
mod queue;
mod rates;
mod refusals;
mod restore;
mod roster;
mod settle;
mod slot;
mod state;
mod storm;
mod stride;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use crate::clock::Moment;
use crate::model::{AccountId, ApiKey, KeyId, Verdict};

pub use crate::model::{Choice, Strategy, UnknownStrategy};
pub use lease::Lease;
pub use member::{AccountSeed, Counts, Demand, Member, MemberView, NoKey, Resting, Settled};
pub use queue::Waiting;
pub use roster::AccountView;

use lease::{Home, Seat};
use load::Roll;
use pick::Chosen;
use queue::Waiter;
use state::Table;

/// The pool of keys. Clones share it.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

/// What pool and leases share.
struct Shared(Mutex<Table>);

impl Pool {
    /// An empty pool. `seed` spreads the delays of several programs.
    #[must_use]
    pub fn new(strategy: Strategy, seed: u64) -> Self {
        Self(Arc::new(Shared(Mutex::new(Table::new(strategy, seed)))))
    }

    /// Changes the strategy; leases go on, and conversations stay.
    pub fn set_strategy(&self, strategy: Strategy) {
        let mut table = self.table();
        if table.strategy != strategy {
            table.strategy = strategy;
            table.line_up_all();
        }
    }

    /// Limits the requests that an account may have under way, unless it has a
    /// limit of its own; `None` is no limit.
    pub fn set_max_concurrency(&self, most: Option<u32>) {
        self.change(|table| {
            if table.max_concurrency != most {
                table.max_concurrency = most;
                table.line_up_all();
            }
        });
    }

    /// Takes these members instead of the present ones. Keys and accounts that
    /// stay keep what was learnt of them (state, coolings) and their requests
    /// in flight; a second member with the same key is left out.
    pub fn load(&self, members: Vec<Member>, accounts: Vec<AccountSeed>, now: Moment) {
        // Most of the work is done before anybody is kept waiting, and what is
        // replaced is put away after.
        let roll = Roll::of(members, accounts, now);
        let replaced = self.change(|table| table.exchange(roll, now));
        drop(replaced);
    }

    /// Lends the best key for this demand.
    ///
    /// # Errors
    /// Says why no key can be lent, and when to come back.
    pub fn pick(&self, now: Moment, demand: &Demand<'_>) -> Result<Lease, NoKey> {
        let mut table = self.table();
        table.latest = now;
        // Those that wait go first, also when only time has passed.
        let woken = self.hand_out(&mut table);
        let chosen = table.choose(now, demand, false);
        let lease = chosen.and_then(|chosen| self.lend(&mut table, now, demand, chosen));
        drop(table);
        woken.into_iter().for_each(Waker::wake);
        lease
    }

    /// Queues up for an account that has room, after [`NoKey::Busy`]. The lease
    /// may be there at once.
    ///
    /// # Errors
    /// [`NoKey::Busy`] when as many as `most` wait already, and whatever else
    /// [`Pool::pick`] says by now.
    pub fn wait(&self, now: Moment, demand: &Demand<'_>, most: usize) -> Result<Waiting, NoKey> {
        let mut table = self.table();
        table.latest = now;
        let waiter = Arc::new(Waiter::new(demand));
        match table.choose(now, demand, false) {
            Ok(chosen) => {
                let lease = self.lend(&mut table, now, demand, chosen)?;
                let _nobody_waits_yet = waiter.give(Some(lease));
            }
            Err(NoKey::Busy) if table.queue.len() < most => {
                table.queue.push_back(Arc::clone(&waiter));
            }
            Err(no_key) => return Err(no_key),
        }
        Ok(Waiting::new(Arc::clone(&self.0), waiter))
    }

    /// Serves those that wait with what has come back only because time passed.
    pub fn look_again(&self, now: Moment) {
        self.change(|table| {
            table.latest = now;
            table.narrowed = true;
        });
    }

    /// Requests that wait for an account with room.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.table().queue.len()
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
        self.change(|table| table.settle(now, lease, model, verdict))
    }

    /// Until the first account is back that cools down on this model, e.g. for
    /// the `Retry-After` of an answer that stopped a failover.
    #[must_use]
    pub fn retry_after(&self, now: Moment, model: Option<&str>) -> Option<Duration> {
        let table = self.table();
        let demand = Demand {
            model,
            ..Demand::default()
        };
        let first = table.first_back(now, &demand)?;
        Some(first.remaining(now))
    }

    /// The secret of a key, to ask the upstream with it outside of traffic.
    #[must_use]
    pub fn secret(&self, key: &KeyId) -> Option<ApiKey> {
        let mut table = self.table();
        let seat = table.slot_mut(key)?.seat.as_ref()?;
        Some(seat.secret.clone())
    }

    /// Sets an account's balance in billionths, `None` when it is not known.
    /// No balance ever changes a state (D5); see [`Pool::restore_account`].
    pub fn set_balance(&self, account: &AccountId, balance_nano: Option<i64>) {
        let mut table = self.table();
        if let Some(&index) = table.account_at.get(account) {
            table.accounts[index].balance_nano = balance_nano;
            table.place(index);
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

    /// Conversations that are with an account.
    #[must_use]
    pub fn sessions(&self, now: Moment) -> usize {
        self.table().affinity.len(now.monotonic_ms)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        self.0.change(change)
    }

    fn lend(
        &self,
        table: &mut Table,
        now: Moment,
        demand: &Demand<'_>,
        chosen: Chosen,
    ) -> Result<Lease, NoKey> {
        self.0.lend(table, now, demand, chosen).ok_or(NoKey::Empty)
    }

    fn hand_out(&self, table: &mut Table) -> Vec<Waker> {
        self.0.hand_out(table)
    }
}

impl Shared {
    /// No code under this lock can leave the table half changed, so a panic
    /// elsewhere in a thread that held it does no harm.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the table; whoever waited for that is served.
    fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut Table) -> T) -> T {
        let mut table = self.table();
        let changed = change(&mut table);
        let woken = self.hand_out(&mut table);
        drop(table);
        woken.into_iter().for_each(Waker::wake);
        changed
    }

    /// A lease is over.
    fn returned(self: &Arc<Self>, seat: &Seat, home: Home) {
        self.change(|table| table.returned(seat, home));
    }

    /// A request no longer waits.
    fn leave(&self, waiter: &Arc<Waiter>) {
        self.table()
            .queue
            .retain(|other| !Arc::ptr_eq(other, waiter));
    }

    fn lend(
        self: &Arc<Self>,
        table: &mut Table,
        now: Moment,
        demand: &Demand<'_>,
        chosen: Chosen,
    ) -> Option<Lease> {
        let lent = table.lent(now, demand.model, chosen.place)?;
        let shared = Arc::clone(self);
        Some(Lease::new(shared, lent, (chosen.probe, chosen.choice)))
    }

    /// Lends what has become free to those that wait, in their order.
    fn hand_out(self: &Arc<Self>, table: &mut Table) -> Vec<Waker> {
        let mut woken = Vec::new();
        let mut next = 0;
        while next < table.queue.len() && !table.lanes.are_empty() {
            let waiter = Arc::clone(&table.queue[next]);
            let demand = waiter.demand();
            let now = table.latest;
            let lease = match table.choose(now, &demand, true) {
                Ok(chosen) => self.lend(table, now, &demand, chosen),
                Err(_) => None,
            };
            if let Some(lease) = lease {
                table.queue.remove(next);
                woken.extend(waiter.give(Some(lease)));
            } else {
                next += 1;
            }
        }
        if std::mem::take(&mut table.narrowed) {
            woken.extend(table.send_away());
        }
        woken
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
