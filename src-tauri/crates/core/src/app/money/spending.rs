//! Who has spent how much, known at once and without the disk.
//!
//! Clients are summed by the hour, for their budgets, with the number of calls that
//! these sums lack; accounts in all, for the estimates of their balances.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use super::recounting::HoursOfClients;
use crate::app::locked;
use crate::model::{AccountId, Amounts, Money, RequestRecord};
use crate::store::HourSpent;

const HOUR_MS: i64 = 3_600_000;
/// Hours that are remembered of a client: any month and a day.
const HOURS: usize = 32 * 24;
/// The same in milliseconds.
pub(super) const REMEMBERED_MS: i64 = 32 * 24 * HOUR_MS;

/// What a client did in an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HourOfClient {
    pub(super) spent: Amounts,
    /// Answers of models whose cost is not known.
    pub(super) unknown: i64,
}

impl HourOfClient {
    /// What a request adds that had this cost.
    fn of(record: &RequestRecord, cost: Option<Money>) -> Self {
        Self {
            spent: cost.map(Amounts::money).unwrap_or_default(),
            unknown: i64::from(cost.is_none() && record.may_be_charged()),
        }
    }

    /// What the roll-ups tell.
    pub(super) fn of_rollup(hour: &HourSpent) -> Self {
        Self {
            spent: hour.spent,
            unknown: hour.calls_without_cost,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            spent: self.spent.plus(other.spent),
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }

    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            spent: self.spent.since(earlier.spent),
            unknown: self.unknown.saturating_sub(earlier.unknown),
        }
    }
}

/// The sums. One short lock; nothing is allocated but for a new name or hour.
#[derive(Debug, Default)]
pub(in crate::app) struct Spending(Mutex<Sums>);

#[derive(Debug, Default)]
struct Sums {
    clients: HashMap<Arc<str>, Hours>,
    accounts: HashMap<AccountId, Amounts>,
}

impl Sums {
    fn add_to_client(&mut self, client: &str, hour: i64, by: HourOfClient) {
        if let Some(hours) = self.clients.get_mut(client) {
            hours.add(hour, by);
        } else {
            let mut hours = Hours::default();
            hours.add(hour, by);
            self.clients.insert(client.into(), hours);
        }
    }

    fn add_to_account(&mut self, account: &AccountId, by: Amounts) {
        if by.is_nothing() {
            return;
        }
        match self.accounts.get_mut(account) {
            Some(sum) => *sum = sum.plus(by),
            None => {
                self.accounts.insert(account.clone(), by);
            }
        }
    }
}

impl Spending {
    /// A request has ended.
    pub(super) fn add(&self, record: &RequestRecord) {
        let money = record.cost.as_ref().map(|cost| cost.money);
        let by = HourOfClient::of(record, money);
        if by == HourOfClient::default() {
            return;
        }
        let mut sums = locked(&self.0);
        sums.add_to_client(&record.client, hour_of(record.started_at_ms), by);
        if let Some(account) = &record.account {
            sums.add_to_account(account, by.spent);
        }
    }

    /// The cost of a client's request turned out to be this.
    pub(super) fn correct(&self, record: &RequestRecord, cost: Option<Money>) {
        let before = record.cost.as_ref().map(|cost| cost.money);
        let before = HourOfClient::of(record, before);
        let by = HourOfClient::of(record, cost).since(before);
        let hour = hour_of(record.started_at_ms);
        locked(&self.0).add_to_client(&record.client, hour, by);
    }

    /// What a client did in an hour before this process began.
    pub(super) fn remember(&self, client: &str, hour_ms: i64, did: HourOfClient) {
        locked(&self.0).add_to_client(client, hour_of(hour_ms), did);
    }

    /// All sums of clients. Each client's are of one moment, and two clients' may be
    /// of two.
    pub(super) fn hours_of_clients(&self) -> HoursOfClients {
        let mut all = HoursOfClients::new();
        self.see_clients(|client, hours| {
            let named =
                |(hour, did): &(i64, HourOfClient)| ((client.to_string(), hour * HOUR_MS), *did);
            all.extend(hours.iter().map(named));
        });
        all
    }

    /// Shows the sums of one client after the other. A request that ends waits at most
    /// until those of one are copied, however many there are.
    fn see_clients(&self, mut see: impl FnMut(&str, &VecDeque<(i64, HourOfClient)>)) {
        let clients: Vec<Arc<str>> = locked(&self.0).clients.keys().map(Arc::clone).collect();
        for client in clients {
            let hours = locked(&self.0).clients.get(&client).cloned();
            if let Some(Hours(hours)) = hours {
                see(&client, &hours);
            }
        }
    }

    /// What the requests of a client token cost that began in the UTC hour of
    /// `since_ms` or later, as far as 32 days back.
    pub(in crate::app) fn of_client(&self, client: &str, since_ms: i64) -> Amounts {
        self.since(client, since_ms).spent
    }

    /// The answers that a client token got from models whose cost is not known, in
    /// the same time.
    pub(in crate::app) fn unknown_of_client(&self, client: &str, since_ms: i64) -> u64 {
        u64::try_from(self.since(client, since_ms).unknown).unwrap_or(0)
    }

    fn since(&self, client: &str, since_ms: i64) -> HourOfClient {
        let sums = locked(&self.0);
        let hours = sums.clients.get(client);
        hours.map_or_else(HourOfClient::default, |hours| {
            hours.since(hour_of(since_ms))
        })
    }

    /// What the requests that an account answered since this process began cost
    /// when they ended.
    pub(in crate::app) fn of_account(&self, account: &AccountId) -> Amounts {
        let sums = locked(&self.0);
        sums.accounts.get(account).copied().unwrap_or_default()
    }
}

/// Sums by hour, the last ones, in their order.
#[derive(Clone, Debug, Default)]
struct Hours(VecDeque<(i64, HourOfClient)>);

impl Hours {
    fn add(&mut self, hour: i64, did: HourOfClient) {
        // Nearly always the last one: a request began not long ago.
        let later = self.0.iter().rev().take_while(|(at, _)| *at > hour).count();
        let place = self.0.len() - later;
        match place
            .checked_sub(1)
            .and_then(|before| self.0.get_mut(before))
        {
            Some((at, sum)) if *at == hour => *sum = sum.plus(did),
            _ => self.0.insert(place, (hour, did)),
        }
        while self.0.len() > HOURS {
            self.0.pop_front();
        }
    }

    fn since(&self, hour: i64) -> HourOfClient {
        let wanted = self.0.iter().rev().take_while(|(at, _)| *at >= hour);
        wanted.fold(HourOfClient::default(), |sum, (_, did)| sum.plus(*did))
    }
}

fn hour_of(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(HOUR_MS)
}

#[cfg(test)]
mod tests;
