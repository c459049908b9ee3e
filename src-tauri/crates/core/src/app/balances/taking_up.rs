//! Balances become known: typed, told by the upstream, or written down by another
//! process. The pool hears of them, and an exhausted account may try again.

use std::collections::HashMap;

use flowkeep_contract::{ApiError, Empty, ErrorCode, SetBalanceRequest, Topic};

use super::known::News;
use crate::app::App;
use crate::app::sites::site_of_row;
use crate::model::{AccountId, BalanceSource, Currency, KeyState, StateChange};
use crate::pool::MemberView;
use crate::store::{AccountRow, Balance};

/// Balances that were read, to be told to the pool once it has its members.
#[derive(Debug, Default)]
pub(in crate::app) struct Fresh {
    news: Vec<News>,
    forgotten: Vec<AccountId>,
}

impl App {
    /// Sets what the user knows of an account's balance. Above nothing, an
    /// exhausted account is tried again.
    ///
    /// # Errors
    /// When there is no such account, the currency is none that is known, or the
    /// database cannot be written; nothing is changed then.
    pub async fn set_balance(&self, request: SetBalanceRequest) -> Result<Empty, ApiError> {
        let currency = request.currency.as_deref().map(currency_of).transpose()?;
        self.blocking(move |app| {
            let account = AccountId::from(request.account_id.as_str());
            let rows = app.0.store.accounts()?;
            let row = rows.iter().find(|row| row.account_id == account);
            let row = row.ok_or_else(|| no_account(&account))?;
            let balance = request.nano.map(|nano| Balance {
                nano,
                currency: app.currency_of(row, currency),
                source: BalanceSource::Manual,
                as_of_ms: app.now().unix_ms,
            });
            app.0.store.set_balance(&account, balance.as_ref())?;
            app.reload_members()
        })
        .await?;
        self.changed(&[Topic::Keys, Topic::Status]);
        Ok(Empty {})
    }

    /// What was named, what the balance had before, or what the site is billed in.
    fn currency_of(&self, row: &AccountRow, named: Option<Currency>) -> Currency {
        named
            .or_else(|| row.balance.map(|known| known.currency))
            .unwrap_or_else(|| self.currency_at(&site_of_row(row)))
    }

    /// All accounts with what their balances come to now. Blocks.
    pub(in crate::app) fn accounts_now(&self) -> Result<Vec<AccountRow>, ApiError> {
        self.count_what_was_before();
        let mut rows = self.0.store.accounts()?;
        for row in &mut rows {
            row.balance = self.balance_of(row);
        }
        Ok(rows)
    }

    /// A row's balance as it is now.
    pub(in crate::app) fn balance_of(&self, row: &AccountRow) -> Option<Balance> {
        let balances = &self.0.balances;
        balances.estimate(&row.account_id, row.balance, self.spending())
    }

    /// Takes up the balances of rows that were just read. What comes back is for
    /// [`App::heed_balances`], after the pool has taken the same rows.
    pub(in crate::app) fn take_up_balances(&self, rows: &[AccountRow]) -> Fresh {
        let written = rows.iter().map(|row| (&row.account_id, row.balance));
        let (news, forgotten) = self.0.balances.take_up(written, self.spending());
        Fresh { news, forgotten }
    }

    /// Tells the pool what is new.
    pub(in crate::app) fn heed_balances(&self, fresh: &Fresh) {
        for account in &fresh.forgotten {
            self.pool().set_balance(account, None);
        }
        let changes = self.let_try_again(&fresh.news);
        self.persist(changes);
    }

    /// Accounts that have something again leave the state "exhausted"; traffic
    /// then shows whether they serve. What the upstream tells counts once per
    /// value: it may tell of a balance and refuse all the same.
    pub(super) fn let_try_again(&self, news: &[News]) -> Vec<StateChange> {
        let fresh: Vec<&News> = news
            .iter()
            .filter(|news| self.0.balances.is_untried(&news.account, &news.balance))
            .collect();
        if fresh.is_empty() {
            return Vec::new();
        }
        let exhausted: HashMap<AccountId, MemberView> = self
            .pool()
            .views(self.now())
            .into_iter()
            .filter(|view| view.state == KeyState::Exhausted)
            .map(|view| (view.account.clone(), view))
            .collect();
        let mut changes = Vec::new();
        for News {
            account, balance, ..
        } in fresh
        {
            let Some(view) = exhausted.get(account) else {
                continue;
            };
            let since_ms = view.condition.as_ref().map_or(0, |found| found.since_ms);
            // What was known when it was found exhausted proves nothing.
            if balance.as_of_ms >= since_ms {
                tracing::info!(account.id = %account, "an account has balance again");
                self.0.balances.note_try(account, balance.nano);
                changes.extend(self.pool().restore_account(account));
            }
        }
        changes
    }

    /// Asks the roll-ups what was spent before the start, of values that are
    /// older than that. Blocks; done once per value.
    pub(in crate::app) fn count_what_was_before(&self) {
        let waiting = self.0.balances.uncounted();
        if waiting.is_empty() {
            return;
        }
        let counting_ms = self.0.balances.counting_ms();
        let sums = match self.0.store.spent_since(&waiting, counting_ms) {
            Ok(sums) => sums,
            Err(error) => {
                // Asked again with the next look.
                tracing::debug!(%error, "what was spent before the start cannot be read");
                return;
            }
        };
        for ((account, as_of_ms), spent) in waiting.iter().zip(sums) {
            // What could not be read in time is asked again as well.
            if let Some(spent) = spent {
                self.0.balances.count(account, *as_of_ms, spent);
            }
        }
    }
}

fn currency_of(code: &str) -> Result<Currency, ApiError> {
    Currency::parse(&code.trim().to_uppercase())
        .ok_or_else(|| ApiError::new(ErrorCode::InvalidRequest, "a currency is CNY or USD"))
}

pub(super) fn no_account(account: &AccountId) -> ApiError {
    let message = format!("there is no account {account}");
    ApiError::new(ErrorCode::NotFound, message)
}
