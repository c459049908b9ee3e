//! Replaces the members while what is under way goes on.

use std::collections::HashMap;

use crate::clock::Moment;
use crate::model::{AccountId, KeyId, KeyState};

use super::account::{Account, Slot};
use super::cooling::Coolings;
use super::member::{AccountSeed, Member};
use super::state::{Place, Table};

impl Table {
    /// Takes these members instead of the present ones. Accounts and keys that
    /// stay keep their state, coolings and requests in flight.
    pub(super) fn load(&mut self, members: Vec<Member>, seeds: Vec<AccountSeed>, now: Moment) {
        self.latest = now;
        let before: Vec<AccountId> = self.accounts.iter().map(|one| one.id.clone()).collect();
        let (mut accounts, mut slots) = self.take_apart();
        let least_served = accounts.values().map(|account| account.served).min();
        let mut seeds: HashMap<AccountId, AccountSeed> = seeds
            .into_iter()
            .map(|seed| (seed.account.clone(), seed))
            .collect();
        self.key_at.reserve(members.len());
        for member in members {
            if self.key_at.contains_key(&member.key) {
                continue;
            }
            let id = &member.account;
            if !self.account_at.contains_key(id) {
                let seed = seeds.remove(id);
                let account = match accounts.remove(id) {
                    Some(account) => refreshed(account, seed),
                    None => seeded(id, seed, now)
                        .starting_at(least_served.unwrap_or_default(), self.time),
                };
                self.account_at.insert(id.clone(), self.accounts.len());
                self.accounts.push(account);
            }
            let before = slots.remove(&member.key);
            self.seat(member, before);
        }
        self.affinity
            .renumber(|number| self.account_at.get(before.get(number)?).copied());
        self.line_up_all();
        for index in 0..self.accounts.len() {
            self.rests(index);
        }
    }

    /// Puts a key into its account, which is there.
    fn seat(&mut self, member: Member, before: Option<Slot>) {
        let Some(&index) = self.account_at.get(&member.account) else {
            return;
        };
        let account = &mut self.accounts[index];
        let place = Place {
            account: index,
            slot: account.slots.len(),
        };
        self.key_at.insert(member.key.clone(), place);
        self.order.push(place);
        let slot = Slot::seated(member, &account.in_flight, before);
        account.slots.push(slot);
    }

    fn take_apart(&mut self) -> (HashMap<AccountId, Account>, HashMap<KeyId, Slot>) {
        self.account_at.clear();
        self.key_at.clear();
        self.order.clear();
        self.resting.clear();
        self.due.clear();
        let mut accounts = HashMap::with_capacity(self.accounts.len());
        let mut slots = HashMap::new();
        for mut account in self.accounts.drain(..) {
            for slot in account.slots.drain(..) {
                slots.insert(slot.member.key.clone(), slot);
            }
            accounts.insert(account.id.clone(), account);
        }
        (accounts, slots)
    }
}

/// An account that stays: what was learnt by using it is newer than the seed.
fn refreshed(mut account: Account, seed: Option<AccountSeed>) -> Account {
    if let Some(seed) = seed {
        account.balance_nano = seed.balance_nano.or(account.balance_nano);
        account.max_concurrency = seed.max_concurrency;
    }
    account
}

/// A new account.
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
