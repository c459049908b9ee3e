//! The one record that a finished request leaves behind (D11).

use std::sync::Arc;

use super::{AccountId, AttemptRecord, Capture, Cost, KeyId, Payment, Route, Units, Usage};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Answered in full.
    Success,
    /// The upstream refused the request itself (4xx).
    Rejected,
    /// No key could answer.
    Refused,
    /// The upstream failed or was not reached.
    UpstreamFailed,
    /// The upstream broke off in the middle.
    Interrupted,
    /// The client went away first.
    ClientClosed,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 6] = [
        Self::Success,
        Self::Rejected,
        Self::Refused,
        Self::UpstreamFailed,
        Self::Interrupted,
        Self::ClientClosed,
    ];

    /// Name in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
            Self::UpstreamFailed => "upstream_failed",
            Self::Interrupted => "interrupted",
            Self::ClientClosed => "client_closed",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}

/// What is known of a request's cost: the one rule for what is shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostState {
    /// All of it.
    Known,
    /// All of it, and it is nothing.
    Free,
    /// At least so much: a part that has a price was not counted.
    Incomplete,
    /// It may have been charged for, and nobody knows how much.
    Unknown,
    /// Nothing is charged for how it ended.
    Unbilled,
    /// What was asked for has no price: a list, the state of a video, or what is
    /// answered here.
    Priceless,
}

/// A finished request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// `x-flowkeep-request-id`.
    pub request_id: uuid::Uuid,
    /// Unix milliseconds.
    pub started_at_ms: i64,
    /// Route name, as `chat/completions`.
    pub route: String,
    /// Model the client asked for.
    pub model_asked: Option<Arc<str>>,
    /// Model sent upstream, when it is another one: an alias, or a fallback.
    pub model_used: Option<Arc<str>>,
    /// Key of the last attempt.
    pub key: Option<KeyId>,
    /// Last four characters of that key.
    pub key_last_four: Option<String>,
    /// Account of the last attempt.
    pub account: Option<AccountId>,
    /// Client token's id.
    pub client: Arc<str>,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// Status the client got; 499 when it left before one was sent.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// Our error code or the upstream's words, redacted, at most 300 characters.
    pub error: Option<String>,
    /// `code` of the upstream's envelope.
    pub vendor_code: Option<i64>,
    /// `x-siliconcloud-trace-id` of the answer.
    pub trace_id: Option<String>,
    /// Upstream requests made.
    pub attempts: u32,
    /// These requests, in their order.
    pub trail: Vec<AttemptRecord>,
    /// Tokens.
    pub usage: Usage,
    /// What was counted besides tokens.
    pub units: Units,
    /// A guess at the tokens in all, where the upstream did not tell them.
    pub estimated_tokens: Option<u32>,
    /// What it cost; `None` when that is not known.
    pub cost: Option<Cost>,
    /// What the prompt would have cost more without the cache, in billionths of
    /// the currency of `cost`.
    pub saved_nano: Option<i64>,
    /// Product in the client's `User-Agent`, at most 64 characters: it tells two
    /// tools with the same token apart.
    pub user_agent: Option<Arc<str>>,
    /// Milliseconds until the first byte for the client.
    pub first_byte_ms: Option<u32>,
    /// Milliseconds in all.
    pub duration_ms: u32,
    /// Its bodies, where they are kept.
    pub capture: Option<Box<Capture>>,
}

impl RequestRecord {
    /// What is known of its cost.
    #[must_use]
    pub fn cost_state(&self) -> CostState {
        match &self.cost {
            Some(cost) if cost.incomplete => CostState::Incomplete,
            Some(cost) if cost.money.nano() == 0 => CostState::Free,
            Some(_) => CostState::Known,
            None if self.may_be_charged() => CostState::Unknown,
            None if self.may_be_answered() => CostState::Priceless,
            None => CostState::Unbilled,
        }
    }

    /// Whether it may have been charged for, and nobody knows how much.
    #[must_use]
    pub fn has_unknown_cost(&self) -> bool {
        self.cost_state() == CostState::Unknown
    }

    /// Whether it was answered for tokens, and nobody told how many.
    #[must_use]
    pub fn has_unknown_usage(&self) -> bool {
        self.usage.is_unknown()
            && self.outcome == Outcome::Success
            && self.asked_a_model()
            && self.payment() == Payment::Tokens
    }

    /// Whether the upstream may charge for it: a model was asked, and nothing says
    /// that it did not answer. A client that went away first has seen no end, but
    /// what was sent is paid for. `GET /models` costs nothing, nor does what is
    /// answered here (`/v1/messages/count_tokens`).
    #[must_use]
    pub fn may_be_charged(&self) -> bool {
        self.may_be_answered() && self.asked_a_model() && self.payment() != Payment::Nothing
    }

    /// Whether nothing says that no model has answered.
    const fn may_be_answered(&self) -> bool {
        match self.outcome {
            Outcome::Success | Outcome::Interrupted | Outcome::ClientClosed => true,
            Outcome::Rejected | Outcome::Refused | Outcome::UpstreamFailed => false,
        }
    }

    /// Whether a model of the upstream's was asked.
    fn asked_a_model(&self) -> bool {
        self.attempts > 0 && (self.model_used.is_some() || self.model_asked.is_some())
    }

    /// Whether it is a download that had the results of a batch: no other request for
    /// a file uses a model. Its usage is that of many answers.
    #[must_use]
    pub fn is_of_batch(&self) -> bool {
        self.model_asked.is_some() && self.route == Route::Files.name()
    }

    fn payment(&self) -> Payment {
        if self.is_of_batch() {
            return Payment::Tokens;
        }
        Route::of(&self.route).payment()
    }

    /// nginx's number for a client that left before it got a status.
    const CLIENT_CLOSED_REQUEST: u16 = 499;

    /// A request that has just begun; what it never learns stays as it is here:
    /// a client that left.
    #[must_use]
    pub fn begun(request_id: uuid::Uuid, started_at_ms: i64) -> Self {
        Self {
            request_id,
            started_at_ms,
            route: String::new(),
            model_asked: None,
            model_used: None,
            key: None,
            key_last_four: None,
            account: None,
            client: Arc::default(),
            stream: false,
            status: Self::CLIENT_CLOSED_REQUEST,
            outcome: Outcome::ClientClosed,
            error: None,
            vendor_code: None,
            trace_id: None,
            attempts: 0,
            trail: Vec::new(),
            usage: Usage::default(),
            units: Units::default(),
            estimated_tokens: None,
            cost: None,
            saved_nano: None,
            user_agent: None,
            first_byte_ms: None,
            duration_ms: 0,
            capture: None,
        }
    }
}

#[cfg(test)]
mod tests;
