//! Sums by tool, as the product of the client's `User-Agent` names it (dimension 7 of
//! `usage_slices`): two tools that share a token are told apart, also when their
//! requests have left the log.
//!
//! A client may call itself what it likes, and each time something else. So an hour
//! has room for 64 names; what comes later with a new one is summed as
//! `(others)`. A name that has its sum keeps it: whatever corrects a request later
//! finds the same place.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Transaction, named_params};

use super::names::{self, Names};
use super::rollup::{GRAINS, HOUR_MS, Slice, dimension};
use super::sums::{Tally, UsageSums};

/// Names of an hour, without the empty one of requests that name no tool, and
/// [`OTHERS`].
pub(super) const MOST: usize = 64;
/// What the rest of an hour's names is summed as.
pub(super) const OTHERS: &str = "(others)";
/// The number of no name.
const NONE: i64 = 0;

pub(super) const SELECT_NAMES: &str = "SELECT name FROM usage_slices
    WHERE grain = 1 AND dimension = :dimension AND start = :hour";

/// Which tools of an hour have a sum of their own.
#[derive(Debug, Default)]
pub(super) struct ToolsOfHour {
    own: HashSet<i64>,
    others: Option<i64>,
}

impl ToolsOfHour {
    /// As it stands in the sums.
    pub(super) fn find(connection: &Connection, hour: i64) -> rusqlite::Result<Self> {
        let others = names::find(connection, OTHERS)?;
        let own = connection
            .prepare_cached(SELECT_NAMES)?
            .query_map(
                named_params! { ":dimension": dimension::TOOL, ":hour": hour },
                |row| row.get(0),
            )?
            .filter(|name| !matches!(name, Ok(name) if *name == NONE || Some(*name) == others))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { own, others })
    }

    /// The name that a tool's requests of this hour are summed as.
    pub(super) fn name_of(&self, tool: i64) -> i64 {
        match self.others {
            Some(others) if tool != NONE && !self.own.contains(&tool) => others,
            _ => tool,
        }
    }

    /// The same, for a tool that may get a sum of its own now.
    fn place_of(&mut self, tx: &Transaction<'_>, tool: i64) -> rusqlite::Result<i64> {
        if tool == NONE || self.own.contains(&tool) {
            return Ok(tool);
        }
        if self.own.len() < MOST && self.others != Some(tool) {
            self.own.insert(tool);
            return Ok(tool);
        }
        let others = match self.others {
            Some(others) => others,
            None => Names::default().number(tx, OTHERS)?,
        };
        self.others = Some(others);
        Ok(others)
    }
}

/// What a batch adds to the tools' sums, or takes from them.
#[derive(Debug, Default)]
pub(super) struct ToolSums {
    /// By hour and tool.
    hours: Tally<(i64, i64), UsageSums>,
}

impl ToolSums {
    /// Adds sums of a request of that moment.
    pub(super) fn add(&mut self, started_ms: i64, tool: Option<i64>, sums: UsageSums) {
        let place = (started_ms / HOUR_MS, tool.unwrap_or(NONE));
        self.hours.entry(place).or_default().add(sums);
    }

    /// From now on these sums are taken out, not put in.
    pub(super) fn take_back(&mut self) {
        for sums in self.hours.values_mut() {
            *sums = sums.negated();
        }
    }

    /// The slices that they belong to, of the hour and of its day.
    pub(super) fn slices(&self, tx: &Transaction<'_>) -> rusqlite::Result<Vec<(Slice, UsageSums)>> {
        let mut known: HashMap<i64, ToolsOfHour> = HashMap::new();
        let mut slices = Vec::with_capacity(self.hours.len() * GRAINS.len());
        for (&(hour, tool), &sums) in &self.hours {
            let tools = match known.entry(hour) {
                std::collections::hash_map::Entry::Occupied(tools) => tools.into_mut(),
                std::collections::hash_map::Entry::Vacant(hole) => {
                    hole.insert(ToolsOfHour::find(tx, hour)?)
                }
            };
            let name = tools.place_of(tx, tool)?;
            let slice = |grain| ([grain, dimension::TOOL, hour / grain, name], sums);
            slices.extend(GRAINS.map(slice));
        }
        Ok(slices)
    }
}

#[cfg(test)]
mod tests;
