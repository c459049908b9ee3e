//! What an account has upstream and only that account can reach (D8).

use std::sync::Arc;

use super::AccountId;

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceKind {
    /// A voice that was uploaded; its id is the `speech:…` URI.
    Voice,
    /// An uploaded file, or one that a batch left behind.
    File,
    /// A batch of requests.
    Batch,
    /// A video in the making; its id is the `requestId`.
    Video,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Voice, Self::File, Self::Batch, Self::Video];

    /// Name in SQL and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::File => "file",
            Self::Batch => "batch",
            Self::Video => "video",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A resource and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// The vendor's id for it.
    pub id: Arc<str>,
    /// The account that has it.
    pub account: AccountId,
    /// That account's label when this was learnt.
    pub account_label: Arc<str>,
    /// Id of the client token that made it; absent when that is not known, and
    /// then every client may use it.
    pub client: Option<Arc<str>>,
    /// Unix milliseconds: the vendor's own where it tells, else when it was learnt.
    pub created_at_ms: i64,
}
