//! How fast balances go down, and how long they last at that rate.

use std::collections::HashMap;

use flowkeep_contract::{AccountBurn, ApiError, BurnRate, Empty};

use super::super::App;
use super::super::records::Records;
use super::super::sites::site_of_row;
use super::cuts::{HOUR_MS, hour_of};
use super::totals::share;
use crate::model::{Amounts, Currency};
use crate::store::{AccountRow, Balance, Dimension, Store, StoreError};

const DAY_MS: i64 = 24 * HOUR_MS;
const DAYS: i64 = 7;

/// What an account spent over the last days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spent {
    amounts: Amounts,
    /// Days since the first of them on which it answered.
    days: i64,
}

/// What is known of an account's money.
#[derive(Clone, Copy, Debug)]
struct Purse {
    currency: Currency,
    balance_nano: Option<i64>,
    created_at_ms: i64,
}

/// What each account spent over the last days, by its id.
fn spent_lately(store: &Store, now_ms: i64) -> Result<HashMap<String, Spent>, StoreError> {
    // The end of the hour spares a look at the requests of this one.
    let end = hour_of(now_ms) + HOUR_MS;
    let mut lately: HashMap<String, Spent> = HashMap::new();
    for days in 1..=DAYS {
        let from = (end - days * DAY_MS).max(0);
        for (account, spent) in store.spent(Dimension::Account, from, from + DAY_MS)? {
            let sum = lately.entry(account).or_default();
            sum.amounts = sum.amounts.plus(spent);
            sum.days = days;
        }
    }
    Ok(lately)
}

/// What each account spends per day, and how long what `purse` tells lasts.
fn burn_of(
    rows: Vec<AccountRow>,
    spent: &HashMap<String, Spent>,
    (purse, now_ms): (impl Fn(&AccountRow, Spent) -> Purse, i64),
) -> BurnRate {
    let accounts = rows.into_iter().map(|row| {
        let spent = spent.get(row.account_id.as_str()).copied();
        let spent = spent.unwrap_or_default();
        let purse = purse(&row, spent);
        let (per_day_nano, days_left) = purse.burnt(spent, now_ms);
        AccountBurn {
            account_id: row.account_id.to_string(),
            account: row.label,
            currency: purse.currency.code().to_owned(),
            per_day_nano,
            balance_nano: purse.balance_nano,
            days_left,
        }
    });
    BurnRate {
        accounts: accounts.collect(),
    }
}

impl App {
    /// What each account spends per day, and how many days its balance lasts.
    ///
    /// # Errors
    /// When a database does not answer within two seconds.
    pub async fn burn_rate(&self, _: Empty) -> Result<BurnRate, ApiError> {
        self.blocking(|app| {
            let now_ms = app.now().unix_ms;
            let spent = spent_lately(&app.0.store, now_ms)?;
            let purse = |row: &AccountRow, _| Purse::of(row, || app.currency_at(&site_of_row(row)));
            Ok(burn_of(app.accounts_now()?, &spent, (purse, now_ms)))
        })
        .await
    }
}

impl Records {
    /// The same from what is written down: each balance less what was spent since.
    /// An account without a balance counts in the currency in which it spent.
    ///
    /// # Errors
    /// When a database does not answer within two seconds.
    pub fn burn_rate(&self) -> Result<BurnRate, ApiError> {
        let now_ms = self.now_ms();
        let spent = spent_lately(&self.store, now_ms)?;
        let mut rows = self.store.accounts()?;
        let since: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((row.account_id.clone(), row.balance?.as_of_ms)))
            .collect();
        let sums = self.store.spent_since(&since, now_ms)?;
        let mut currencies = HashMap::new();
        let known = rows.iter_mut().filter(|row| row.balance.is_some());
        for (row, sum) in known.zip(sums) {
            let currency = row.balance.map(|balance| balance.currency);
            currencies.extend(currency.map(|currency| (row.account_id.clone(), currency)));
            row.balance = row.balance.zip(sum).map(|(balance, sum)| Balance {
                nano: balance.nano.saturating_sub(sum.of(balance.currency).get()),
                ..balance
            });
        }
        let purse = |row: &AccountRow, spent: Spent| {
            let only_usd = spent.amounts.cny_nano == 0 && spent.amounts.usd_nano != 0;
            let usual = if only_usd {
                Currency::Usd
            } else {
                Currency::Cny
            };
            Purse::of(row, || {
                let known = currencies.get(&row.account_id).copied();
                known.unwrap_or(usual)
            })
        };
        Ok(burn_of(rows, &spent, (purse, now_ms)))
    }
}

impl Purse {
    /// Of a row with its balance of now; `otherwise` is its currency without one.
    fn of(row: &AccountRow, otherwise: impl FnOnce() -> Currency) -> Self {
        let of_balance = row.balance.map(|balance| balance.currency);
        Self {
            currency: of_balance.unwrap_or_else(otherwise),
            balance_nano: row.balance.map(|balance| balance.nano),
            created_at_ms: row.created_at_ms,
        }
    }

    /// Spending per day, and the days that the balance lasts.
    fn burnt(self, spent: Spent, now_ms: i64) -> (i64, Option<f64>) {
        let nano = spent.amounts.of(self.currency).get();
        // An account that was taken over with its past has spent before it was added.
        let age = now_ms.saturating_sub(self.created_at_ms);
        let time = age.max(spent.days * DAY_MS).clamp(DAY_MS, DAYS * DAY_MS);
        let per_day = i128::from(nano) * i128::from(DAY_MS) / i128::from(time);
        let per_day = i64::try_from(per_day).unwrap_or(i64::MAX);
        let left = self
            .balance_nano
            .and_then(|balance| share(balance.max(0), per_day));
        (per_day, left)
    }
}

#[cfg(test)]
mod tests;
