//! What is known of balances, and what was spent since.
//!
//! The estimate is the last known value minus the priced usage since. What this
//! process relayed is counted in memory; what was spent before its start comes
//! from the roll-ups, once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::app::locked;
use crate::app::money::Spending;
use crate::model::{AccountId, Amounts, BalanceSource};
use crate::store::Balance;

/// A value, and what was spent since.
#[derive(Clone, Debug)]
struct Known {
    balance: Balance,
    /// Spent between the value and the beginning of the counting in memory, and by
    /// how much the costs of later requests were corrected; absent until the
    /// roll-ups were asked.
    before: Option<Amounts>,
    /// What was counted in memory already when the value became known.
    mark: Amounts,
    /// What the pool was told last, in billionths.
    told_nano: Option<i64>,
}

impl Known {
    fn estimate(&self, account: &AccountId, spending: &Spending) -> Balance {
        let mut balance = self.balance;
        let here = spending.of_account(account).since(self.mark);
        let before = self.before.unwrap_or_default();
        let spent = here.plus(before).of(balance.currency).get();
        if spent != 0 {
            balance.nano = balance.nano.saturating_sub(spent);
            balance.source = BalanceSource::Estimated;
        }
        balance
    }
}

/// A value that is new, with the one before it.
#[derive(Clone, Debug)]
pub(super) struct News {
    pub(super) account: AccountId,
    pub(super) balance: Balance,
    pub(super) before: Option<Balance>,
}

/// The known balances of all accounts.
#[derive(Debug)]
pub(in crate::app) struct Balances {
    /// What is there at the start is no news.
    has_begun: AtomicBool,
    /// Unix milliseconds; from then on spending is counted in memory.
    counting_ms: i64,
    known: RwLock<HashMap<AccountId, Known>>,
    /// With which balance an exhausted account was let try again last.
    tried: Mutex<HashMap<AccountId, i64>>,
}

impl Balances {
    /// Knows nothing; spending is counted in memory since this moment.
    pub(in crate::app) fn since(unix_ms: i64) -> Self {
        Self {
            has_begun: AtomicBool::new(false),
            counting_ms: unix_ms,
            known: RwLock::default(),
            tried: Mutex::default(),
        }
    }

    /// What is known or estimated of an account whose row has this balance. A row
    /// that another process has just changed counts as it is.
    pub(in crate::app) fn estimate(
        &self,
        account: &AccountId,
        written: Option<Balance>,
        spending: &Spending,
    ) -> Option<Balance> {
        let written = written?;
        Some(match self.read().get(account) {
            Some(known) if known.balance == written => known.estimate(account, spending),
            Some(_) | None => written,
        })
    }

    /// Notes a value that became known after the start, `mark` being what was
    /// counted then. An older one than what is known is left out.
    pub(super) fn learn(
        &self,
        account: &AccountId,
        balance: Balance,
        mark: Amounts,
    ) -> Option<News> {
        let mut known = self.write();
        let before = known.get(account).map(|known| known.balance);
        if before.is_some_and(|before| before.as_of_ms > balance.as_of_ms) {
            return None;
        }
        let entry = Known {
            balance,
            before: Some(Amounts::default()),
            mark,
            told_nano: None,
        };
        known.insert(account.clone(), entry);
        Some(News {
            account: account.clone(),
            balance,
            before,
        })
    }

    /// Takes up what is written down. Answers what is new, and the accounts of
    /// which nothing is known any more. Values from before the counting in memory
    /// wait for [`Balances::count`].
    pub(super) fn take_up<'a>(
        &self,
        written: impl Iterator<Item = (&'a AccountId, Option<Balance>)>,
        spending: &Spending,
    ) -> (Vec<News>, Vec<AccountId>) {
        let counting_ms = self.counting_ms;
        let mut known = self.write();
        let mut left = std::mem::take(&mut *known);
        let mut news = Vec::new();
        for (account, balance) in written {
            let before = left.remove_entry(account);
            let Some(balance) = balance else {
                left.extend(before);
                continue;
            };
            if let Some((account, before)) = before {
                if before.balance == balance {
                    known.insert(account, before);
                    continue;
                }
                news.push(News {
                    account,
                    balance,
                    before: Some(before.balance),
                });
            } else {
                news.push(News {
                    account: account.clone(),
                    balance,
                    before: None,
                });
            }
            let is_older = balance.as_of_ms < counting_ms;
            let entry = Known {
                balance,
                before: (!is_older).then(Amounts::default),
                mark: if is_older {
                    Amounts::default()
                } else {
                    spending.of_account(account)
                },
                told_nano: None,
            };
            known.insert(account.clone(), entry);
        }
        if !self.has_begun.swap(true, Ordering::Relaxed) {
            news.clear();
        }
        (news, left.into_keys().collect())
    }

    /// Accounts for which the roll-ups were not asked yet, with the time from
    /// which they are to be asked.
    pub(super) fn uncounted(&self) -> Vec<(AccountId, i64)> {
        let known = self.read();
        let waiting = known.iter().filter(|(_, known)| known.before.is_none());
        waiting
            .map(|(account, known)| (account.clone(), known.balance.as_of_ms))
            .collect()
    }

    /// Notes what the roll-ups said, for a value of that time.
    pub(super) fn count(&self, account: &AccountId, as_of_ms: i64, before: Amounts) {
        if let Some(known) = self.write().get_mut(account)
            && known.balance.as_of_ms == as_of_ms
        {
            known.before = Some(before);
        }
    }

    /// A request cost so much more, or less, than was counted when it ended. What
    /// began before a value became known is in that value, whatever it cost; what
    /// the roll-ups were not asked for yet is right in them already.
    pub(in crate::app) fn correct(&self, account: &AccountId, started_at_ms: i64, by: Amounts) {
        if let Some(known) = self.write().get_mut(account)
            && known.balance.as_of_ms <= started_at_ms
            && let Some(before) = &mut known.before
        {
            *before = before.plus(by);
        }
    }

    /// Until when the roll-ups are asked.
    pub(super) const fn counting_ms(&self) -> i64 {
        self.counting_ms
    }

    /// All estimates.
    pub(in crate::app) fn estimates(&self, spending: &Spending) -> Vec<(AccountId, Balance)> {
        let known = self.read();
        known
            .iter()
            .map(|(account, known)| (account.clone(), known.estimate(account, spending)))
            .collect()
    }

    /// Estimates that the pool was not told yet. From now on it was.
    pub(super) fn untold(&self, spending: &Spending) -> Vec<(AccountId, i64)> {
        let mut untold = Vec::new();
        for (account, known) in self.write().iter_mut() {
            let nano = known.estimate(account, spending).nano;
            if known.told_nano != Some(nano) {
                known.told_nano = Some(nano);
                untold.push((account.clone(), nano));
            }
        }
        untold
    }

    /// Whether an exhausted account may try with this balance: there is some, and
    /// the same was not tried before. What the user types may always be tried.
    pub(super) fn is_untried(&self, account: &AccountId, balance: &Balance) -> bool {
        let mut tried = locked(&self.tried);
        if tried.get(account) != Some(&balance.nano) {
            tried.remove(account);
        }
        balance.nano > 0
            && (balance.source == BalanceSource::Manual || !tried.contains_key(account))
    }

    pub(super) fn note_try(&self, account: &AccountId, nano: i64) {
        locked(&self.tried).insert(account.clone(), nano);
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<AccountId, Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<AccountId, Known>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
