//! Where a balance comes from, and why none was told.

/// Where a balance comes from (design D5). The same words in SQL
/// ([`BalanceSource::as_str`]), on the wire and in the UI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BalanceSource {
    /// `GET /user/info` said so.
    Reported,
    /// The user typed it.
    Manual,
    /// A value that was known minus what was spent since.
    Estimated,
}

impl BalanceSource {
    /// All sources.
    pub const ALL: [Self; 3] = [Self::Reported, Self::Manual, Self::Estimated];

    /// Name in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Manual => "manual",
            Self::Estimated => "estimated",
        }
    }

    /// The source of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// Why the upstream did not tell a balance. The same words in SQL
/// ([`BalanceFailureReason::as_str`]), on the wire and in the UI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BalanceFailureReason {
    /// 410: the vendor has taken the question away.
    Retired,
    /// 401: it does not know any key of the account.
    Unauthorized,
    /// Another status than 200.
    Status,
    /// 200, and no balance in it.
    Unreadable,
    /// No answer.
    Unanswered,
}

impl BalanceFailureReason {
    /// All reasons.
    pub const ALL: [Self; 5] = [
        Self::Retired,
        Self::Unauthorized,
        Self::Status,
        Self::Unreadable,
        Self::Unanswered,
    ];

    /// Name in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retired => "retired",
            Self::Unauthorized => "unauthorized",
            Self::Status => "status",
            Self::Unreadable => "unreadable",
            Self::Unanswered => "unanswered",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}
