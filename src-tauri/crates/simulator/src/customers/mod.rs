//! The accounts while they are used: balances fall, windows fill.

mod limits;
mod prompts;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use crate::account::{Account, Metric, Region};
use crate::ledger::{Usage, Work};
use crate::locked::{lock, read, write};
use crate::model::Model;

pub use limits::{Load, Windows};
pub(crate) use prompts::Prompt;
use prompts::PromptCache;

/// Why an account may not use a model now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The real name is not verified.
    RealName,
    /// Gift and charge together are used up.
    Exhausted,
    /// A `Pro/` model and no topped-up balance.
    NeedsCharge,
    /// This window is full.
    RateLimited(Metric),
}

/// One account in use.
#[derive(Debug)]
pub(crate) struct Customer {
    id: String,
    account: Mutex<Account>,
    windows: Mutex<Windows>,
    prompts: Mutex<PromptCache>,
}

impl Customer {
    fn new(account: Account) -> Self {
        Self {
            id: account.id.clone(),
            account: Mutex::new(account),
            windows: Mutex::default(),
            prompts: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The account with its balances as they stand now.
    pub(crate) fn account(&self) -> Account {
        lock(&self.account).clone()
    }

    fn replace(&self, account: Account) {
        let mut current = lock(&self.account);
        if current.limits != account.limits {
            *lock(&self.windows) = Windows::default();
        }
        *current = account;
    }

    /// Counts a request that failed before it was looked at; those count too.
    pub(crate) fn count_failed(&self, asked_model: &str, now_ms: u64) {
        let account = lock(&self.account);
        lock(&self.windows).admit(&account.limits, asked_model, (Load::default(), now_ms));
    }

    /// Lets a request pass or says why not, and counts it either way.
    pub(crate) fn admit(
        &self,
        model: &Model,
        asked_model: &str,
        load: Load,
        now_ms: u64,
    ) -> Result<(), Denial> {
        let account = lock(&self.account);
        let full = lock(&self.windows).admit(&account.limits, asked_model, (load, now_ms));
        if !account.verified {
            return Err(Denial::RealName);
        }
        if let Some(metric) = full {
            return Err(Denial::RateLimited(metric));
        }
        if account.total_nano() <= 0 {
            return Err(Denial::Exhausted);
        }
        if model.needs_charge() && account.charge_nano <= 0 {
            return Err(Denial::NeedsCharge);
        }
        Ok(())
    }

    /// Takes the price of an answer from the balances and returns it.
    pub(crate) fn settle(
        &self,
        model: &Model,
        asked_model: &str,
        (usage, work): (Usage, Work),
        now_ms: u64,
    ) -> i64 {
        let cost = price(model, usage).saturating_add(price_of_work(model, work));
        let mut account = lock(&self.account);
        let from_gift = if model.needs_charge() {
            0
        } else {
            cost.min(account.gift_nano.max(0))
        };
        account.gift_nano -= from_gift;
        account.charge_nano -= cost - from_gift;
        let answer = Load::tokens(usage.completion);
        lock(&self.windows).add(&account.limits, asked_model, (answer, now_ms));
        cost
    }

    /// How much of the prompt this account has sent before to this model.
    pub(crate) fn cached_tokens(&self, asked_model: &str, prompt: &Prompt) -> u64 {
        lock(&self.prompts).look_up(asked_model, prompt)
    }
}

/// The price of an answer in nano-CNY.
fn price(model: &Model, usage: Usage) -> i64 {
    let cached = usage.cached.min(usage.prompt);
    let cached_price = model.cached_nano.unwrap_or(model.input_nano);
    nano(usage.prompt - cached, model.input_nano)
        .saturating_add(nano(cached, cached_price))
        .saturating_add(nano(usage.completion, model.output_nano))
}

/// The price of what is not counted in tokens.
fn price_of_work(model: &Model, work: Work) -> i64 {
    nano(work.images, model.image_nano)
        .saturating_add(nano(work.clips, model.clip_nano))
        .saturating_add(nano(work.speech_bytes, model.speech_byte_nano))
        .saturating_add(nano(work.audio_seconds, model.second_nano))
}

fn nano(amount: u64, each: i64) -> i64 {
    i64::try_from(amount)
        .unwrap_or(i64::MAX)
        .saturating_mul(each)
}

/// All accounts, found by key.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    by_key: RwLock<HashMap<String, Arc<Customer>>>,
    in_order: RwLock<Vec<Arc<Customer>>>,
}

impl Customers {
    pub(crate) fn new(accounts: Vec<Account>) -> Self {
        let customers = Self::default();
        for account in accounts {
            customers.upsert(account);
        }
        customers
    }

    /// Adds an account, or replaces the one of the same id.
    pub(crate) fn upsert(&self, account: Account) {
        let mut by_key = write(&self.by_key);
        let mut in_order = write(&self.in_order);
        by_key.retain(|_, customer| customer.id != account.id);
        let keys = account.keys.clone();
        let known = in_order.iter().find(|known| known.id == account.id);
        let customer = if let Some(known) = known {
            known.replace(account);
            Arc::clone(known)
        } else {
            let new = Arc::new(Customer::new(account));
            in_order.push(Arc::clone(&new));
            new
        };
        for key in keys {
            by_key.insert(key, Arc::clone(&customer));
        }
    }

    /// The account behind a key, if the site of this region knows it.
    pub(crate) fn find(&self, key: &str, region: Region) -> Option<Arc<Customer>> {
        let found = read(&self.by_key).get(key).map(Arc::clone)?;
        let same_region = lock(&found.account).region == region;
        same_region.then_some(found)
    }

    /// All accounts with their balances as they stand now.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        read(&self.in_order)
            .iter()
            .map(|customer| customer.account())
            .collect()
    }
}
