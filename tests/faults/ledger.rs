//! Questions about keys and upstream requests that several topics ask.

use std::sync::Arc;

use flowkeep_contract::{KeyList, KeyState, KeyView};
use flowkeep_core::clock::ManualClock;
use flowkeep_simulator::Entry;
use flowkeep_tests::RigOptions;

/// A second model, for what must not spread from the first.
pub(crate) const OTHER_MODEL: &str = "deepseek-ai/DeepSeek-V3.2";

/// The key of this account.
pub(crate) fn key<'a>(keys: &'a KeyList, account: &str) -> &'a KeyView {
    let found = keys.keys.iter().find(|key| key.account == account);
    found.expect("a key of that account")
}

/// Whether a key may be picked.
pub(crate) fn serves(key: &KeyView) -> bool {
    matches!(key.state, KeyState::Usable | KeyState::Unchecked)
}

/// Whether nothing was held against any key.
pub(crate) fn is_unpenalised(keys: &KeyList) -> bool {
    keys.keys
        .iter()
        .all(|key| serves(key) && key.cooling.is_empty())
}

/// Upstream requests of an account.
pub(crate) fn of<'a>(hits: &'a [Entry], account: &str) -> Vec<&'a Entry> {
    let is_its = |hit: &&Entry| hit.account.as_deref() == Some(account);
    hits.iter().filter(is_its).collect()
}

/// Upstream requests that were answered with this status.
pub(crate) fn with_status(hits: &[Entry], status: u16) -> usize {
    hits.iter().filter(|hit| hit.status == status).count()
}

/// A clock that the test moves, and options with it.
pub(crate) fn by_hand(options: RigOptions) -> (Arc<ManualClock>, RigOptions) {
    let clock = Arc::new(ManualClock::at(1_780_000_000_000));
    let given: Arc<ManualClock> = Arc::clone(&clock);
    let options = RigOptions {
        clock: Some(given),
        ..options
    };
    (clock, options)
}
