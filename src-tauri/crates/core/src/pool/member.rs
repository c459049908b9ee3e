//! What goes into the pool and what it tells about itself.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{AccountId, ApiKey, Condition, KeyId, KeyState, StateChange};

/// A key as it is put into the pool.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id.
    pub key: KeyId,
    /// The account it belongs to: the failover target.
    pub account: AccountId,
    /// The account's name, as in `x-flowkeep-account`.
    pub account_label: Arc<str>,
    /// The user's name for the key.
    pub label: Arc<str>,
    /// Last four characters of the secret.
    pub last_four: Arc<str>,
    /// The secret; `None` when the vault could not give it.
    pub secret: Option<ApiKey>,
    /// `false` when the user switched it off.
    pub enabled: bool,
    /// Share under [`crate::model::Strategy::Weighted`]; 0 serves only when no other can.
    pub weight: u32,
    /// Its own state. What belongs to the account stands in [`AccountSeed`].
    pub state: KeyState,
    /// Why, unless it serves.
    pub condition: Option<Condition>,
}

/// What is remembered of an account from before.
#[derive(Clone, Debug)]
pub struct AccountSeed {
    /// Which account.
    pub account: AccountId,
    /// State of all its keys: one that serves, `Exhausted` or `Restricted`.
    pub state: KeyState,
    /// Why; its `next_retry_ms` is kept.
    pub condition: Option<Condition>,
    /// Known or estimated balance in billionths of the currency's unit.
    pub balance_nano: Option<i64>,
    /// Coolings by model or pattern; they end at their `next_retry_ms`.
    pub cooling: Vec<(String, Condition)>,
    /// Requests that it may have under way at a time; `None` leaves it to
    /// [`super::Pool::set_max_concurrency`].
    pub max_concurrency: Option<u32>,
}

/// What a request asks of the pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Demand<'a> {
    /// Model as it is sent upstream.
    pub model: Option<&'a str>,
    /// Hash of the conversation (D7): it stays with its account for as long as
    /// that serves. `None` leaves the choice to the strategy each time.
    pub session: Option<u64>,
    /// Whether the model costs nothing: then the highest balance is left for
    /// those that do, and the account with the least serves.
    pub free: bool,
    /// Whether its body can be sent only once: it is not risked on an account
    /// that is probably out of service.
    pub once: bool,
    /// The one account that may serve it: it owns what the request names (D8).
    pub only: Option<&'a AccountId>,
    /// Accounts that this request has tried.
    pub tried_accounts: &'a [AccountId],
    /// Keys that this request has tried; other keys of their accounts may serve.
    pub tried_keys: &'a [KeyId],
}

impl Demand<'_> {
    /// Whether an account may serve it that has no balance: what names no model,
    /// as a list or the state of a video that was paid for, costs nothing.
    pub(super) fn is_free_of_charge(&self) -> bool {
        self.model.is_none()
    }

    /// Whether this request may go to `account`.
    pub(super) fn allows(&self, account: &AccountId) -> bool {
        self.only.is_none_or(|only| only == account) && !self.tried_accounts.contains(account)
    }
}

/// Why nothing could be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// The pool has no keys.
    Empty,
    /// No key may serve; the counts say why.
    Unusable(Counts),
    /// What may serve is cooling down on this model, or was tried.
    Cooling {
        /// Until the first of them is back.
        retry_after: Duration,
        /// Why that one rests.
        why: Resting,
    },
    /// What may serve has as many requests under way as it may.
    Busy,
    /// What is left was tried by this very request.
    AllTried,
}

/// Why an account rests on a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resting {
    /// Its rate limit is reached.
    RateLimit,
    /// It may not use the model, as far as we know.
    Restriction {
        /// The upstream's words.
        said: String,
    },
}

/// Keys by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All keys.
    pub total: u32,
    /// Usable or unchecked.
    pub usable: u32,
    /// Of these, cooling down on at least one model.
    pub cooling: u32,
    /// Without balance.
    pub exhausted: u32,
    /// Restricted.
    pub restricted: u32,
    /// Refused by the upstream.
    pub unauthorized: u32,
    /// Not readable from the vault.
    pub unreadable: u32,
    /// Switched off.
    pub disabled: u32,
}

/// A key as the pool sees it now, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Its id.
    pub key: KeyId,
    /// The user's name for it.
    pub label: Arc<str>,
    /// Its account.
    pub account: AccountId,
    /// The account's name.
    pub account_label: Arc<str>,
    /// Last four characters of the secret.
    pub last_four: Arc<str>,
    /// State of key and account together, the worse of the two.
    pub state: KeyState,
    /// Why, unless it serves.
    pub condition: Option<Condition>,
    /// Models on which the account cools down now.
    pub cooling: Vec<(String, Condition)>,
    /// The account's balance in billionths, when known.
    pub balance_nano: Option<i64>,
    /// Requests under way with this key.
    pub in_flight: u32,
}

/// What a verdict changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Changes that must survive a restart.
    pub changes: Vec<StateChange>,
    /// A key that got a 401: ask `GET /models` once with it, and tell the pool
    /// by [`super::Pool::confirm_unauthorized`] or [`super::Pool::restore`].
    pub confirm: Option<KeyId>,
    /// Several accounts are limited at once, so the address or the upstream is:
    /// failing over would not help (F10).
    pub upstream_level: bool,
}
