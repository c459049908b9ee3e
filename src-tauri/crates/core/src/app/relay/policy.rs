//! What follows from a verdict: again, elsewhere, or stop. Pure.
//!
//! The table of `reliability.md` §2.2: definite rejections by an account cost
//! nothing and move on; ambiguous failures are few and counted.

use std::time::Duration;

use http::HeaderMap;

use crate::model::{AccountId, Class, Effect, KeyId, Outcome, Verdict};

/// How much failover a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailoverLimits {
    /// Accounts that may reject it before it is given up.
    pub accounts: usize,
    /// Upstream requests in all when failures are ambiguous.
    pub ambiguous_attempts: u32,
    /// Upstream requests in all, whatever the failures, over all models.
    pub attempts: u32,
    /// All failover happens within this time.
    pub window: Duration,
}

impl Default for FailoverLimits {
    fn default() -> Self {
        Self {
            accounts: 32,
            ambiguous_attempts: 3,
            attempts: 32,
            window: Duration::from_secs(15),
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Pick again, after a short wait.
    Again {
        /// The wait.
        after: Duration,
        /// The failure was ambiguous, so the repeat counts against the budget.
        budgeted: bool,
    },
    /// Answer with what there is.
    Stop,
}

/// The vendor's codes have five digits; a status that stands for a code has not.
const VENDOR_CODES: i64 = 10_000;

const NOW: Next = Next::Again {
    after: Duration::ZERO,
    budgeted: false,
};

/// What a request has tried.
#[derive(Debug)]
pub(super) struct Tally {
    limits: FailoverLimits,
    /// Accounts that are not asked again.
    pub(super) accounts: Vec<AccountId>,
    /// Keys that are not asked again.
    pub(super) keys: Vec<KeyId>,
    ambiguous: u32,
    busy: u32,
    attempts: u32,
    /// When the window of failover began.
    since: Duration,
    retries_allowed: bool,
}

impl Tally {
    /// Nothing tried yet. A client that is already repeating the request by
    /// itself (`x-stainless-retry-count`) gets no ambiguous repeats from us on
    /// top, or retries would multiply.
    pub(super) fn new(limits: FailoverLimits, client: &HeaderMap) -> Self {
        let repeats = client
            .get("x-stainless-retry-count")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse::<u32>().ok())
            .unwrap_or(0);
        Self {
            limits,
            accounts: Vec::new(),
            keys: Vec::new(),
            ambiguous: 0,
            busy: 0,
            attempts: 0,
            since: Duration::ZERO,
            retries_allowed: repeats == 0,
        }
    }

    /// The first account is there: what was waited for until now, in line or for a
    /// list of models, was no failover.
    pub(super) fn begin(&mut self, elapsed: Duration) {
        if self.attempts == 0 && self.accounts.is_empty() {
            self.since = elapsed;
        }
    }

    /// Notes whom not to ask again.
    pub(super) fn tried(&mut self, verdict: &Verdict, account: &AccountId, key: &KeyId) {
        match verdict.class {
            Class::KeyUnauthorized => self.keys.push(key.clone()),
            Class::AccountExhausted
            | Class::PaidOnly
            | Class::ModelRestricted
            | Class::AccountRestricted
            | Class::RateLimited { .. }
            | Class::UpstreamFailed
            | Class::Broken => self.accounts.push(account.clone()),
            Class::Success
            | Class::Rejected
            | Class::ModelBusy { .. }
            | Class::Redirected
            | Class::NotSent
            | Class::NoAnswer
            | Class::TimedOut
            | Class::ClientGone => {}
        }
    }

    /// What comes after an account that has nothing of what was named. It did
    /// nothing, so only time limits how many are asked.
    pub(super) fn pass_over(&mut self, account: &AccountId, elapsed: Duration) -> Next {
        self.accounts.push(account.clone());
        if elapsed.saturating_sub(self.since) > self.limits.window {
            return Next::Stop;
        }
        NOW
    }

    /// Decides. `upstream_level` says that several accounts were limited at
    /// once, so that another one would not help (F10).
    pub(super) fn next(
        &mut self,
        verdict: &Verdict,
        effect: Effect,
        elapsed: Duration,
        upstream_level: bool,
    ) -> Next {
        self.attempts += 1;
        if !self.may_repeat(elapsed) || upstream_level || may_have_created(verdict, effect) {
            return Next::Stop;
        }
        match verdict.class {
            Class::KeyUnauthorized
            | Class::AccountExhausted
            | Class::PaidOnly
            | Class::ModelRestricted
            | Class::AccountRestricted
            | Class::RateLimited { .. } => self.elsewhere(),
            Class::ModelBusy { .. } => self.when_less_busy(),
            Class::NotSent => self.ambiguous(self.limits.ambiguous_attempts),
            Class::NoAnswer | Class::UpstreamFailed | Class::Broken => {
                if effect == Effect::Creates {
                    return Next::Stop;
                }
                self.ambiguous(2)
            }
            Class::Success
            | Class::Rejected
            | Class::Redirected
            | Class::TimedOut
            | Class::ClientGone => Next::Stop,
        }
    }

    /// Whether another model may be asked. A model that kept the request waiting
    /// for its first byte has used up the window by that alone.
    pub(super) fn may_change_model(&self, timed_out: bool, elapsed: Duration) -> bool {
        self.attempts < self.limits.attempts && (timed_out || self.may_repeat(elapsed))
    }

    /// Another model is asked: what was learnt of accounts was learnt on the one
    /// before. Keys stay out, and so does what has been spent.
    pub(super) fn change_model(&mut self, timed_out: bool, elapsed: Duration) {
        self.accounts.clear();
        self.ambiguous = 0;
        self.busy = 0;
        if timed_out {
            self.since = elapsed;
        }
    }

    fn may_repeat(&self, elapsed: Duration) -> bool {
        elapsed.saturating_sub(self.since) <= self.limits.window
            && self.attempts < self.limits.attempts
    }

    fn elsewhere(&self) -> Next {
        if self.accounts.len() + self.keys.len() + 1 >= self.limits.accounts {
            return Next::Stop;
        }
        NOW
    }

    fn ambiguous(&mut self, attempts: u32) -> Next {
        self.ambiguous += 1;
        let most = attempts.min(self.limits.ambiguous_attempts);
        if !self.retries_allowed || self.ambiguous >= most {
            return Next::Stop;
        }
        Next::Again {
            after: Duration::ZERO,
            budgeted: true,
        }
    }

    fn when_less_busy(&mut self) -> Next {
        self.busy += 1;
        if !self.retries_allowed || self.busy > 2 {
            return Next::Stop;
        }
        // 100 to 400 ms: long enough for a slot to open, short enough for a
        // person who waits for a first token.
        let jitter = u64::from(self.busy) * 100 + jitter_ms(100);
        Next::Again {
            after: Duration::from_millis(jitter),
            budgeted: true,
        }
    }
}

/// Whether something may have been made although it was refused: a 503 without a
/// code of the vendor's may come from something in between, whatever it says, while
/// the vendor is at work (D10).
pub(super) fn may_have_created(verdict: &Verdict, effect: Effect) -> bool {
    let evidence = &verdict.evidence;
    let is_vendors = evidence
        .vendor_code
        .is_some_and(|code| code >= VENDOR_CODES);
    effect == Effect::Creates && evidence.status == Some(503) && !is_vendors
}

/// A number below `most` that differs between requests; not for secrets.
fn jitter_ms(most: u64) -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0_u8) % most
}

/// How a request ends whose last attempt has this verdict.
pub(super) fn outcome(verdict: &Verdict) -> Outcome {
    match verdict.class {
        Class::Success => Outcome::Success,
        Class::Rejected => Outcome::Rejected,
        Class::KeyUnauthorized
        | Class::AccountExhausted
        | Class::PaidOnly
        | Class::ModelRestricted
        | Class::AccountRestricted
        | Class::RateLimited { .. } => Outcome::Refused,
        Class::ModelBusy { .. }
        | Class::UpstreamFailed
        | Class::Broken
        | Class::Redirected
        | Class::NotSent
        | Class::NoAnswer
        | Class::TimedOut => Outcome::UpstreamFailed,
        Class::ClientGone => Outcome::ClientClosed,
    }
}

/// Whether the upstream's own answer goes to the client. A 401 does not: the
/// client would take it for a verdict on its own token. A redirect does not
/// either, nor an error in a 2xx, which the client would take for an answer (F14).
pub(super) fn passes_through(verdict: &Verdict) -> bool {
    let claims_success = |status: u16| (200..300).contains(&status);
    !matches!(
        verdict.class,
        Class::KeyUnauthorized | Class::Redirected | Class::Broken
    ) && !verdict.evidence.status.is_some_and(claims_success)
}

#[cfg(test)]
mod tests;
