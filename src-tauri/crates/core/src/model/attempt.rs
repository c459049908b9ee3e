//! One upstream request of a request: to whom, why, how long, and why it was left.

use std::sync::Arc;

use super::{AccountId, Class};

/// Why an account was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// It owns what the request names (D8).
    Owner,
    /// Its conversation is with this account (D7).
    Session,
    /// It was the strategy's next.
    Strategy,
    /// It was out of service or cooling, and one request finds out.
    Retry,
}

impl Choice {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Session, Self::Strategy, Self::Retry];

    /// Name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Session => "session",
            Self::Strategy => "strategy",
            Self::Retry => "retry",
        }
    }
}

/// Why an account was left, or how its attempt failed: a [`Class`] without its
/// figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Left {
    /// The request itself is at fault.
    Rejected,
    /// The key is not known.
    KeyUnauthorized,
    /// The account has no balance.
    AccountExhausted,
    /// The account cannot pay for `Pro/` models.
    PaidOnly,
    /// The account may not use this model.
    ModelRestricted,
    /// The account is restricted as a whole.
    AccountRestricted,
    /// A quota of (account, model) is full.
    RateLimited,
    /// The model is out of capacity for everybody.
    ModelBusy,
    /// 5xx without a more precise meaning.
    UpstreamFailed,
    /// A 200 that is no answer.
    Broken,
    /// A redirect, which is never followed.
    Redirected,
    /// Not sent: DNS, TCP or TLS failed.
    NotSent,
    /// Sent, but closed before any byte of the answer.
    NoAnswer,
    /// Sent, but no answer in time.
    TimedOut,
    /// The client went away.
    ClientGone,
}

impl Left {
    /// All reasons.
    pub const ALL: [Self; 15] = [
        Self::Rejected,
        Self::KeyUnauthorized,
        Self::AccountExhausted,
        Self::PaidOnly,
        Self::ModelRestricted,
        Self::AccountRestricted,
        Self::RateLimited,
        Self::ModelBusy,
        Self::UpstreamFailed,
        Self::Broken,
        Self::Redirected,
        Self::NotSent,
        Self::NoAnswer,
        Self::TimedOut,
        Self::ClientGone,
    ];

    /// Why an attempt of that class is over; `None` when it answered.
    #[must_use]
    pub const fn of(class: &Class) -> Option<Self> {
        Some(match class {
            Class::Success => return None,
            Class::Rejected => Self::Rejected,
            Class::KeyUnauthorized => Self::KeyUnauthorized,
            Class::AccountExhausted => Self::AccountExhausted,
            Class::PaidOnly => Self::PaidOnly,
            Class::ModelRestricted => Self::ModelRestricted,
            Class::AccountRestricted => Self::AccountRestricted,
            Class::RateLimited { .. } => Self::RateLimited,
            Class::ModelBusy { .. } => Self::ModelBusy,
            Class::UpstreamFailed => Self::UpstreamFailed,
            Class::Broken => Self::Broken,
            Class::Redirected => Self::Redirected,
            Class::NotSent => Self::NotSent,
            Class::NoAnswer => Self::NoAnswer,
            Class::TimedOut => Self::TimedOut,
            Class::ClientGone => Self::ClientGone,
        })
    }

    /// Name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::KeyUnauthorized => "key_unauthorized",
            Self::AccountExhausted => "account_exhausted",
            Self::PaidOnly => "paid_only",
            Self::ModelRestricted => "model_restricted",
            Self::AccountRestricted => "account_restricted",
            Self::RateLimited => "rate_limited",
            Self::ModelBusy => "model_busy",
            Self::UpstreamFailed => "upstream_failed",
            Self::Broken => "broken",
            Self::Redirected => "redirected",
            Self::NotSent => "not_sent",
            Self::NoAnswer => "no_answer",
            Self::TimedOut => "timed_out",
            Self::ClientGone => "client_gone",
        }
    }
}

/// One upstream request made for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Who was asked.
    pub account: AccountId,
    /// Model that was sent, if any.
    pub model: Option<Arc<str>>,
    /// Milliseconds from the start of the request to that of the attempt.
    pub after_ms: u32,
    /// Why this account.
    pub chosen: Choice,
    /// HTTP status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// `code` of the upstream's envelope.
    pub vendor_code: Option<i64>,
    /// Milliseconds from the attempt's start to the head of the answer.
    pub headers_ms: Option<u32>,
    /// The same to the first byte of its body.
    pub first_byte_ms: Option<u32>,
    /// The same to its end.
    pub end_ms: Option<u32>,
    /// Why it was left; `None` when it answered.
    pub left: Option<Left>,
}
