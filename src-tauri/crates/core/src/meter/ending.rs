//! How a relayed body ended.

use super::Scan;

/// How a body ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndHow {
    /// The upstream sent all of it.
    Complete,
    /// The upstream broke off, in these words.
    UpstreamFailed(String),
    /// The client went away first.
    ClientGone,
    /// The upstream fell silent for longer than the stream may.
    Idle,
    /// We ended it, at shutdown.
    Aborted,
}

impl EndHow {
    /// What to note as the error of the request; `None` for a whole body.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        match self {
            Self::Complete => None,
            Self::UpstreamFailed(text) => Some(text.clone()),
            Self::ClientGone => Some("the client closed the connection".to_owned()),
            Self::Idle => Some("the upstream fell silent".to_owned()),
            Self::Aborted => Some("flowkeep was stopped".to_owned()),
        }
    }
}

/// The one report of a relayed body, made when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How it ended.
    pub how: EndHow,
    /// What was seen in it.
    pub scan: Scan,
    /// Bytes relayed to the client.
    pub bytes: u64,
}
