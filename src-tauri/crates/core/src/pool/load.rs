//! Replaces the members while what is under way goes on.

use std::collections::HashMap;

use crate::clock::Moment;
use crate::model::{AccountId, KeyState};

use super::account::Account;
use super::cooling::Coolings;
use super::member::{AccountSeed, Member};
use super::slot::Slot;
use super::state::{Index, Place, Table};

/// Members as the table wants them, made without its lock.
pub(super) struct Roll {
    accounts: Vec<Account>,
    account_at: Index<AccountId, usize>,
    key_at: Index<crate::model::KeyId, Place>,
    order: Vec<Place>,
}

impl Roll {
    pub(super) fn of(members: Vec<Member>, seeds: Vec<AccountSeed>, now: Moment) -> Self {
        let mut seeds: HashMap<AccountId, AccountSeed> = seeds
            .into_iter()
            .map(|seed| (seed.account.clone(), seed))
            .collect();
        let mut roll = Self {
            accounts: Vec::new(),
            account_at: Index::default(),
            key_at: Index::default(),
            order: Vec::with_capacity(members.len()),
        };
        roll.key_at.reserve(members.len());
        for member in members {
            if roll.key_at.contains_key(&member.key) {
                continue;
            }
            let id = &member.account;
            let index = if let Some(&index) = roll.account_at.get(id) {
                index
            } else {
                let index = roll.accounts.len();
                roll.account_at.insert(id.clone(), index);
                roll.accounts.push(seeded(id, seeds.remove(id), now));
                index
            };
            let slots = &mut roll.accounts[index].slots;
            let place = Place {
                account: index,
                slot: slots.len(),
            };
            roll.key_at.insert(member.key.clone(), place);
            roll.order.push(place);
            slots.push(Slot::new(member));
        }
        roll
    }
}

impl Table {
    /// Takes these members instead of the present ones, which are returned to be
    /// put away. Accounts and keys that stay keep their state, coolings and
    /// requests in flight: what was learnt by using them is newer than a seed.
    pub(super) fn exchange(&mut self, mut roll: Roll, now: Moment) -> Roll {
        self.latest = now;
        self.edition += 1;
        std::mem::swap(&mut self.accounts, &mut roll.accounts);
        std::mem::swap(&mut self.account_at, &mut roll.account_at);
        std::mem::swap(&mut self.key_at, &mut roll.key_at);
        std::mem::swap(&mut self.order, &mut roll.order);
        self.take_over_keys(&mut roll);
        self.take_over_accounts(&mut roll);
        let Self {
            affinity,
            account_at,
            ..
        } = self;
        affinity.renumber(|number| account_at.get(&roll.accounts.get(number)?.id).copied());
        self.resting.clear();
        self.due.clear();
        self.line_up_all();
        for index in 0..self.accounts.len() {
            self.rests(index);
        }
        roll
    }

    fn take_over_keys(&mut self, before: &mut Roll) {
        let born = self.next_ticket();
        for place in &self.order {
            let slot = &mut self.accounts[place.account].slots[place.slot];
            slot.born = born;
            if let Some(known) = before.key_at.get(&slot.member.key) {
                slot.take_over(&mut before.accounts[known.account].slots[known.slot]);
            }
        }
    }

    fn take_over_accounts(&mut self, before: &mut Roll) {
        let least_served = before.accounts.iter().map(|account| account.served).min();
        for account in &mut self.accounts {
            self.ticket += 1;
            if let Some(known) = before.account_at.get(&account.id) {
                let gone = Account::new(account.id.clone());
                account.take_over(std::mem::replace(&mut before.accounts[*known], gone));
            } else {
                let served = least_served.unwrap_or_default();
                account.start_at(self.ticket, served, self.time);
            }
        }
    }
}

/// An account as it was remembered.
fn seeded(id: &AccountId, seed: Option<AccountSeed>, now: Moment) -> Account {
    let mut account = Account::new(id.clone());
    let Some(seed) = seed else {
        return account;
    };
    account.balance_nano = seed.balance_nano;
    account.max_concurrency = seed.max_concurrency;
    account.cooling = Coolings::seeded(now, seed.cooling);
    if matches!(seed.state, KeyState::Exhausted | KeyState::Restricted) {
        account.state = seed.state;
        account.condition = Some(seed.condition.unwrap_or_default());
        account.block_from_seed(now);
    }
    account
}
