//! Accounts by their names, for requests that concern a certain one (D8).

use std::sync::Arc;

use crate::model::{AccountId, KeyState};

use super::Pool;
use super::account::Account;
use super::slot::Slot;

/// An account as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// Its id.
    pub account: AccountId,
    /// Its name.
    pub label: Arc<str>,
    /// Whether one of its keys may be asked now for what costs nothing, as a list.
    /// A cooling on a model does not count, nor does a balance that is used up.
    pub listable: bool,
}

impl Pool {
    /// The accounts that the user has not switched off, in the order they were
    /// given.
    #[must_use]
    pub fn roster(&self) -> Vec<AccountView> {
        let table = self.table();
        table.accounts.iter().filter_map(Account::listed).collect()
    }

    /// The name of an account that has keys here.
    #[must_use]
    pub fn label_of(&self, account: &AccountId) -> Option<Arc<str>> {
        let mut table = self.table();
        let slot = table.account_mut(account)?.slots.first()?;
        Some(Arc::clone(&slot.member.account_label))
    }

    /// The account of that name.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Option<AccountId> {
        let table = self.table();
        let named = |slot: &Slot| &*slot.member.account_label == label;
        table
            .accounts
            .iter()
            .find(|account| account.slots.first().is_some_and(named))
            .map(|account| account.id.clone())
    }
}

impl Account {
    fn listed(&self) -> Option<AccountView> {
        let wanted = |slot: &&Slot| slot.member.enabled && slot.member.state != KeyState::Disabled;
        let first = self.slots.iter().find(wanted)?;
        Some(AccountView {
            account: self.id.clone(),
            label: Arc::clone(&first.member.account_label),
            listable: (self.state.serves() || self.state == KeyState::Exhausted)
                && self.slots.iter().any(Slot::serves),
        })
    }
}
