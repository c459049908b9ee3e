//! Tells a full account from a limited address (F10).

use crate::clock::Moment;
use crate::model::AccountId;

/// Limits are per (account, model): two accounts do not fill up on different
/// models in the same moment unless something above them is limited.
const WINDOW_MS: u64 = 1_000;
const MOST: usize = 32;

/// One 429.
#[derive(Clone)]
pub(super) struct Limited {
    pub(super) account: AccountId,
    pub(super) model: String,
    /// Whether the answer named the window, as only the account's own limits do.
    pub(super) names_window: bool,
}

/// The 429s of the last second.
#[derive(Default)]
pub(super) struct Storm {
    recent: Vec<(u64, Limited)>,
}

impl Storm {
    /// Notes a 429. When it and earlier ones point above the accounts, returns
    /// those earlier ones.
    pub(super) fn note(&mut self, now: Moment, limited: &Limited) -> Vec<Limited> {
        self.recent
            .retain(|(at_ms, _)| now.monotonic_ms.saturating_sub(*at_ms) < WINDOW_MS);
        let correlated = self
            .recent
            .iter()
            .any(|(_, earlier)| points_above(earlier, limited));
        let others = if correlated {
            self.recent
                .iter()
                .filter(|(_, earlier)| earlier.account != limited.account)
                .map(|(_, earlier)| earlier.clone())
                .collect()
        } else {
            Vec::new()
        };
        if self.recent.len() == MOST {
            self.recent.remove(0);
        }
        self.recent.push((now.monotonic_ms, limited.clone()));
        others
    }
}

/// Two accounts at once: on different models, or on the same one when neither
/// answer names a window, which is how a gateway in front of them refuses.
fn points_above(earlier: &Limited, limited: &Limited) -> bool {
    earlier.account != limited.account
        && (earlier.model != limited.model || !(earlier.names_window || limited.names_window))
}
