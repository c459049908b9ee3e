//! What usage is told apart by, and which requests are counted.

use rusqlite::Connection;

use super::columns::outcome_code;
use super::names;
use super::rollup::dimension;
use crate::model::Outcome;

/// What usage is told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Model that was used.
    Model,
    /// Account of the last attempt.
    Account,
    /// Key of the last attempt.
    Key,
    /// Client token's id.
    Client,
    /// Route.
    Route,
    /// How requests ended.
    Outcome,
}

/// Which requests are counted; an absent part counts all. All names are exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Model that was used.
    pub model: Option<String>,
    /// Account id.
    pub account: Option<String>,
    /// Client token's id.
    pub client: Option<String>,
    /// Route.
    pub route: Option<String>,
}

impl Dimension {
    /// Its number in `usage.db`.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Model => dimension::MODEL,
            Self::Account => dimension::ACCOUNT,
            Self::Key => dimension::KEY,
            Self::Client => dimension::CLIENT,
            Self::Route => dimension::ROUTE,
            Self::Outcome => dimension::OUTCOME,
        }
    }

    /// What a number in it stands for.
    pub(super) fn name(self, connection: &Connection, number: i64) -> rusqlite::Result<String> {
        if self != Self::Outcome {
            return names::name(connection, number);
        }
        let mut all = Outcome::ALL.into_iter();
        let outcome = all.find(|outcome| outcome_code(*outcome) == number);
        Ok(outcome.map_or_else(String::new, |outcome| outcome.as_str().to_owned()))
    }
}

impl UsageFilter {
    /// Whether all requests are counted.
    #[must_use]
    pub fn lets_all_through(&self) -> bool {
        *self == Self::default()
    }
}

/// A filter in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) model: Option<i64>,
    pub(super) account: Option<i64>,
    pub(super) client: Option<i64>,
    pub(super) route: Option<i64>,
}

impl Filter {
    /// Absent when a name occurs nowhere, so that nothing can match.
    pub(super) fn find(
        connection: &Connection,
        filter: &UsageFilter,
    ) -> rusqlite::Result<Option<Self>> {
        let mut found = Self::default();
        for (name, number) in [
            (&filter.model, &mut found.model),
            (&filter.account, &mut found.account),
            (&filter.client, &mut found.client),
            (&filter.route, &mut found.route),
        ] {
            let Some(name) = name else {
                continue;
            };
            *number = names::find(connection, name)?;
            if number.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    fn parts(self) -> [(i64, Option<i64>); 4] {
        [
            (dimension::MODEL, self.model),
            (dimension::ACCOUNT, self.account),
            (dimension::CLIENT, self.client),
            (dimension::ROUTE, self.route),
        ]
    }

    /// The dimension whose own sums answer for this filter and a grouping, and
    /// the only name in it.
    pub(super) fn slice(self, by: i64) -> Option<(i64, Option<i64>)> {
        let mut set = self
            .parts()
            .into_iter()
            .filter(|(_, number)| number.is_some());
        match (set.next(), set.next()) {
            (None, _) => Some((by, None)),
            (Some((filtered, number)), None) if by == filtered || by == dimension::ALL => {
                Some((filtered, number))
            }
            _ => None,
        }
    }
}
