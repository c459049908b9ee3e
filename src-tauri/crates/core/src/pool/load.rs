//! Replaces the members while what is under way goes on.

use std::collections::HashMap;

use crate::clock::Moment;
use crate::model::{AccountId, KeyId, KeyState};

use super::cooling::Coolings;
use super::member::{AccountSeed, Member};
use super::state::{Account, Place, Slot, Table};

impl Table {
    /// Takes these members instead of the present ones. Accounts and keys that
    /// stay keep their state, coolings and requests in flight.
    pub(super) fn load(&mut self, members: Vec<Member>, seeds: Vec<AccountSeed>, now: Moment) {
        let (mut accounts, mut slots) = self.take_apart();
        let least_served = accounts.values().map(|account| account.served).min();
        let mut seeds: HashMap<AccountId, AccountSeed> = seeds
            .into_iter()
            .map(|seed| (seed.account.clone(), seed))
            .collect();
        for member in members {
            if self.key_at.contains_key(&member.key) {
                continue;
            }
            let id = &member.account;
            if !self.account_at.contains_key(id) {
                let seed = seeds.remove(id);
                let account = match accounts.remove(id) {
                    Some(account) => refreshed(account, seed),
                    None => seeded(id, seed, now, least_served),
                };
                self.account_at.insert(id.clone(), self.accounts.len());
                self.accounts.push(account);
            }
            let before = slots.remove(&member.key);
            self.seat(member, before);
        }
        self.candidates.reserve(self.order.len());
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
        let mut accounts = HashMap::new();
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
    if let Some(balance) = seed.and_then(|seed| seed.balance_nano) {
        account.balance_nano = Some(balance);
    }
    account
}

/// A new account. It starts level with the one that served least, so that it
/// gets its share and not everything.
fn seeded(
    id: &AccountId,
    seed: Option<AccountSeed>,
    now: Moment,
    least_served: Option<u64>,
) -> Account {
    let mut account = Account::new(id.clone());
    account.served = least_served.unwrap_or_default();
    let Some(seed) = seed else {
        return account;
    };
    account.balance_nano = seed.balance_nano;
    account.cooling = Coolings::seeded(now, seed.cooling);
    if matches!(seed.state, KeyState::Exhausted | KeyState::Restricted) {
        account.state = seed.state;
        account.condition = Some(seed.condition.unwrap_or_default());
        account.block_from_seed(now);
    }
    account
}
