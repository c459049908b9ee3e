//! 429: whose limit it is, and for how long the account is left alone.

use std::time::Duration;

use crate::clock::Moment;
use crate::model::{Evidence, RateWindow};

use super::account::{JITTER_CEILING_MS, condition};
use super::cooling::{NO_MODEL, Stay};
use super::lease::Lease;
use super::member::Settled;
use super::state::Table;
use super::storm::Limited;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * 3_600_000;
/// The vendor's days are those of China.
const UTC8_MS: i64 = 8 * 3_600_000;
/// First cooling after a 429 that names no window; doubles with each in a row.
const UNKNOWN_WINDOW_MS: u64 = 10 * SECOND_MS;
const LONGEST_UNKNOWN_MS: u64 = 10 * MINUTE_MS;
/// A 429 that is not the account's fault.
const STORM_MS: u64 = SECOND_MS;

impl Table {
    pub(super) fn limit(
        &mut self,
        now: Moment,
        lease: &Lease,
        model: Option<&str>,
        (window, retry_after, evidence): (RateWindow, Option<Duration>, &Evidence),
    ) -> Settled {
        let model = model.unwrap_or(NO_MODEL);
        let limited = Limited {
            account: lease.account().clone(),
            model: model.to_owned(),
            names_window: window != RateWindow::Unknown,
        };
        let others = self.storm.note(now, &limited);
        let upstream_level = !others.is_empty();
        let length_ms = if upstream_level {
            STORM_MS
        } else {
            self.rest_ms(now, lease, model, (window, retry_after))
        };
        let stay = Stay {
            model: limited.model.clone(),
            length_ms,
            is_rate: true,
            condition: condition(now, evidence),
        };
        let mut changes = self.keep_away(now, lease, stay);
        if upstream_level {
            self.acquit(&limited);
        }
        for other in others {
            self.acquit(&other);
            if self.is_rate_limited(&other) {
                let whose = (&other.account, other.model.as_str());
                changes.extend(self.shorten(now, whose, STORM_MS));
            }
        }
        Settled {
            changes,
            confirm: None,
            upstream_level,
        }
    }

    /// How long a full window keeps the account away. When a window of a minute
    /// is full for the first time and what was sent tells when it empties, that
    /// is the answer; else the window's length, and a little more by chance.
    fn rest_ms(
        &mut self,
        now: Moment,
        lease: &Lease,
        model: &str,
        (window, retry_after): (RateWindow, Option<Duration>),
    ) -> u64 {
        let failures = self.failures_in_a_row(lease.account(), model);
        let ticket = self.next_ticket();
        let known = self
            .account_mut(lease.account())
            .filter(|_| window == RateWindow::Minute)
            .and_then(|account| account.paces.refused(now, (lease.ticket(), ticket), model));
        if let Some(known_ms) = known
            && retry_after.is_none()
        {
            let grown_ms = known_ms.max(SECOND_MS) << failures.min(6);
            return grown_ms.min(MINUTE_MS);
        }
        let length_ms = window_ms(now, window, retry_after, failures);
        self.jitter.stretch(length_ms, JITTER_CEILING_MS)
    }

    /// What was not the account's fault does not count as one of its failures.
    fn acquit(&mut self, limited: &Limited) {
        let Some(account) = self.account_mut(&limited.account) else {
            return;
        };
        account.paces.forget(&limited.model);
        if let Some(cooling) = account.cooling.entry(&limited.model) {
            cooling.failures = 0;
        }
    }

    fn is_rate_limited(&mut self, limited: &Limited) -> bool {
        self.account_mut(&limited.account)
            .and_then(|account| account.cooling.entry(&limited.model))
            .is_some_and(|cooling| cooling.is_rate)
    }
}

/// How long a full window keeps the account away, without chance.
fn window_ms(now: Moment, window: RateWindow, retry_after: Option<Duration>, failures: u32) -> u64 {
    let (usual_ms, longest_ms) = match window {
        RateWindow::Minute => (MINUTE_MS, HOUR_MS),
        RateWindow::Hour => (HOUR_MS, HOUR_MS),
        RateWindow::Day => {
            let left_ms = until_day_ends_ms(now.unix_ms);
            (left_ms, left_ms.max(HOUR_MS))
        }
        RateWindow::Unknown => {
            let grown_ms = UNKNOWN_WINDOW_MS << failures.min(6);
            (grown_ms.min(LONGEST_UNKNOWN_MS), HOUR_MS)
        }
    };
    let asked_ms = retry_after.map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
    asked_ms.unwrap_or(usual_ms).clamp(SECOND_MS, longest_ms)
}

fn until_day_ends_ms(unix_ms: i64) -> u64 {
    let into_day_ms = unix_ms.saturating_add(UTC8_MS).rem_euclid(DAY_MS);
    u64::try_from(DAY_MS - into_day_ms).unwrap_or(0)
}
