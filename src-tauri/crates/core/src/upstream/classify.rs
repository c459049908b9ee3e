//! What an upstream answer means: the table of the API reference §5. Pure.
//!
//! The vendor's message decides before its code (50603 is used for a full
//! quota and for a busy model), and the code before the status. A message is
//! believed only where the vendor speaks of itself: a 400 may quote the client,
//! and a client must not be able to talk an account into a penalty.

mod envelope;
mod opening;
mod retry_after;
mod success;
mod words;

use crate::model::{Class, Evidence, Verdict};

use envelope::Envelope;
use words::{Topic, Words};

pub use opening::Opening;
pub use success::inspect_success;

/// Body bytes that are looked at.
pub const LOOKED_AT: usize = 64 * 1024;

/// `code` of an enveloped answer that is no error.
const OK_CODE: i64 = 20_000;
const INVALID_TOKEN: i64 = 30_014;
const EXHAUSTED: i64 = 30_001;
const PAID_ONLY: i64 = 30_011;
const MODEL_DISABLED: i64 = 30_003;
const RATE_LIMITED: i64 = 50_602;
/// A full quota or a busy model; only the text or the status can tell.
const LIMITED_OR_BUSY: i64 = 50_603;
const BUSY: [i64; 3] = [50_505, 50_508, 50_609];

/// Classifies an answer by its status, `Retry-After`, the beginning of its body
/// and the model asked for. For a 2xx see [`inspect_success`]; given one, this
/// trusts only an envelope inside it.
#[must_use]
pub fn classify(
    status: u16,
    retry_after: Option<&str>,
    body: &[u8],
    model: Option<&str>,
    now_unix_ms: i64,
) -> Verdict {
    let envelope = Envelope::read(&body[..body.len().min(LOOKED_AT)]);
    let retry_after = retry_after.and_then(|value| retry_after::read(value, now_unix_ms));
    let seen = Seen {
        status,
        words: Words::of(&envelope.text),
        envelope: &envelope,
        has_model: model.is_some(),
    };
    let class = match seen.class() {
        Class::RateLimited { window, .. } => Class::RateLimited {
            window,
            retry_after,
        },
        Class::ModelBusy { .. } => Class::ModelBusy { retry_after },
        other => other,
    };
    Verdict {
        class,
        evidence: envelope.evidence(status),
    }
}

/// What an error says that stands among the events of a stream.
#[must_use]
pub fn error_in_stream(payload: &[u8]) -> Evidence {
    Envelope::read(payload).evidence(200)
}

/// An answer as the rules see it.
struct Seen<'a> {
    status: u16,
    envelope: &'a Envelope,
    words: Words<'a>,
    has_model: bool,
}

impl Seen<'_> {
    fn class(&self) -> Class {
        match self.status {
            200..=299 => self.inside_success(),
            300..=399 => Class::Redirected,
            401 => Class::KeyUnauthorized,
            402 | 403 => self.refused(),
            408 => Class::UpstreamFailed,
            429 | 503 => self.limited(),
            400..=499 => self.by_account_code().unwrap_or(Class::Rejected),
            500..=599 => self.by_code().unwrap_or(Class::UpstreamFailed),
            _ => Class::Broken,
        }
    }

    /// A 200 has no say: the envelope in it is all there is.
    fn inside_success(&self) -> Class {
        if self.envelope.is_page {
            return Class::Broken;
        }
        match self.envelope.code {
            _ if !self.envelope.is_error => Class::Success,
            Some(20_001..=20_999) => Class::Rejected,
            Some(INVALID_TOKEN) => Class::KeyUnauthorized,
            Some(30_000..=30_999) => self.refused(),
            Some(_) | None => self
                .by_words()
                .or_else(|| self.by_code())
                .unwrap_or(Class::Broken),
        }
    }

    /// 402 and 403: something about the account.
    fn refused(&self) -> Class {
        if let Some(class) = self.by_account_code() {
            return class;
        }
        if self.words.speak_of(Topic::PaidBalance) {
            return Class::PaidOnly;
        }
        if self.words.speak_of(Topic::Balance) || self.status == 402 {
            return Class::AccountExhausted;
        }
        if self.words.speak_of(Topic::RealName) || self.words.speak_of(Topic::Suspension) {
            return self.restricted();
        }
        // A page comes from something in between, which knows no accounts.
        if self.envelope.is_page {
            return Class::UpstreamFailed;
        }
        // A bare "Forbidden": about the model, when there is one.
        if self.has_model {
            Class::ModelRestricted
        } else {
            Class::Rejected
        }
    }

    /// Real-name verification and the like: the model, unless only the account
    /// can be meant.
    fn restricted(&self) -> Class {
        let names_account =
            self.words.speak_of(Topic::Account) && !self.words.speak_of(Topic::Model);
        if names_account || self.words.speak_of(Topic::Suspension) || !self.has_model {
            Class::AccountRestricted
        } else {
            Class::ModelRestricted
        }
    }

    /// 429 and 503: a full window or a lack of capacity.
    fn limited(&self) -> Class {
        // A page comes from something in between: its words are not the vendor's.
        if self.envelope.is_page && self.status == 503 {
            return Class::UpstreamFailed;
        }
        if let Some(class) = self.by_words() {
            return class;
        }
        match self.envelope.code {
            Some(LIMITED_OR_BUSY) if self.status == 429 => self.rate_limited(),
            _ => match self.by_code() {
                Some(class) => class,
                None if self.status == 429 => self.rate_limited(),
                None => Class::UpstreamFailed,
            },
        }
    }

    fn by_words(&self) -> Option<Class> {
        if self.words.speak_of(Topic::Rate) {
            Some(self.rate_limited())
        } else if self.words.speak_of(Topic::Busy) {
            Some(busy())
        } else {
            None
        }
    }

    fn by_account_code(&self) -> Option<Class> {
        match self.envelope.code? {
            EXHAUSTED if self.words.speak_of(Topic::PaidBalance) => Some(Class::PaidOnly),
            EXHAUSTED => Some(Class::AccountExhausted),
            PAID_ONLY => Some(Class::PaidOnly),
            MODEL_DISABLED => Some(Class::ModelRestricted),
            _ => None,
        }
    }

    fn by_code(&self) -> Option<Class> {
        match self.envelope.code? {
            RATE_LIMITED => Some(self.rate_limited()),
            LIMITED_OR_BUSY => Some(busy()),
            code if BUSY.contains(&code) => Some(busy()),
            50_000..=59_999 => Some(Class::UpstreamFailed),
            INVALID_TOKEN => Some(Class::KeyUnauthorized),
            _ => self.by_account_code(),
        }
    }

    fn rate_limited(&self) -> Class {
        Class::RateLimited {
            window: self.words.window(),
            retry_after: None,
        }
    }
}

const fn busy() -> Class {
    Class::ModelBusy { retry_after: None }
}

/// The verdict on an envelope that came with a 2xx.
fn envelope_in_success(envelope: &Envelope) -> Verdict {
    // The model is not known here, and these codes are never about it.
    let seen = Seen {
        status: 200,
        words: Words::of(&envelope.text),
        envelope,
        has_model: true,
    };
    Verdict {
        class: seen.class(),
        evidence: envelope.evidence(200),
    }
}

fn broken(text: &str) -> Verdict {
    Verdict {
        class: Class::Broken,
        evidence: Evidence {
            status: Some(200),
            vendor_code: None,
            text: text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
