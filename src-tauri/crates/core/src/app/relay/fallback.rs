//! When the next model of a list takes over, and which one. Pure.

use std::sync::Arc;

use super::policy::may_have_created;
use crate::model::{Class, Effect, Verdict};

/// "Model does not exist" (API reference §5).
const GONE: i64 = 20_012;
/// The same in other words, where no code comes with them.
const GONE_WORDS: [&str; 2] = ["Model does not exist", "模型配置不存在"];

/// Why a request leaves its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Overloaded, for every account.
    Busy,
    /// No account may use it now.
    Limited,
    /// The upstream has no such model.
    Gone,
    /// No first byte within the limit.
    TimedOut,
    /// The request is longer than the model reads.
    TooLong {
        /// Tokens it reads, when the upstream says so.
        window: Option<u64>,
        /// Tokens of the request, when the upstream says so.
        asked: Option<u64>,
    },
}

impl Trigger {
    /// Why, for logs.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "it is overloaded",
            Self::Limited => "all accounts are at its limit",
            Self::Gone => "the upstream does not have it",
            Self::TimedOut => "it gave no answer in time",
            Self::TooLong { .. } => "the request is too long for it",
        }
    }

    /// Whether the repeat costs the upstream something while it is in trouble.
    pub(super) fn is_budgeted(self) -> bool {
        matches!(self, Self::Busy | Self::TimedOut)
    }
}

/// Whether another model may do what this one did not. What may have created
/// something is sent again only when it was refused for certain (D10).
pub(super) fn trigger(verdict: &Verdict, effect: Effect) -> Option<Trigger> {
    if may_have_created(verdict, effect) {
        return None;
    }
    let creates = effect == Effect::Creates;
    match verdict.class {
        Class::ModelBusy { .. } => Some(Trigger::Busy),
        Class::UpstreamFailed if verdict.evidence.status == Some(503) && !creates => {
            Some(Trigger::Busy)
        }
        Class::TimedOut if !creates => Some(Trigger::TimedOut),
        Class::Rejected if is_gone(verdict) => Some(Trigger::Gone),
        Class::Rejected => too_long(&verdict.evidence.text),
        Class::Success
        | Class::KeyUnauthorized
        | Class::AccountExhausted
        | Class::PaidOnly
        | Class::ModelRestricted
        | Class::AccountRestricted
        | Class::RateLimited { .. }
        | Class::UpstreamFailed
        | Class::Broken
        | Class::Redirected
        | Class::NotSent
        | Class::NoAnswer
        | Class::TimedOut
        | Class::ClientGone => None,
    }
}

/// The place of the model that takes over from the one at `at`.
pub(super) fn next(
    models: &[Arc<str>],
    at: usize,
    trigger: Trigger,
    context_of: impl Fn(&str) -> Option<u64>,
) -> Option<usize> {
    let mut later = at + 1..models.len();
    let Trigger::TooLong { window, asked } = trigger else {
        return later.next();
    };
    let window = window.or_else(|| context_of(models.get(at)?))?;
    let needed = window.max(asked.unwrap_or(0));
    later.find(|place| context_of(&models[*place]).is_some_and(|context| context > needed))
}

fn is_gone(verdict: &Verdict) -> bool {
    let text = &verdict.evidence.text;
    verdict.evidence.vendor_code == Some(GONE)
        || GONE_WORDS.iter().any(|words| text.contains(words))
}

/// `length of prompt_tokens (235121) must be less than max_seq_len (65536).` and
/// `input must have less than 512 tokens`.
fn too_long(text: &str) -> Option<Trigger> {
    let mut numbers = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u64>().ok());
    if text.contains("max_seq_len") {
        let (asked, window) = (numbers.next(), numbers.next());
        return Some(Trigger::TooLong { window, asked });
    }
    if text.contains("must have less than") && text.contains("tokens") {
        let window = numbers.next();
        return Some(Trigger::TooLong {
            window,
            asked: None,
        });
    }
    None
}

#[cfg(test)]
mod tests;
