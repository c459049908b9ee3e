//! The words of the domain: keys, accounts, routes, usage, verdicts, records.
//!
//! Pure data. What is parsed here cannot be wrong afterwards.

mod amounts;
mod attempt;
mod balance;
mod capture;
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

pub use amounts::Amounts;
pub use attempt::{AttemptRecord, Choice, Left};
pub use balance::{BalanceFailureReason, BalanceSource};
pub use capture::{Capture, KeptBody, LeftOut, Room, Share};
pub use client::{Budget, ClientLimits};
pub use key::{AccountId, ApiKey, Fingerprint, KeyId, MalformedKey, RandomId};
pub use money::{Cost, Currency, MalformedAmount, Money, Nano, Priced};
pub use record::{CostState, Outcome, RequestRecord};
pub use resource::{Resource, ResourceKind};
pub use route::{BodyRule, Effect, Payment, Protocol, Route};
pub use state::{Condition, KeyState, StateChange};
pub use strategy::{Strategy, UnknownStrategy};
pub use usage::{Units, Usage};
pub use verdict::{Class, Evidence, RateWindow, Verdict};
