//! Who has spent how much, known at once and without the disk.
//!
//! Clients are summed by the hour, for their budgets; accounts in all, for the
//! estimates of their balances.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use crate::app::locked;
use crate::model::{AccountId, Currency, Money, Nano, RequestRecord};

const HOUR_MS: i64 = 3_600_000;
/// Hours that are remembered of a client: any month and a day.
const HOURS: usize = 32 * 24;
/// The same in milliseconds.
pub(super) const REMEMBERED_MS: i64 = 32 * 24 * HOUR_MS;

/// An amount of each currency, in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app) struct Spent {
    pub(in crate::app) cny_nano: i64,
    pub(in crate::app) usd_nano: i64,
}

impl Spent {
    /// So much money.
    pub(in crate::app) fn money(money: Money) -> Self {
        let mut spent = Self::default();
        match money.currency() {
            Currency::Cny => spent.cny_nano = money.nano(),
            Currency::Usd => spent.usd_nano = money.nano(),
        }
        spent
    }

    /// The amount of one currency.
    pub(in crate::app) fn of(self, currency: Currency) -> Nano {
        Nano::new(match currency {
            Currency::Cny => self.cny_nano,
            Currency::Usd => self.usd_nano,
        })
    }

    /// What came on top of an earlier sum.
    pub(in crate::app) fn since(self, earlier: Self) -> Self {
        Self {
            cny_nano: self.cny_nano.saturating_sub(earlier.cny_nano),
            usd_nano: self.usd_nano.saturating_sub(earlier.usd_nano),
        }
    }

    pub(in crate::app) fn plus(self, other: Self) -> Self {
        Self {
            cny_nano: self.cny_nano.saturating_add(other.cny_nano),
            usd_nano: self.usd_nano.saturating_add(other.usd_nano),
        }
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// The sums. One short lock; nothing is allocated but for a new name or hour.
#[derive(Debug, Default)]
pub(in crate::app) struct Spending(Mutex<Sums>);

#[derive(Debug, Default)]
struct Sums {
    clients: HashMap<Arc<str>, Hours>,
    accounts: HashMap<AccountId, Spent>,
}

impl Sums {
    fn add_to_client(&mut self, client: &str, hour: i64, by: Spent) {
        if let Some(hours) = self.clients.get_mut(client) {
            hours.add(hour, by);
        } else {
            let mut hours = Hours::default();
            hours.add(hour, by);
            self.clients.insert(client.into(), hours);
        }
    }
}

impl Spending {
    /// A request has ended.
    pub(super) fn add(&self, record: &RequestRecord) {
        if let Some(cost) = &record.cost {
            self.change(record, Spent::money(cost.money));
        }
    }

    /// The cost of a client's request turned out to be so much more, or less.
    pub(super) fn correct(&self, record: &RequestRecord, by: Spent) {
        let hour = hour_of(record.started_at_ms);
        locked(&self.0).add_to_client(&record.client, hour, by);
    }

    /// What a client spent in an hour before this process began.
    pub(super) fn remember(&self, client: &str, hour_ms: i64, spent: Spent) {
        locked(&self.0).add_to_client(client, hour_of(hour_ms), spent);
    }

    /// What the requests of a client token cost that began in the UTC hour of
    /// `since_ms` or later, as far as 32 days back.
    pub(in crate::app) fn of_client(&self, client: &str, since_ms: i64) -> Spent {
        let sums = locked(&self.0);
        let hours = sums.clients.get(client);
        hours.map_or_else(Spent::default, |hours| hours.since(hour_of(since_ms)))
    }

    /// What the requests that an account answered since this process began cost
    /// when they ended.
    pub(in crate::app) fn of_account(&self, account: &AccountId) -> Spent {
        let sums = locked(&self.0);
        sums.accounts.get(account).copied().unwrap_or_default()
    }

    fn change(&self, record: &RequestRecord, by: Spent) {
        if by.is_nothing() {
            return;
        }
        let mut sums = locked(&self.0);
        let hour = hour_of(record.started_at_ms);
        sums.add_to_client(&record.client, hour, by);
        let Some(account) = &record.account else {
            return;
        };
        match sums.accounts.get_mut(account) {
            Some(sum) => *sum = sum.plus(by),
            None => {
                sums.accounts.insert(account.clone(), by);
            }
        }
    }
}

/// Sums by hour, the last ones, in their order.
#[derive(Debug, Default)]
struct Hours(VecDeque<(i64, Spent)>);

impl Hours {
    fn add(&mut self, hour: i64, spent: Spent) {
        // Nearly always the last one: a request began not long ago.
        let later = self.0.iter().rev().take_while(|(at, _)| *at > hour).count();
        let place = self.0.len() - later;
        match place
            .checked_sub(1)
            .and_then(|before| self.0.get_mut(before))
        {
            Some((at, sum)) if *at == hour => *sum = sum.plus(spent),
            _ => self.0.insert(place, (hour, spent)),
        }
        while self.0.len() > HOURS {
            self.0.pop_front();
        }
    }

    fn since(&self, hour: i64) -> Spent {
        let wanted = self.0.iter().rev().take_while(|(at, _)| *at >= hour);
        wanted.fold(Spent::default(), |sum, (_, spent)| sum.plus(*spent))
    }
}

fn hour_of(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(HOUR_MS)
}

#[cfg(test)]
mod tests;
