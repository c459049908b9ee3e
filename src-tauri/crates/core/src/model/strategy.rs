//! The strategies of the pool by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How the pool chooses among accounts that could all answer (design D7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The account with the highest known balance; near a tie, or when none is
    /// known, the one with the fewest requests under way.
    #[default]
    HighestBalance,
    /// Each account in turn.
    RoundRobin,
    /// The first account of the list until it fails, then the next.
    FillFirst,
    /// Accounts in proportion to the weights of their keys.
    Weighted,
    /// The account that served the fewest requests since the start.
    LeastUsed,
}

/// A strategy that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown strategy {0:?}: expected highest-balance, round-robin, fill-first, weighted or least-used"
)]
pub struct UnknownStrategy(String);

impl Strategy {
    /// All strategies, the default first.
    pub const ALL: [Self; 5] = [
        Self::HighestBalance,
        Self::RoundRobin,
        Self::FillFirst,
        Self::Weighted,
        Self::LeastUsed,
    ];

    /// Name in `settings.toml` and in `FLOWKEEP_POOL_STRATEGY`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HighestBalance => "highest-balance",
            Self::RoundRobin => "round-robin",
            Self::FillFirst => "fill-first",
            Self::Weighted => "weighted",
            Self::LeastUsed => "least-used",
        }
    }
}

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|strategy| strategy.as_str() == name)
            .ok_or_else(|| UnknownStrategy(name.to_owned()))
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
