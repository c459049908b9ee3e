//! What an upstream answer means, before anyone acts on it.

use std::time::Duration;

/// The window of a rate limit (API reference §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateWindow {
    /// RPM, TPM, IPM.
    Minute,
    /// RPH.
    Hour,
    /// RPD, TPD, IPD: until the end of the day in UTC+8.
    Day,
    /// Not named.
    Unknown,
}

/// What an answer means (`reliability.md` §2.2). Produced by
/// `upstream::classify` and the transport, consumed by pool and failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An answer.
    Success,
    /// The request itself is at fault; every key would say so.
    Rejected,
    /// 401: this key is not known.
    KeyUnauthorized,
    /// 30001: the account has no balance, for all models.
    AccountExhausted,
    /// 30011: the account cannot pay for `Pro/` models.
    PaidOnly,
    /// The account may not use this model (real name, 30003, permission).
    ModelRestricted,
    /// The text names the whole account as restricted.
    AccountRestricted,
    /// 429 by quota: (account, model) for a window.
    RateLimited {
        /// The window that is full.
        window: RateWindow,
        /// `Retry-After`, if the upstream sent one.
        retry_after: Option<Duration>,
    },
    /// The model is out of capacity for everybody (50505, 50508, 50603, 50609).
    ModelBusy {
        /// `Retry-After`, if the upstream sent one.
        retry_after: Option<Duration>,
    },
    /// 5xx without a more precise meaning.
    UpstreamFailed,
    /// A 200 that is no answer: error envelope, HTML, empty stream.
    Broken,
    /// 3xx: never followed (S14).
    Redirected,
    /// Not sent: DNS, TCP or TLS failed.
    NotSent,
    /// Sent, but the connection closed before any byte of the answer.
    NoAnswer,
    /// Sent, but no answer within the first-byte limit.
    TimedOut,
    /// The client went away.
    ClientGone,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// HTTP status.
    pub status: Option<u16>,
    /// `code` of the upstream's envelope.
    pub vendor_code: Option<i64>,
    /// Its message, redacted, at most 300 characters.
    pub text: String,
}

/// A class with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it means.
    pub class: Class,
    /// Why we think so.
    pub evidence: Evidence,
}

impl Verdict {
    /// A verdict without anything to quote.
    #[must_use]
    pub fn plain(class: Class) -> Self {
        Self {
            class,
            evidence: Evidence::default(),
        }
    }
}
