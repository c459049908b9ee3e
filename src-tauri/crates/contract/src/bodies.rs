//! Bodies of requests, which are kept only where the user asked for it (D17).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why the words of a body were not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// It is no text.
    Binary,
    /// It came compressed.
    Compressed,
    /// Too many bodies were being kept at the same time.
    Crowded,
}

/// One body, as it went to the upstream or came from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CapturedBody {
    /// Bytes that passed.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Its `Content-Type`.
    pub content_type: Option<String>,
    /// Its words, without keys and tokens; absent when they were not kept.
    pub text: Option<String>,
    /// Whether it was longer than what is kept of a body.
    pub is_cut: bool,
    /// Why there is no text.
    pub left_out: Option<LeftOut>,
}

/// Both bodies of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CapturedBodies {
    /// What was asked.
    pub request: CapturedBody,
    /// What was answered; empty when there was no answer.
    pub response: CapturedBody,
    /// Unix milliseconds when both are removed.
    #[ts(type = "number")]
    pub expires_at_ms: i64,
}

/// What clearing the kept bodies removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClearBodiesReport {
    /// Requests that had some.
    #[ts(type = "number")]
    pub removed: u64,
    /// Damaged logs that were set aside. Bodies may still be in them; they can only be
    /// deleted as a whole.
    pub damaged_copies: Vec<String>,
}
