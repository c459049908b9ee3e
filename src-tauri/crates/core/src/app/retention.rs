//! Keeping the log within the limits of the settings, beside the requests.

use std::time::{Duration, Instant};

use flowkeep_contract::Topic;

use super::App;
use crate::clock::Moment;
use crate::store::Retention;

/// How often it is asked whether the log has grown: one number in memory.
const GLANCE: Duration = Duration::from_secs(1);
/// How often the log is looked at while it grows: at 500 requests per second it
/// gains less than a megabyte in between.
const LOOK: Duration = Duration::from_secs(10);
/// It is looked at sooner when it has grown by this part of a limit, so that small
/// limits are kept as well.
const PART: u64 = 20;
/// Bytes of a row with everything it is looked up by, about.
const ROW_BYTES: u64 = 160;
/// How often it is looked at for rows that have become too old.
const AGE_LOOK: Duration = Duration::from_hours(1);
const MIB: u64 = 1 << 20;
const DAY_MS: u64 = 86_400_000;
/// The wall clock may be ahead of the time that has passed by so many days, and
/// by a third of what is kept: a computer sleeps, but a clock that is wrong by
/// years must not empty the log.
const LONGEST_SLEEP_DAYS: u64 = 7;

/// A look at the log.
#[derive(Clone, Copy, Debug)]
struct Look {
    limits: Retention,
    /// Rows that were ever written by then.
    written: u64,
    at: Instant,
}

impl Look {
    /// Whether there may be something to do since another look.
    fn is_due_after(&self, last: &Self) -> bool {
        let passed = self.at.saturating_duration_since(last.at);
        let grown = self.written.saturating_sub(last.written);
        if self.limits != last.limits {
            return true;
        }
        if grown == 0 {
            return passed >= AGE_LOOK;
        }
        passed >= LOOK || grown >= part_of(&self.limits)
    }
}

/// Rows that are a notable part of the smallest limit.
fn part_of(limits: &Retention) -> u64 {
    let rows = [limits.rows, limits.bytes / ROW_BYTES];
    let smallest = rows.into_iter().filter(|rows| *rows > 0).min();
    smallest.map_or(u64::MAX, |rows| rows / PART)
}

impl App {
    pub(super) fn start_keeping_the_log(&self) {
        let app = self.clone();
        self.0.tasks.spawn(async move { app.keep_the_log().await });
    }

    fn retention(&self) -> Retention {
        let settings = self.effective_settings();
        let days = settings.retention_days;
        Retention {
            days: if clock_is_sane(days, self.0.started, self.now()) {
                days
            } else {
                0
            },
            rows: u64::from(settings.retention_rows),
            bytes: u64::from(settings.retention_mib) * MIB,
        }
    }

    async fn keep_the_log(&self) {
        let mut last: Option<Look> = None;
        while !self.rest(GLANCE).await {
            let look = Look {
                limits: self.retention(),
                written: self.journal().written(),
                at: Instant::now(),
            };
            if last.is_some_and(|last| !look.is_due_after(&last)) {
                continue;
            }
            let retention = look.limits;
            let kept = self
                .blocking(move |app| Ok(app.0.store.retain(&retention)?))
                .await;
            // Also after a failure: what cannot be written does not grow either.
            last = Some(look);
            match kept {
                Ok(kept) if kept.removed > 0 => {
                    tracing::debug!(rows = kept.removed, "old requests left the log");
                    self.changed(&[Topic::Requests]);
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the log cannot be kept in its limits"),
            }
        }
    }
}

/// Whether the wall clock has not jumped ahead since the start by too much to
/// tell what is too old.
fn clock_is_sane(days: u32, started: Moment, now: Moment) -> bool {
    let passed_ms = now.monotonic_ms.saturating_sub(started.monotonic_ms);
    let shown_ms = u64::try_from(now.unix_ms.saturating_sub(started.unix_ms)).unwrap_or(0);
    let most_days = LONGEST_SLEEP_DAYS.max(u64::from(days) / 3);
    shown_ms.saturating_sub(passed_ms) <= most_days * DAY_MS
}

#[cfg(test)]
mod tests;
