//! States of keys and accounts, with the reason.

use super::{AccountId, KeyId};

/// What keeps a key from being used, or that nothing does. The same words in
/// SQL ([`KeyState::as_str`]), on the wire and in the UI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Answers, as far as we know.
    Usable,
    /// Never checked: the upstream could not be reached at import. Serves.
    #[default]
    Unchecked,
    /// The account has no balance (30001).
    Exhausted,
    /// The account may not use what was asked.
    Restricted,
    /// The upstream does not know the key (401).
    Unauthorized,
    /// The secret could not be read from the vault.
    Unreadable,
    /// Switched off by the user.
    Disabled,
}

impl KeyState {
    /// All states, best first.
    pub const ALL: [Self; 7] = [
        Self::Usable,
        Self::Unchecked,
        Self::Exhausted,
        Self::Restricted,
        Self::Unauthorized,
        Self::Unreadable,
        Self::Disabled,
    ];

    /// Name in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Unchecked => "unchecked",
            Self::Exhausted => "exhausted",
            Self::Restricted => "restricted",
            Self::Unauthorized => "unauthorized",
            Self::Unreadable => "unreadable",
            Self::Disabled => "disabled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it may be picked.
    #[must_use]
    pub const fn serves(self) -> bool {
        matches!(self, Self::Usable | Self::Unchecked)
    }
}

/// Why something is in its state, and until when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// The upstream's words (redacted, at most 300 characters) or ours.
    pub text: String,
    /// HTTP status seen.
    pub status: Option<u16>,
    /// `code` of the upstream's envelope.
    pub vendor_code: Option<i64>,
    /// Unix milliseconds since when.
    pub since_ms: i64,
    /// Unix milliseconds of the next try by itself, if there is one.
    pub next_retry_ms: Option<i64>,
}

/// A change that must survive a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateChange {
    /// A key's own state.
    Key {
        /// Which.
        key: KeyId,
        /// New state.
        state: KeyState,
        /// Why; absent when it serves.
        condition: Option<Condition>,
    },
    /// The state of an account, for all its keys.
    Account {
        /// Which.
        account: AccountId,
        /// New state.
        state: KeyState,
        /// Why; absent when it serves.
        condition: Option<Condition>,
    },
    /// An account cools down on a model (`Pro/*` for all paid ones).
    Cooling {
        /// Which account.
        account: AccountId,
        /// Model id or pattern.
        model: String,
        /// Why, with `next_retry_ms` as its end.
        condition: Condition,
    },
    /// A cooling ended early, because a request succeeded.
    Cooled {
        /// Which account.
        account: AccountId,
        /// Model id or pattern.
        model: String,
    },
}
