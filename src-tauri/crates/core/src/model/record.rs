//! The one record that a finished request leaves behind (D11).

use std::sync::Arc;

use super::{AccountId, KeyId, Usage};

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
    /// Tokens.
    pub usage: Usage,
    /// Milliseconds until the first byte for the client.
    pub first_byte_ms: Option<u32>,
    /// Milliseconds in all.
    pub duration_ms: u32,
}
