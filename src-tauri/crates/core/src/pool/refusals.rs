//! Tells what an account may not do from what no account may.
//!
//! "Forbidden" may be about the account or about the request. When a second
//! account says the same of the same model in the same moment, the request is
//! as likely: then nobody is kept away for long.

use crate::clock::Moment;
use crate::model::{AccountId, Evidence};

/// Failover asks the next account at once.
const WINDOW_MS: u64 = 2_000;
const MOST: usize = 32;

/// One refusal of a model.
pub(super) struct Refused {
    pub(super) account: AccountId,
    pub(super) model: String,
    status: Option<u16>,
    vendor_code: Option<i64>,
    text: String,
}

impl Refused {
    pub(super) fn new(account: &AccountId, model: &str, evidence: &Evidence) -> Self {
        Self {
            account: account.clone(),
            model: model.to_owned(),
            status: evidence.status,
            vendor_code: evidence.vendor_code,
            text: evidence.text.clone(),
        }
    }

    fn is_the_same_elsewhere(&self, other: &Self) -> bool {
        self.account != other.account
            && self.model == other.model
            && self.status == other.status
            && self.vendor_code == other.vendor_code
            && self.text == other.text
    }
}

/// The refusals of the last moment.
#[derive(Default)]
pub(super) struct Refusals(Vec<(u64, Refused)>);

impl Refusals {
    /// Notes a refusal and returns the other accounts that said the same.
    pub(super) fn note(&mut self, now: Moment, refused: Refused) -> Vec<AccountId> {
        self.0
            .retain(|(at_ms, _)| now.monotonic_ms.saturating_sub(*at_ms) < WINDOW_MS);
        let others = self
            .0
            .iter()
            .filter(|(_, earlier)| earlier.is_the_same_elsewhere(&refused))
            .map(|(_, earlier)| earlier.account.clone())
            .collect();
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push((now.monotonic_ms, refused));
        others
    }

    /// An account answered on this model: what was refused was the accounts'.
    pub(super) fn disprove(&mut self, model: &str) {
        self.0.retain(|(_, refused)| refused.model != *model);
    }
}
