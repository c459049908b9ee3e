//! Who serves a request now, from the best to the last resort.

use std::cmp::Reverse;
use std::ops::Range;
use std::task::Waker;

use crate::clock::Moment;
use crate::model::{Choice, KeyState, Strategy};

use super::account::Account;
use super::cooling::NO_MODEL;
use super::lane::Order;
use super::lease::Probe;
use super::member::{Demand, NoKey};
use super::state::{Place, Table};

/// An account that is out of service is asked this often when nothing else is
/// left: its owner may have paid in the meantime.
const LAST_RESORT_MS: u64 = 60_000;
/// While others serve, one request a second at most finds out about an account
/// that is due: with thousands of them, every request would.
const DUE_GAP_MS: u64 = 1_000;
/// Accounts that are due and looked at by one pick.
const DUE_AT_ONCE: usize = 8;

/// Who was chosen, and what it is sent for.
pub(super) struct Chosen {
    pub(super) place: Place,
    pub(super) probe: Option<Probe>,
    pub(super) choice: Choice,
}

/// What a session's own account can do for this request.
enum Bond {
    /// It serves.
    Holds(Place),
    /// It serves, but not this request, this time.
    Pauses,
    /// It does not: the conversation moves.
    Broken,
}

impl Table {
    /// Chooses, and notes where the conversation is now. A request that has
    /// `waited` takes only what may serve at once.
    pub(super) fn choose(
        &mut self,
        now: Moment,
        demand: &Demand<'_>,
        waited: bool,
    ) -> Result<Chosen, NoKey> {
        if self.order.is_empty() {
            return Err(NoKey::Empty);
        }
        let session = demand.session.filter(|_| demand.only.is_none());
        let bond = session.and_then(|session| self.bond(now, session, demand));
        if let Some(Bond::Holds(place)) = bond {
            return Ok(Chosen::for_good(place, Choice::Session));
        }
        let chosen = if waited {
            self.ready(now, demand).ok_or(NoKey::Busy)?
        } else {
            self.choose_freely(now, demand)?
        };
        if let Some(session) = session
            && !matches!(bond, Some(Bond::Pauses))
        {
            let account = chosen.place.account;
            self.affinity.bind(session, account, now.monotonic_ms);
        }
        Ok(chosen)
    }

    fn choose_freely(&mut self, now: Moment, demand: &Demand<'_>) -> Result<Chosen, NoKey> {
        // A retry that is due goes first, once: by balance or turn it might
        // never be its turn. A request that has failed already takes no chances.
        let untried = demand.tried_accounts.is_empty() && demand.tried_keys.is_empty();
        if untried
            && demand.only.is_none()
            && !demand.is_free_of_charge()
            && !demand.once
            && let Some(chosen) = self.next_due(now, demand)
        {
            return Ok(chosen);
        }
        if let Some(chosen) = self.ready(now, demand) {
            return Ok(chosen);
        }
        if self.has_full(now, demand) {
            return Err(NoKey::Busy);
        }
        self.any_without_balance(now, demand)
            .or_else(|| self.any_due(now, demand))
            .or_else(|| self.any_cooling(now, demand))
            .or_else(|| self.last_resort(now, demand))
            .ok_or_else(|| self.no_key(now, demand, untried))
    }

    /// The account that the conversation is with.
    fn bond(&mut self, now: Moment, session: u64, demand: &Demand<'_>) -> Option<Bond> {
        let strategy = self.strategy;
        let index = self.affinity.find(session, now.monotonic_ms)?;
        let account = self.accounts.get(index)?;
        let is_broken = !account.state.serves()
            || account.is_doubtful()
            || account.cooling.blocking(now, demand.model).is_some();
        if is_broken {
            return Some(Bond::Broken);
        }
        if account.is_full(self.max_concurrency) {
            return Some(Bond::Pauses);
        }
        Some(match account.best_slot(strategy, demand) {
            Some(slot) => Bond::Holds(Place {
                account: index,
                slot,
            }),
            None => Bond::Pauses,
        })
    }

    /// By strategy among all that may serve.
    fn ready(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Chosen> {
        let strategy = self.strategy;
        if demand.only.is_some() {
            let index = self.scope(demand).next()?;
            let account = &self.accounts[index];
            let ready = account.is_ready(now, demand) && !account.is_full(self.max_concurrency);
            let slot = account.best_slot(strategy, demand).filter(|_| ready)?;
            let place = Place {
                account: index,
                slot,
            };
            return Some(Chosen::for_good(place, Choice::Owner));
        }
        let order = match (strategy, demand.free) {
            (Strategy::HighestBalance, true) => Order::Poorest,
            (Strategy::HighestBalance, false) => Order::Richest,
            _ => Order::Plain,
        };
        let model = demand.model.unwrap_or(NO_MODEL);
        self.lanes.take_back(model, now.monotonic_ms);
        let accounts = &self.accounts;
        let accepts = |index: usize| {
            let account: &Account = &accounts[index];
            account.cooling.blocking(now, demand.model).is_none()
                && account.best_slot(strategy, demand).is_some()
        };
        // First without those that have probably been sent enough.
        let account = self
            .lanes
            .search(model, order, accepts)
            .or_else(|| self.lanes.search_all(order, accepts))?;
        let slot = self.accounts[account].best_slot(strategy, demand)?;
        let place = Place { account, slot };
        Some(Chosen::for_good(place, Choice::Strategy))
    }

    /// Whether an account would serve if it had not its fill of requests.
    fn has_full(&self, now: Moment, demand: &Demand<'_>) -> bool {
        let strategy = self.strategy;
        self.scope(demand).any(|index| {
            let account = &self.accounts[index];
            account.is_full(self.max_concurrency)
                && account.is_ready(now, demand)
                && account.best_slot(strategy, demand).is_some()
        })
    }

    /// Tells those to ask again for whom no account is merely full any more.
    pub(super) fn send_away(&mut self) -> Vec<Waker> {
        let mut woken = Vec::new();
        let queue = std::mem::take(&mut self.queue);
        for waiter in queue {
            if self.has_full(self.latest, &waiter.demand()) {
                self.queue.push_back(waiter);
            } else {
                woken.extend(waiter.give(None));
            }
        }
        woken
    }

    /// An account without balance, for a request that costs nothing.
    fn any_without_balance(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Chosen> {
        if !demand.is_free_of_charge() {
            return None;
        }
        let strategy = self.strategy;
        self.scope(demand).find_map(|index| {
            let account = &self.accounts[index];
            let may = account.is_ready(now, demand) && !account.is_full(self.max_concurrency);
            let slot = account.best_slot(strategy, demand).filter(|_| may)?;
            let place = Place {
                account: index,
                slot,
            };
            Some(Chosen::for_good(place, Choice::Strategy))
        })
    }

    /// An account whose time of rest is over: one request may find out.
    fn next_due(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Chosen> {
        while let Some(&Reverse((retry_at_ms, id))) = self.resting.peek()
            && retry_at_ms <= now.monotonic_ms
        {
            self.resting.pop();
            if !self.due.contains(&id) {
                self.due.push_back(id);
            }
        }
        if self.due.is_empty() || now.monotonic_ms < self.next_due_ms {
            return None;
        }
        for _ in 0..self.due.len().min(DUE_AT_ONCE) {
            let id = self.due.pop_front()?;
            let index = id as usize;
            if !self.accounts[index].is_due(now) {
                continue;
            }
            self.due.push_back(id);
            if let Some(chosen) = self.probe_blocked(now, demand, index) {
                self.next_due_ms = now.monotonic_ms + DUE_GAP_MS;
                return Some(chosen);
            }
        }
        None
    }

    /// The same when nothing else is left.
    fn any_due(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Chosen> {
        self.longest_unasked(now, demand, |account| account.is_due(now))
    }

    /// The account without balance that was asked the longest time ago.
    fn last_resort(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Chosen> {
        self.longest_unasked(now, demand, |account| {
            account.state == KeyState::Exhausted
                && account.block.as_ref().is_some_and(|block| {
                    now.monotonic_ms.saturating_sub(block.asked_ms) >= LAST_RESORT_MS
                })
        })
    }

    fn longest_unasked(
        &mut self,
        now: Moment,
        demand: &Demand<'_>,
        wanted: impl Fn(&Account) -> bool,
    ) -> Option<Chosen> {
        let strategy = self.strategy;
        let asked_ms = |index: &usize| {
            let block = self.accounts[*index].block.as_ref();
            block.map(|block| block.asked_ms)
        };
        let index = self
            .scope(demand)
            .filter(|index| wanted(&self.accounts[*index]))
            .filter(|index| self.accounts[*index].may_be_probed(now, strategy, demand))
            .min_by_key(asked_ms)?;
        self.probe_blocked(now, demand, index)
    }

    /// Sends a request to an account that is out of service.
    fn probe_blocked(&mut self, now: Moment, demand: &Demand<'_>, index: usize) -> Option<Chosen> {
        let strategy = self.strategy;
        let account = &mut self.accounts[index];
        if !account.may_be_probed(now, strategy, demand) {
            return None;
        }
        let slot = account.best_slot(strategy, demand)?;
        let block = account.block.as_mut()?;
        block.asked_ms = now.monotonic_ms;
        Some(Chosen {
            place: Place {
                account: index,
                slot,
            },
            probe: Some(block.probe.clone()),
            choice: Choice::Retry,
        })
    }

    /// All cool down: the one that failed longest ago is tested, one request at
    /// a time and not too often, so that the last account is never shut out.
    fn any_cooling(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Chosen> {
        let strategy = self.strategy;
        let mut oldest: Option<(u64, Place)> = None;
        for index in self.scope(demand) {
            let account = &self.accounts[index];
            if !account.state.serves() {
                continue;
            }
            let Some(cooling) = account.cooling.blocking(now, demand.model) else {
                continue;
            };
            if cooling.probe.is_out() {
                return None;
            }
            let Some(slot) = account.best_slot(strategy, demand) else {
                continue;
            };
            if cooling.may_probe(now) && oldest.is_none_or(|(ms, _)| cooling.failed_ms < ms) {
                let place = Place {
                    account: index,
                    slot,
                };
                oldest = Some((cooling.failed_ms, place));
            }
        }
        let (_, place) = oldest?;
        let coolings = &mut self.accounts[place.account].cooling;
        let probe = coolings.blocking(now, demand.model)?.probe.clone();
        for cooling in coolings.blocking_mut(now, demand.model) {
            cooling.note_probe(now);
        }
        Some(Chosen {
            place,
            probe: Some(probe),
            choice: Choice::Retry,
        })
    }

    fn no_key(&self, now: Moment, demand: &Demand<'_>, untried: bool) -> NoKey {
        match self.first_back(now, demand) {
            Some(cooling) => NoKey::Cooling {
                retry_after: cooling.remaining(now),
                why: cooling.resting(),
            },
            None if untried => NoKey::Unusable(self.counts(now)),
            None => NoKey::AllTried,
        }
    }

    /// The cooling on this model that ends first.
    pub(super) fn first_back(
        &self,
        now: Moment,
        demand: &Demand<'_>,
    ) -> Option<&super::cooling::Cooling> {
        self.scope(demand)
            .map(|index| &self.accounts[index])
            .filter(|account| account.state.serves() && account.has_key())
            .filter_map(|account| account.cooling.blocking(now, demand.model))
            .min_by_key(|cooling| cooling.until_ms)
    }

    /// The accounts that come into question.
    fn scope(&self, demand: &Demand<'_>) -> Range<usize> {
        match demand.only {
            None => 0..self.accounts.len(),
            Some(only) => match self.account_at.get(only) {
                Some(&index) => index..index + 1,
                None => 0..0,
            },
        }
    }
}

impl Chosen {
    fn for_good(place: Place, choice: Choice) -> Self {
        Self {
            place,
            probe: None,
            choice,
        }
    }
}

impl Account {
    /// Whether nothing but its load could keep it from this request.
    fn is_ready(&self, now: Moment, demand: &Demand<'_>) -> bool {
        let serves = self.state.serves()
            || (self.state == KeyState::Exhausted && demand.is_free_of_charge());
        serves && self.cooling.blocking(now, demand.model).is_none()
    }

    fn is_due(&self, now: Moment) -> bool {
        !self.state.serves()
            && self
                .block
                .as_ref()
                .is_some_and(|block| block.retry_at_ms <= now.monotonic_ms)
    }

    fn may_be_probed(&self, now: Moment, strategy: Strategy, demand: &Demand<'_>) -> bool {
        !self.state.serves()
            && self
                .block
                .as_ref()
                .is_some_and(|block| !block.probe.is_out())
            && self.cooling.blocking(now, demand.model).is_none()
            && self.best_slot(strategy, demand).is_some()
    }
}
