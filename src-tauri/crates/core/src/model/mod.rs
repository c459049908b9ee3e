//! The words of the domain: keys, accounts, routes, usage, verdicts, records.
//!
//! Pure data. What is parsed here cannot be wrong afterwards.

mod attempt;
mod client;
pub mod glob;
mod key;
mod money;
mod record;
mod resource;
mod route;
mod state;
mod strategy;
mod usage;
mod verdict;

pub use attempt::{AttemptRecord, Choice, Left};
pub use client::{Budget, ClientLimits};
pub use key::{AccountId, ApiKey, Fingerprint, KeyId, MalformedKey, RandomId};
pub use money::{Cost, Currency, MalformedAmount, Money, Nano, Priced};
pub use record::{Outcome, RequestRecord};
pub use resource::{Resource, ResourceKind};
pub use route::{BodyRule, Effect, Protocol, Route};
pub use state::{Condition, KeyState, StateChange};
pub use strategy::{Strategy, UnknownStrategy};
pub use usage::{Units, Usage};
pub use verdict::{Class, Evidence, RateWindow, Verdict};
