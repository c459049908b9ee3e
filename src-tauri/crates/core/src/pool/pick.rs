//! Who may serve a request now, from the best to the last resort.

use std::time::Duration;

use crate::clock::Moment;
use crate::model::KeyState;

use super::lease::{Lease, Probe};
use super::member::{Demand, NoKey};
use super::select::choose;
use super::state::{Account, Place, Slot, Table};

/// An account that is out of service is asked this often when nothing else is
/// left: its owner may have paid in the meantime.
const LAST_RESORT_MS: u64 = 60_000;

impl Table {
    pub(super) fn pick(&mut self, now: Moment, demand: &Demand<'_>) -> Result<Lease, NoKey> {
        if self.order.is_empty() {
            return Err(NoKey::Empty);
        }
        // A retry that is due goes first, once: by balance or turn it might
        // never be its turn. A request that has failed already takes no chances.
        let untried = demand.tried_accounts.is_empty() && demand.tried_keys.is_empty();
        if untried && let Some(lease) = self.pick_due(now, demand) {
            return Ok(lease);
        }
        if let Some(place) = self.choose_ready(now, demand, false) {
            return self.lend(place, None).ok_or(NoKey::Empty);
        }
        if let Some(place) = self.choose_ready(now, demand, true) {
            return self.lend(place, None).ok_or(NoKey::Empty);
        }
        self.pick_due(now, demand)
            .or_else(|| self.pick_cooling(now, demand))
            .or_else(|| self.pick_last_resort(now, demand))
            .ok_or_else(|| self.no_key(now, demand, untried))
    }

    /// By strategy among all that may serve: without suspects, or only they.
    fn choose_ready(&mut self, now: Moment, demand: &Demand<'_>, suspects: bool) -> Option<Place> {
        self.candidates.clear();
        for (index, account) in self.accounts.iter().enumerate() {
            if !account.state.serves()
                || !demand.allows(&account.id)
                || account.cooling.blocking(now, demand.model).is_some()
            {
                continue;
            }
            for (position, slot) in account.slots.iter().enumerate() {
                if slot.may_serve(demand) && slot.suspicion.is_some() == suspects {
                    self.candidates.push(Place {
                        account: index,
                        slot: position,
                    });
                }
            }
        }
        choose(self.strategy, &mut self.accounts, &self.candidates)
    }

    /// An account whose time of rest is over: one request may find out.
    fn pick_due(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Lease> {
        self.pick_blocked(now, demand, |account| {
            account
                .block
                .as_ref()
                .is_some_and(|block| block.retry_at_ms <= now.monotonic_ms)
        })
    }

    /// The account without balance that was asked the longest time ago.
    fn pick_last_resort(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Lease> {
        self.pick_blocked(now, demand, |account| {
            account.state == KeyState::Exhausted
                && account.block.as_ref().is_some_and(|block| {
                    now.monotonic_ms.saturating_sub(block.asked_ms) >= LAST_RESORT_MS
                })
        })
    }

    fn pick_blocked(
        &mut self,
        now: Moment,
        demand: &Demand<'_>,
        wanted: impl Fn(&Account) -> bool,
    ) -> Option<Lease> {
        let (_, place) = self
            .accounts
            .iter()
            .enumerate()
            .filter(|(_, account)| !account.state.serves() && wanted(account))
            .filter(|(_, account)| account.cooling.blocking(now, demand.model).is_none())
            .filter_map(|(index, account)| {
                let block = account.block.as_ref().filter(|b| !b.probe.is_out())?;
                let slot = account.best_slot(demand)?;
                Some((
                    block.asked_ms,
                    Place {
                        account: index,
                        slot,
                    },
                ))
            })
            .min_by_key(|(asked_ms, _)| *asked_ms)?;
        let block = self.accounts[place.account].block.as_mut()?;
        block.asked_ms = now.monotonic_ms;
        let probe = block.probe.clone();
        self.lend(place, Some(probe))
    }

    /// All cool down: the one that failed longest ago is tested, one request at
    /// a time and not too often, so that the last account is never shut out.
    fn pick_cooling(&mut self, now: Moment, demand: &Demand<'_>) -> Option<Lease> {
        let mut oldest: Option<(u64, Place)> = None;
        for (index, account) in self.accounts.iter().enumerate() {
            if !account.state.serves() {
                continue;
            }
            let Some(cooling) = account.cooling.blocking(now, demand.model) else {
                continue;
            };
            if cooling.probe.is_out() {
                return None;
            }
            let Some(slot) = account.best_slot(demand) else {
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
        self.lend(place, Some(probe))
    }

    fn lend(&mut self, place: Place, probe: Option<Probe>) -> Option<Lease> {
        let ticket = self.next_ticket();
        let account = &mut self.accounts[place.account];
        account.last_used = ticket;
        account.served += 1;
        let slot = &mut account.slots[place.slot];
        slot.last_used = ticket;
        let seat = slot.seat.clone()?;
        Some(Lease::new(seat, ticket, probe))
    }

    fn no_key(&self, now: Moment, demand: &Demand<'_>, untried: bool) -> NoKey {
        match self.retry_after(now, demand.model) {
            Some(retry_after) => NoKey::Cooling { retry_after },
            None if untried => NoKey::Unusable(self.counts(now)),
            None => NoKey::AllTried,
        }
    }

    /// Until the first account is back that cools down on this model.
    pub(super) fn retry_after(&self, now: Moment, model: Option<&str>) -> Option<Duration> {
        self.accounts
            .iter()
            .filter(|account| account.state.serves() && account.has_key())
            .filter_map(|account| account.cooling.blocking(now, model))
            .map(|cooling| Duration::from_millis(cooling.remaining_ms(now)))
            .min()
    }
}

impl Account {
    /// The key to send to this account, trusted ones first.
    fn best_slot(&self, demand: &Demand<'_>) -> Option<usize> {
        if !demand.allows(&self.id) {
            return None;
        }
        (0..self.slots.len())
            .filter(|&index| self.slots[index].may_serve(demand))
            .min_by_key(|&index| {
                let slot = &self.slots[index];
                (slot.suspicion.is_some(), slot.last_used)
            })
    }

    fn has_key(&self) -> bool {
        self.slots.iter().any(Slot::serves)
    }
}

impl Slot {
    fn serves(&self) -> bool {
        self.seat.is_some() && self.member.enabled && self.member.state.serves()
    }

    fn may_serve(&self, demand: &Demand<'_>) -> bool {
        self.serves() && !demand.tried_keys.contains(&self.member.key)
    }
}
