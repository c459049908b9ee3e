//! Failures of our own making, before the gateway gives them a shape.

use std::time::Duration;

use super::SHORT_WAIT;
use super::answer::Attempt;
use crate::model::{Class, Verdict};
use crate::pool::{Counts, NoKey, Resting};
use crate::upstream::SendError;

/// When to ask again while all accounts have their fill of requests.
const BUSY_WAIT: Duration = Duration::from_secs(2);

/// What went wrong, as `x-flowkeep-error` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// Nothing was imported yet.
    NoKeys,
    /// There are keys, but none can serve.
    NoUsableKey,
    /// All accounts cool down.
    CoolingDown,
    /// All accounts have their fill of requests.
    Busy,
    /// The keychain is locked.
    VaultLocked,
    /// The user paused the gateway.
    Paused,
    /// DNS, TCP or TLS failed.
    UpstreamUnreachable,
    /// No connection or no answer in time.
    UpstreamTimeout,
    /// Closed without an answer.
    UpstreamNoAnswer,
    /// A redirect, which is never followed.
    UpstreamRedirect,
    /// A 200 that is no answer.
    UpstreamBroken,
    /// A 200 that says what is wrong with the request.
    UpstreamRejected {
        /// What the vendor's status for it is otherwise.
        status: u16,
    },
    /// No such model, and no such alias.
    ModelNotFound,
    /// The client's body broke off.
    BodyIncomplete,
    /// The client's body is longer than allowed.
    BodyTooLarge,
    /// The client's body stopped coming.
    UploadTimeout,
    /// The voice, file, batch or video that is named is not to be had (D8).
    ResourceNotFound,
    /// A parameter of the query makes no sense.
    InvalidQuery,
    /// A field of the body is missing or wrong.
    InvalidParameter,
    /// A field of the body asks for what the upstream does not have.
    UnsupportedParameter,
    /// The client's token is not for this model.
    ModelNotAllowed,
    /// The client's token is limited in what a batch leads past.
    BatchNotAllowed,
    /// The client's token has sent as many requests as it may per minute.
    ClientPaced,
    /// The client's token has spent its budget.
    BudgetSpent,
    /// A bug.
    Internal,
}

impl FailureCode {
    /// Name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoKeys => "no_keys",
            Self::NoUsableKey => "no_usable_key",
            Self::CoolingDown => "cooling_down",
            Self::Busy => "busy",
            Self::VaultLocked => "vault_locked",
            Self::Paused => "paused",
            Self::UpstreamUnreachable => "upstream_unreachable",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamNoAnswer => "upstream_no_answer",
            Self::UpstreamRedirect => "upstream_redirect",
            Self::UpstreamBroken => "upstream_broken",
            Self::UpstreamRejected { .. } => "upstream_rejected",
            Self::ModelNotFound => "model_not_found",
            Self::BodyIncomplete => "body_incomplete",
            Self::BodyTooLarge => "body_too_large",
            Self::UploadTimeout => "upload_timeout",
            Self::ResourceNotFound => "resource_not_found",
            Self::InvalidQuery => "invalid_query",
            Self::InvalidParameter => "invalid_parameter",
            Self::UnsupportedParameter => "unsupported_parameter",
            Self::ModelNotAllowed => "model_not_allowed",
            Self::BatchNotAllowed => "batch_not_allowed",
            Self::ClientPaced => "client_rate_limited",
            Self::BudgetSpent => "budget_spent",
            Self::Internal => "internal",
        }
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NoKeys | Self::NoUsableKey | Self::VaultLocked | Self::Paused => 503,
            Self::CoolingDown | Self::Busy | Self::ClientPaced | Self::BudgetSpent => 429,
            Self::ModelNotAllowed | Self::BatchNotAllowed => 403,
            Self::UpstreamUnreachable
            | Self::UpstreamNoAnswer
            | Self::UpstreamRedirect
            | Self::UpstreamBroken => 502,
            Self::UpstreamTimeout => 504,
            Self::BodyIncomplete
            | Self::InvalidQuery
            | Self::InvalidParameter
            | Self::UnsupportedParameter => 400,
            Self::ResourceNotFound | Self::ModelNotFound => 404,
            Self::UpstreamRejected { status } => status,
            Self::BodyTooLarge => 413,
            Self::UploadTimeout => 408,
            Self::Internal => 500,
        }
    }
}

/// A request that got no answer to pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub code: FailureCode,
    /// What happened and what to do, in English; never a secret.
    pub message: String,
    /// When to ask again.
    pub retry_after: Option<Duration>,
    /// Upstream requests made.
    pub attempts: u32,
    /// The field of the body that is at fault, as `tools[1].type`.
    pub param: Option<String>,
}

impl Failure {
    pub(in crate::app) fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            attempts: 0,
            param: None,
        }
    }

    /// With advice at the end of the message.
    pub(in crate::app) fn with_hint(mut self, hint: Option<String>) -> Self {
        if let Some(hint) = hint {
            self.message.push_str("; ");
            self.message.push_str(&hint);
        }
        self
    }

    fn after_wait(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait.max(SHORT_WAIT));
        self
    }

    pub(in crate::app) fn internal() -> Self {
        Self::new(
            FailureCode::Internal,
            "flowkeep could not handle this request; see its log",
        )
    }

    /// An account of several that were asked took too long.
    pub(super) fn late(label: &str, waited: Duration) -> Self {
        Self::new(
            FailureCode::UpstreamTimeout,
            format!("the account {label:?} did not answer within {waited:?}; ask again later"),
        )
    }

    /// An account's answer breaks off or is no JSON.
    pub(super) fn unreadable(label: &str) -> Self {
        Self::new(
            FailureCode::UpstreamBroken,
            format!("the upstream's answer for the account {label:?} cannot be read"),
        )
    }

    pub(super) fn paused() -> Self {
        Self::new(
            FailureCode::Paused,
            "Flowkeep is paused; resume it in its window or tray menu",
        )
    }

    pub(in crate::app) fn no_key(no_key: &NoKey, vault_locked: bool) -> Self {
        if vault_locked {
            return Self::new(
                FailureCode::VaultLocked,
                "the system keychain is locked; unlock it and ask again",
            )
            .after_wait(Duration::from_secs(5));
        }
        match no_key {
            NoKey::Empty => Self::new(
                FailureCode::NoKeys,
                "Flowkeep has no SiliconFlow key yet; import one in its window (Keys, Import) \
                 or with `flowkeep keys import`",
            ),
            NoKey::Unusable(counts) => Self::unusable(counts),
            NoKey::Cooling { retry_after, why } => Self::resting(why).after_wait(*retry_after),
            NoKey::Busy => Self::new(
                FailureCode::Busy,
                "every account has as many requests under way as it may, and the line of those \
                 that wait is full or too slow; ask again later, or raise max_concurrency in \
                 Settings",
            )
            .after_wait(BUSY_WAIT),
            NoKey::AllTried => Self::new(
                FailureCode::NoUsableKey,
                "every usable key was tried and refused; look at Keys in the Flowkeep window",
            ),
        }
    }

    fn resting(why: &Resting) -> Self {
        match why {
            Resting::RateLimit => Self::new(
                FailureCode::CoolingDown,
                "all accounts that may serve this model are at their rate limit; ask again later \
                 or add a key of another account",
            ),
            Resting::Restriction { said } => Self::new(
                FailureCode::NoUsableKey,
                format!(
                    "no account may use this model; the upstream said: {said}; look at Keys in the \
                     Flowkeep window"
                ),
            ),
        }
    }

    fn unusable(counts: &Counts) -> Self {
        let reasons: Vec<String> = [
            (counts.unauthorized, "unauthorized"),
            (counts.exhausted, "exhausted"),
            (counts.restricted, "restricted"),
            (counts.unreadable, "unreadable"),
            (counts.disabled, "disabled"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, state)| format!("{count} {state}"))
        .collect();
        Self::new(
            FailureCode::NoUsableKey,
            format!(
                "none of the {} keys can serve ({}); look at Keys in the Flowkeep window",
                counts.total,
                reasons.join(", ")
            ),
        )
    }

    /// The failure that follows from the last attempt.
    pub(super) fn after(attempt: &Attempt, verdict: &Verdict, no_key: Option<Self>) -> Self {
        if let Attempt::Failed(error) = attempt {
            return Self::transport(error);
        }
        match verdict.class {
            Class::Redirected => Self::new(
                FailureCode::UpstreamRedirect,
                "the upstream answered with a redirect, which is never followed; check the \
                 upstream address in Settings",
            ),
            // An error that came as a 200: what it says of an account is told
            // by the account's state, all else in its own words.
            Class::Rejected => Self::new(
                FailureCode::UpstreamRejected {
                    status: rejected_status(verdict.evidence.vendor_code),
                },
                format!(
                    "the upstream rejected the request: {}",
                    verdict.evidence.text
                ),
            ),
            Class::Broken | Class::ModelBusy { .. } | Class::UpstreamFailed => Self::new(
                FailureCode::UpstreamBroken,
                format!(
                    "the upstream answered 200 without an answer in it: {}",
                    verdict.evidence.text
                ),
            ),
            _ => no_key.unwrap_or_else(|| {
                Self::new(
                    FailureCode::NoUsableKey,
                    "the upstream refused every key that was tried; look at Keys in the \
                     Flowkeep window",
                )
            }),
        }
    }

    fn transport(error: &SendError) -> Self {
        let code = match error {
            SendError::NotSent(_) => FailureCode::UpstreamUnreachable,
            SendError::ConnectTimedOut(_) | SendError::TimedOut(_) => FailureCode::UpstreamTimeout,
            SendError::NoAnswer(_) => FailureCode::UpstreamNoAnswer,
            SendError::Body(_) => FailureCode::BodyIncomplete,
            SendError::BodyTooLarge => FailureCode::BodyTooLarge,
            SendError::BodyIdle => FailureCode::UploadTimeout,
        };
        Self::new(code, error.detail())
    }
}

/// The status that the vendor sends with this code (API reference §5) where it
/// does not hide it in a 200.
fn rejected_status(code: Option<i64>) -> u16 {
    match code {
        Some(20_042) => 413,
        Some(20_092) => 410,
        _ => 400,
    }
}
