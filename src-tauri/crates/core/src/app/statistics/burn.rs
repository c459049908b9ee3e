//! How fast balances go down, and how long they last at that rate.

use std::collections::HashMap;

use flowkeep_contract::{AccountBurn, ApiError, BurnRate, Empty};

use super::super::App;
use super::super::sites::site_of_row;
use super::cuts::{HOUR_MS, hour_of};
use super::totals::share;
use crate::model::Currency;
use crate::store::{AccountRow, Dimension, Store, StoreError};

const DAY_MS: i64 = 24 * HOUR_MS;
const DAYS: i64 = 7;

/// What an account spent over the last days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spent {
    cny_nano: i64,
    usd_nano: i64,
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
        for one in store.spent(Dimension::Account, from, from + DAY_MS)? {
            let sum = lately.entry(one.name).or_default();
            sum.cny_nano = sum.cny_nano.saturating_add(one.cny_nano);
            sum.usd_nano = sum.usd_nano.saturating_add(one.usd_nano);
            sum.days = days;
        }
    }
    Ok(lately)
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
            let accounts = app.accounts_now()?.into_iter().map(|row| {
                let purse = app.purse(&row);
                let spent = spent.get(row.account_id.as_str()).copied();
                let (per_day_nano, days_left) = purse.burnt(spent.unwrap_or_default(), now_ms);
                AccountBurn {
                    account_id: row.account_id.to_string(),
                    account: row.label,
                    currency: purse.currency.code().to_owned(),
                    per_day_nano,
                    balance_nano: purse.balance_nano,
                    days_left,
                }
            });
            Ok(BurnRate {
                accounts: accounts.collect(),
            })
        })
        .await
    }

    fn purse(&self, row: &AccountRow) -> Purse {
        let balance = row.balance.as_ref();
        let of_balance = balance.and_then(|balance| Currency::parse(&balance.currency));
        let of_site = || self.currency_at(&site_of_row(row));
        Purse {
            currency: of_balance.or_else(of_site).unwrap_or(Currency::Cny),
            balance_nano: balance.map(|balance| balance.nano),
            created_at_ms: row.created_at_ms,
        }
    }
}

impl Purse {
    /// Spending per day, and the days that the balance lasts.
    fn burnt(self, spent: Spent, now_ms: i64) -> (i64, Option<f64>) {
        let nano = match self.currency {
            Currency::Cny => spent.cny_nano,
            Currency::Usd => spent.usd_nano,
        };
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
