//! Requests that wait until an account has room for one more.
//!
//! In order of arrival: an account that gets room is lent at once to the first
//! that can use it, before anybody who comes later could. A request that gives
//! up leaves the queue, and what was lent to it goes to the next. Who waits for
//! accounts that went out of service meanwhile is told to ask again.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::model::{AccountId, KeyId};

use super::Shared;
use super::lease::Lease;
use super::member::Demand;

/// A [`Demand`] that outlives its request's borrowings.
struct Wish {
    model: Option<Box<str>>,
    session: Option<u64>,
    only: Option<AccountId>,
    free: bool,
    once: bool,
    tried_accounts: Vec<AccountId>,
    tried_keys: Vec<KeyId>,
}

impl Wish {
    fn of(demand: &Demand<'_>) -> Self {
        Self {
            model: demand.model.map(Box::from),
            session: demand.session,
            only: demand.only.cloned(),
            free: demand.free,
            once: demand.once,
            tried_accounts: demand.tried_accounts.to_vec(),
            tried_keys: demand.tried_keys.to_vec(),
        }
    }

    fn demand(&self) -> Demand<'_> {
        Demand {
            model: self.model.as_deref(),
            session: self.session,
            only: self.only.as_ref(),
            free: self.free,
            once: self.once,
            tried_accounts: &self.tried_accounts,
            tried_keys: &self.tried_keys,
        }
    }
}

/// One that waits.
pub(super) struct Waiter {
    wish: Wish,
    hand: Mutex<Hand>,
}

/// What a wait ends with: a lease, or `None` when there is nothing left to wait
/// for and the pool is to be asked again.
type Turn = Option<Lease>;

/// Where it is given its turn.
#[derive(Default)]
struct Hand {
    turn: Option<Turn>,
    waker: Option<Waker>,
}

impl Waiter {
    pub(super) fn new(demand: &Demand<'_>) -> Self {
        Self {
            wish: Wish::of(demand),
            hand: Mutex::default(),
        }
    }

    pub(super) fn demand(&self) -> Demand<'_> {
        self.wish.demand()
    }

    /// Ends its wait; returns whom to wake.
    pub(super) fn give(&self, turn: Turn) -> Option<Waker> {
        let mut hand = self.hand();
        hand.turn = Some(turn);
        hand.waker.take()
    }

    fn hand(&self) -> MutexGuard<'_, Hand> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those that wait, the first in front.
pub(super) type Queue = VecDeque<Arc<Waiter>>;

/// A place in the queue; resolves to a lease, or to `None` when the pool is to be
/// asked again. Dropping it gives the place up.
#[must_use = "whoever does not wait gets nothing"]
pub struct Waiting {
    shared: Arc<Shared>,
    waiter: Arc<Waiter>,
}

impl Waiting {
    pub(super) fn new(shared: Arc<Shared>, waiter: Arc<Waiter>) -> Self {
        Self { shared, waiter }
    }
}

impl Future for Waiting {
    type Output = Turn;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Turn> {
        let mut hand = self.waiter.hand();
        if let Some(turn) = hand.turn.take() {
            return Poll::Ready(turn);
        }
        hand.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.shared.leave(&self.waiter);
        // Only now: a lease that returns asks for the pool's lock itself.
        let unwanted = self.waiter.hand().turn.take();
        drop(unwanted);
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}
