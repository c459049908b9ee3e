//! Everything behind the pool's lock.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use crate::clock::Moment;
use crate::model::{AccountId, KeyId, KeyState, Strategy};

use super::account::Account;
use super::affinity::Affinity;
use super::cooling::NO_MODEL;
use super::jitter::Jitter;
use super::lane::Lanes;
use super::lease::{Home, Seat};
use super::line::index_u32;
use super::member::{Counts, MemberView};
use super::queue::Queue;
use super::refusals::Refusals;
use super::slot::Slot;
use super::storm::Storm;

/// The accounts, and all that helps to choose among them.
pub(super) struct Table {
    pub(super) strategy: Strategy,
    pub(super) accounts: Vec<Account>,
    pub(super) account_at: Index<AccountId, usize>,
    pub(super) key_at: Index<KeyId, Place>,
    /// Keys in the order they were given, for display.
    pub(super) order: Vec<Place>,
    pub(super) lanes: Lanes,
    pub(super) affinity: Affinity,
    pub(super) queue: Queue,
    /// Whether an account went out of service since the queue was looked at.
    pub(super) narrowed: bool,
    /// Requests at a time per account, unless it has a limit of its own.
    pub(super) max_concurrency: Option<u32>,
    /// Accounts out of service by when they may be tried again, and those for
    /// which that time has come. Some entries may be out of date.
    pub(super) resting: BinaryHeap<Reverse<(u64, u32)>>,
    pub(super) due: VecDeque<u32>,
    /// From when on a request may find out about the next that is due.
    pub(super) next_due_ms: u64,
    /// How often the members were exchanged.
    pub(super) edition: u64,
    /// Last number given to a pick.
    pub(super) ticket: u64,
    /// How far the keys have gone on under [`Strategy::Weighted`].
    pub(super) time: u64,
    pub(super) jitter: Jitter,
    pub(super) storm: Storm,
    pub(super) refusals: Refusals,
    /// When something was last asked of the pool: a lease that returns brings
    /// no clock.
    pub(super) latest: Moment,
}

/// Found by an id of ours, which nobody else chooses.
pub(super) type Index<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Where a key stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: usize,
    pub(super) slot: usize,
}

impl Table {
    pub(super) fn new(strategy: Strategy, seed: u64) -> Self {
        Self {
            strategy,
            accounts: Vec::new(),
            account_at: Index::default(),
            key_at: Index::default(),
            order: Vec::new(),
            lanes: Lanes::default(),
            affinity: Affinity::default(),
            queue: Queue::default(),
            narrowed: false,
            max_concurrency: None,
            resting: BinaryHeap::new(),
            due: VecDeque::new(),
            next_due_ms: 0,
            edition: 0,
            ticket: 0,
            time: 0,
            jitter: Jitter::new(seed),
            storm: Storm::default(),
            refusals: Refusals::default(),
            latest: Moment::default(),
        }
    }

    pub(super) fn next_ticket(&mut self) -> u64 {
        self.ticket += 1;
        self.ticket
    }

    pub(super) fn account_mut(&mut self, id: &AccountId) -> Option<&mut Account> {
        let &index = self.account_at.get(id)?;
        self.accounts.get_mut(index)
    }

    pub(super) fn slot_mut(&mut self, key: &KeyId) -> Option<&mut Slot> {
        let place = *self.key_at.get(key)?;
        self.accounts
            .get_mut(place.account)?
            .slots
            .get_mut(place.slot)
    }

    /// The account's balance, state, limit or load has changed.
    pub(super) fn place(&mut self, index: usize) {
        let account = &self.accounts[index];
        let standing = account.standing(index, self.strategy, self.max_concurrency);
        self.lanes.set(index, standing);
    }

    /// One of its keys has changed.
    pub(super) fn line_up(&mut self, index: usize) {
        self.accounts[index].line_up(self.strategy);
        self.place(index);
    }

    /// The account of this key, after the key has changed.
    pub(super) fn line_up_key(&mut self, key: &KeyId) {
        self.narrowed = true;
        if let Some(&place) = self.key_at.get(key) {
            self.line_up(place.account);
        }
    }

    /// All stand anew, under whatever strategy there is now.
    pub(super) fn line_up_all(&mut self) {
        self.narrowed = true;
        self.lanes.reset(self.accounts.len());
        for index in 0..self.accounts.len() {
            self.line_up(index);
        }
        for index in 0..self.accounts.len() {
            let models = self.accounts[index].cooling.models(self.latest);
            for model in models {
                self.keep_out(self.latest, index, &model);
            }
        }
    }

    /// Notes a request with this key, and gives what a lease of it needs.
    pub(super) fn lent(
        &mut self,
        now: Moment,
        model: Option<&str>,
        place: Place,
    ) -> Option<(Arc<Seat>, Home, u64)> {
        let ticket = self.next_ticket();
        let account = &mut self.accounts[place.account];
        let slot = &account.slots[place.slot];
        let home = Home {
            place,
            edition: self.edition,
            key_born: slot.born,
            account_born: account.born,
        };
        let seat = slot.seat.clone()?;
        account.lent(place.slot, ticket, &mut self.time);
        let model = model.unwrap_or(NO_MODEL);
        let full_until_ms = account.paces.sent(now, model);
        if full_until_ms > 0 {
            self.lanes.keep_out(model, place.account, full_until_ms);
        }
        self.moved(place);
        Some((seat, home, ticket))
    }

    /// The load of a key and its account has changed.
    pub(super) fn moved(&mut self, place: Place) {
        self.accounts[place.account].moved(place.slot, self.strategy);
        self.place(place.account);
    }

    /// A lease is over: the key has one request less.
    pub(super) fn returned(&mut self, seat: &Seat, home: Home) {
        let place = if home.edition == self.edition {
            Some(home.place)
        } else {
            self.key_at.get(&seat.key).copied()
        };
        if let Some(place) = place {
            let account = &mut self.accounts[place.account];
            let slot = &mut account.slots[place.slot];
            slot.in_flight -= u32::from(slot.born == home.key_born);
            if account.born == home.account_born {
                account.in_flight -= 1;
                return self.moved(place);
            }
            account.moved(place.slot, self.strategy);
        }
        // The key is gone, or in another account by now.
        if let Some(&index) = self.account_at.get(&seat.account)
            && self.accounts[index].born == home.account_born
        {
            self.accounts[index].in_flight -= 1;
            self.place(index);
        }
    }

    /// The account is to be left alone on this model, or no longer.
    pub(super) fn keep_out(&mut self, now: Moment, index: usize, model: &str) {
        self.narrowed = true;
        if self.lanes.open(model) {
            for account in 0..self.accounts.len() {
                self.keep_out_of(now, account, model);
            }
        }
        self.let_in(now, index);
    }

    /// Goes through all lanes of the account once more.
    pub(super) fn let_in(&mut self, now: Moment, index: usize) {
        let models: Vec<Box<str>> = self.lanes.models().map(Box::from).collect();
        for model in models {
            self.keep_out_of(now, index, &model);
        }
    }

    fn keep_out_of(&mut self, now: Moment, index: usize, model: &str) {
        let account = &mut self.accounts[index];
        let cools = account
            .cooling
            .blocking(now, named(model))
            .map_or(0, |cooling| cooling.until_ms);
        let until_ms = cools.max(account.paces.full_until(now, model));
        self.lanes.keep_out(model, index, until_ms);
    }

    /// The account rests from now on.
    pub(super) fn rests(&mut self, index: usize) {
        self.narrowed = true;
        if let Some(block) = &self.accounts[index].block {
            self.resting
                .push(Reverse((block.retry_at_ms, index_u32(index))));
        }
    }

    pub(super) fn counts(&self, now: Moment) -> Counts {
        let mut counts = Counts::default();
        for account in &self.accounts {
            let cools = account.cooling.any(now);
            for slot in &account.slots {
                counts.total += 1;
                let tally = match account.state_of(slot) {
                    KeyState::Usable | KeyState::Unchecked => {
                        counts.cooling += u32::from(cools);
                        &mut counts.usable
                    }
                    KeyState::Exhausted => &mut counts.exhausted,
                    KeyState::Restricted => &mut counts.restricted,
                    KeyState::Unauthorized => &mut counts.unauthorized,
                    KeyState::Unreadable => &mut counts.unreadable,
                    KeyState::Disabled => &mut counts.disabled,
                };
                *tally += 1;
            }
        }
        counts
    }

    pub(super) fn views(&self, now: Moment) -> Vec<MemberView> {
        self.order
            .iter()
            .map(|place| {
                let account = &self.accounts[place.account];
                account.view(&account.slots[place.slot], now)
            })
            .collect()
    }
}

/// The model of a lane, as a request names it.
fn named(model: &str) -> Option<&str> {
    (model != NO_MODEL).then_some(model)
}

impl Account {
    /// State of key and account together, the worse of the two.
    fn state_of(&self, slot: &Slot) -> KeyState {
        if !slot.member.enabled {
            KeyState::Disabled
        } else if slot.seat.is_none() {
            KeyState::Unreadable
        } else if !slot.member.state.serves() {
            slot.member.state
        } else if !self.state.serves() {
            self.state
        } else {
            slot.member.state
        }
    }

    fn view(&self, slot: &Slot, now: Moment) -> MemberView {
        let state = self.state_of(slot);
        let condition = match state {
            KeyState::Exhausted | KeyState::Restricted => self.condition.clone(),
            KeyState::Usable
            | KeyState::Unchecked
            | KeyState::Unauthorized
            | KeyState::Unreadable
            | KeyState::Disabled => slot.member.condition.clone(),
        };
        MemberView {
            key: slot.member.key.clone(),
            label: Arc::clone(&slot.member.label),
            account: self.id.clone(),
            account_label: Arc::clone(&slot.member.account_label),
            last_four: Arc::clone(&slot.member.last_four),
            state,
            condition,
            cooling: self.cooling.shown(now),
            balance_nano: self.balance_nano,
            in_flight: slot.in_flight,
        }
    }
}
