//! The words of the domain: keys, accounts, routes, usage, verdicts, records.
//!
//! Pure data. What is parsed here cannot be wrong afterwards.

mod key;
mod record;
mod route;
mod state;
mod usage;
mod verdict;

pub use key::{AccountId, ApiKey, Fingerprint, KeyId, MalformedKey, RandomId};
pub use record::{Outcome, RequestRecord};
pub use route::{Effect, Protocol, Route};
pub use state::{Condition, KeyState, StateChange};
pub use usage::Usage;
pub use verdict::{Class, Evidence, RateWindow, Verdict};
