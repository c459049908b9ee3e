//! Costs that another process has computed anew: budgets follow within seconds.
//!
//! The command line prices the log anew and corrects the roll-ups with it, while a
//! gateway on the same folder goes by the sums in its memory. A note in
//! `flowkeep.db` tells that it was done. The gateway then compares its sums with
//! the roll-ups, by client and hour, after all that had ended was written down.
//! What a client does meanwhile is in one and not yet in the other, so that hour is
//! compared again at the next look. Requests wait at most for the copy of one client's
//! sums.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::time::Duration;

use flowkeep_contract::Topic;

use super::spending::{HourOfClient, REMEMBERED_MS};
use crate::app::{App, locked};
use crate::store::{Dimension, StoreError};

/// Name of the note in `flowkeep.db`.
const NOTE: &str = "costs_computed_anew";
/// Looks, one a second, after which the present hour of a client that never rests
/// is left as it is.
const MOST_LOOKS: u32 = 60;
/// How long the log may take to write down what has ended before.
const FLUSH: Duration = Duration::from_secs(2);

/// What is left to compare.
#[derive(Debug, Default)]
pub(super) struct Recounting {
    /// The note that was heeded last.
    note: Option<String>,
    looks_left: u32,
}

/// By client, and hour of UTC in Unix milliseconds.
pub(super) type HoursOfClients = HashMap<(String, i64), HourOfClient>;

impl App {
    /// Tells other processes that costs were computed anew.
    pub(super) async fn note_new_costs(&self) {
        let note = uuid::Uuid::now_v7().to_string();
        let noted = self
            .blocking(move |app| Ok(app.0.store.set_meta(NOTE, &note)?))
            .await;
        if let Err(error) = noted {
            tracing::warn!(
                %error,
                "a gateway that runs beside is not told of the new costs; its budgets follow \
                 when it is started again"
            );
        }
    }

    /// Heeds the note that stands there before the sums are read for the first time:
    /// they have it already. Blocks.
    pub(super) fn heed_new_costs(&self) -> Result<(), StoreError> {
        let note = self.0.store.meta(NOTE)?;
        locked(&self.0.ledger.recounting).note = note;
        Ok(())
    }

    /// Takes up costs that another process has computed anew. Costs one read of a
    /// small row while there are none; made to be polled. Blocks.
    pub(in crate::app) fn follow_costs(&self) {
        if !self.0.records {
            // The roll-ups know nothing of what this process has in its sums.
            return;
        }
        if self.0.ledger.repricing.load(Ordering::Acquire) {
            // It corrects the sums after its rows: looked at again when it is done.
            return;
        }
        let mut left = locked(&self.0.ledger.recounting);
        match self.0.store.meta(NOTE) {
            Ok(note) if note != left.note => {
                left.note = note;
                left.looks_left = MOST_LOOKS;
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "cannot look for new costs"),
        }
        if left.looks_left == 0 {
            return;
        }
        left.looks_left -= 1;
        match self.recount() {
            Ok(is_settled) => {
                if is_settled {
                    left.looks_left = 0;
                }
                self.changed(&[Topic::Clients]);
            }
            Err(error) => tracing::warn!(%error, "budgets cannot follow the new costs yet"),
        }
    }

    /// Brings the sums in line with the roll-ups; false when a client was busy.
    fn recount(&self) -> Result<bool, StoreError> {
        let before = self.spending().hours_of_clients();
        // Twice: a request that is in the sums may be just before its record.
        if !self.flush_journal(FLUSH) || !self.flush_journal(FLUSH) {
            return Ok(false);
        }
        let written = self.hours_written()?;
        let after = self.spending().hours_of_clients();
        let oldest = self.now().unix_ms.saturating_sub(REMEMBERED_MS);
        let known: BTreeSet<_> = before.keys().chain(written.keys()).collect();
        let mut is_settled = true;
        for hour in known.into_iter().filter(|(_, from_ms)| *from_ms >= oldest) {
            let (had, has) = (before.get(hour), after.get(hour));
            if had != has {
                is_settled = false;
                continue;
            }
            let right = written.get(hour).copied().unwrap_or_default();
            let by = right.since(had.copied().unwrap_or_default());
            if by != HourOfClient::default() {
                self.spending().remember(&hour.0, hour.1, by);
            }
        }
        Ok(is_settled)
    }

    /// What the roll-ups tell of the time that budgets look back.
    pub(super) fn hours_written(&self) -> Result<HoursOfClients, StoreError> {
        let now = self.now().unix_ms;
        let from = now.saturating_sub(REMEMBERED_MS);
        // The clock may have been set back since.
        let to = now.saturating_add(REMEMBERED_MS);
        let hours = self.0.store.spent_hours(Dimension::Client, from, to)?;
        let named = hours.into_iter().map(|hour| {
            let did = HourOfClient::of_rollup(&hour);
            ((hour.name, hour.hour_ms), did)
        });
        Ok(named.collect())
    }
}
