//! What an answer means for key, account and model (`reliability.md` §2.2).
//!
//! Only what an answer proves is changed: a request's own fault, a busy model
//! or a broken upstream never touches an account (pool poisoning), and a lease
//! older than a change says nothing about what came after it.

use std::time::Duration;

use crate::clock::Moment;
use crate::model::{AccountId, Class, Evidence, KeyId, KeyState, RateWindow, StateChange, Verdict};

use super::cooling::{NO_MODEL, PAID_MODELS, Stay};
use super::lease::Lease;
use super::member::Settled;
use super::state::{JITTER_CEILING_MS, Suspicion, Table, condition};
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
const RESTRICTED_MS: u64 = 6 * HOUR_MS;
const PAID_ONLY_MS: u64 = HOUR_MS;
/// A suspect key is not confirmed more often than this.
const CONFIRM_AGAIN_MS: u64 = 10 * SECOND_MS;

impl Table {
    pub(super) fn settle(
        &mut self,
        now: Moment,
        lease: &Lease,
        model: Option<&str>,
        verdict: &Verdict,
    ) -> Settled {
        lease.end_probe();
        let evidence = &verdict.evidence;
        match verdict.class {
            Class::Success => Settled {
                changes: self.succeed(lease, model),
                ..Settled::default()
            },
            Class::KeyUnauthorized => Settled {
                confirm: self.suspect(now, lease, evidence),
                ..Settled::default()
            },
            Class::AccountExhausted => self.block(now, lease, KeyState::Exhausted, evidence),
            Class::AccountRestricted => self.block(now, lease, KeyState::Restricted, evidence),
            Class::PaidOnly => {
                let scope = match model {
                    Some(model) if !model.starts_with("Pro/") => model,
                    Some(_) | None => PAID_MODELS,
                };
                self.restrict(now, lease, (scope, PAID_ONLY_MS), evidence)
            }
            Class::ModelRestricted => {
                let scope = model.unwrap_or(NO_MODEL);
                self.restrict(now, lease, (scope, RESTRICTED_MS), evidence)
            }
            Class::RateLimited {
                window,
                retry_after,
            } => self.limit(now, lease, model, (window, retry_after, evidence)),
            Class::Rejected
            | Class::ModelBusy { .. }
            | Class::UpstreamFailed
            | Class::Broken
            | Class::Redirected
            | Class::NotSent
            | Class::NoAnswer
            | Class::TimedOut
            | Class::ClientGone => Settled::default(),
        }
    }

    fn succeed(&mut self, lease: &Lease, model: Option<&str>) -> Vec<StateChange> {
        let ticket = lease.ticket();
        let mut changes = Vec::new();
        if let Some(slot) = self.slot_mut(lease.key()) {
            if slot.suspicion.as_ref().is_some_and(|s| s.ticket < ticket) {
                slot.suspicion = None;
            }
            if slot.member.state == KeyState::Unchecked {
                slot.member.state = KeyState::Usable;
                slot.member.condition = None;
                changes.push(key_serves(lease.key()));
            }
        }
        let Some(account) = self.account_mut(lease.account()) else {
            return changes;
        };
        let disproved = account.block.as_ref().is_none_or(|b| b.ticket < ticket);
        if disproved && account.unblock() {
            changes.push(StateChange::Account {
                account: lease.account().clone(),
                state: KeyState::Usable,
                condition: None,
            });
        }
        for model in account.cooling.forget(model, ticket) {
            changes.push(StateChange::Cooled {
                account: lease.account().clone(),
                model,
            });
        }
        changes
    }

    /// One 401 may be the upstream's mistake: the key is avoided until asked.
    fn suspect(&mut self, now: Moment, lease: &Lease, evidence: &Evidence) -> Option<KeyId> {
        let refused = self.next_ticket();
        let slot = self.slot_mut(lease.key())?;
        if !slot.member.state.serves() {
            return None;
        }
        let asked_ms = slot
            .suspicion
            .as_ref()
            .map(|known| known.asked_ms)
            .filter(|asked_ms| now.monotonic_ms.saturating_sub(*asked_ms) < CONFIRM_AGAIN_MS);
        slot.suspicion = Some(Suspicion {
            ticket: refused,
            asked_ms: asked_ms.unwrap_or(now.monotonic_ms),
            evidence: evidence.clone(),
        });
        asked_ms.is_none().then(|| lease.key().clone())
    }

    fn block(
        &mut self,
        now: Moment,
        lease: &Lease,
        state: KeyState,
        evidence: &Evidence,
    ) -> Settled {
        let refused = self.next_ticket();
        let Some(&index) = self.account_at.get(lease.account()) else {
            return Settled::default();
        };
        let account = &mut self.accounts[index];
        let is_old_news = account
            .block
            .as_ref()
            .is_some_and(|block| lease.ticket() < block.ticket);
        if is_old_news {
            return Settled::default();
        }
        account.block(now, refused, &mut self.jitter, (state, evidence));
        Settled {
            changes: vec![StateChange::Account {
                account: account.id.clone(),
                state,
                condition: account.condition.clone(),
            }],
            ..Settled::default()
        }
    }

    /// Keeps the account away from a model it may not use.
    fn restrict(
        &mut self,
        now: Moment,
        lease: &Lease,
        (model, length_ms): (&str, u64),
        evidence: &Evidence,
    ) -> Settled {
        let stay = Stay {
            model: model.to_owned(),
            length_ms: self.jitter.stretch(length_ms, JITTER_CEILING_MS),
            is_rate: false,
            condition: condition(now, evidence),
        };
        Settled {
            changes: self.keep_away(now, lease, stay),
            ..Settled::default()
        }
    }

    fn limit(
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
        let failures = self.failures_in_a_row(lease, model);
        let length_ms = window_ms(now, window, retry_after, failures);
        let stay = Stay {
            model: limited.model.clone(),
            length_ms: if upstream_level {
                STORM_MS
            } else {
                self.jitter.stretch(length_ms, JITTER_CEILING_MS)
            },
            is_rate: true,
            condition: condition(now, evidence),
        };
        let mut changes = self.keep_away(now, lease, stay);
        if upstream_level {
            self.acquit(&limited);
        }
        for other in others {
            changes.extend(self.shorten(now, &other));
        }
        Settled {
            changes,
            confirm: None,
            upstream_level,
        }
    }

    /// What was not the account's fault does not count as one of its failures.
    fn acquit(&mut self, limited: &Limited) {
        let account = self.account_mut(&limited.account);
        if let Some(cooling) = account.and_then(|account| account.cooling.entry(&limited.model)) {
            cooling.failures = 0;
        }
    }

    fn failures_in_a_row(&mut self, lease: &Lease, model: &str) -> u32 {
        self.account_mut(lease.account())
            .and_then(|account| account.cooling.entry(model))
            .map_or(0, |cooling| cooling.failures)
    }

    fn keep_away(&mut self, now: Moment, lease: &Lease, stay: Stay) -> Vec<StateChange> {
        let refused = self.next_ticket();
        let Some(account) = self.account_mut(lease.account()) else {
            return Vec::new();
        };
        // No client may make a pattern out of a model's name.
        if stay.model.contains('*') && stay.model != PAID_MODELS {
            return Vec::new();
        }
        // Requests sent before the refusal was known fail alike: one failure.
        let is_old_news = account.cooling.entry(&stay.model).is_some_and(|cooling| {
            lease.ticket() < cooling.ticket && cooling.until_ms > now.monotonic_ms
        });
        if is_old_news {
            return Vec::new();
        }
        let model = stay.model.clone();
        account.cooling.keep_away(now, refused, stay);
        self.cooling_change(lease.account(), &model)
    }

    /// An earlier 429 turns out not to be the account's fault.
    fn shorten(&mut self, now: Moment, other: &Limited) -> Vec<StateChange> {
        self.acquit(other);
        let Some(account) = self.account_mut(&other.account) else {
            return Vec::new();
        };
        match account.cooling.entry(&other.model) {
            Some(cooling) if cooling.is_rate && cooling.remaining_ms(now) > STORM_MS => {
                account.cooling.move_end(now, &other.model, STORM_MS);
                self.cooling_change(&other.account, &other.model)
            }
            Some(_) | None => Vec::new(),
        }
    }

    fn cooling_change(&mut self, account: &AccountId, model: &str) -> Vec<StateChange> {
        self.account_mut(account)
            .and_then(|account| account.cooling.entry(model))
            .map(|cooling| StateChange::Cooling {
                account: account.clone(),
                model: model.to_owned(),
                condition: cooling.condition.clone(),
            })
            .into_iter()
            .collect()
    }
}

/// That a key serves.
pub(super) fn key_serves(key: &KeyId) -> StateChange {
    StateChange::Key {
        key: key.clone(),
        state: KeyState::Usable,
        condition: None,
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
