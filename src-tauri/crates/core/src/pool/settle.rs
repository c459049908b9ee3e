//! What an answer means for key, account and model (`reliability.md` §2.2).
//!
//! Only what an answer proves is changed: a request's own fault, a busy model
//! or a broken upstream never touches an account (pool poisoning), and a lease
//! older than a change says nothing about what came after it.

use crate::clock::Moment;
use crate::model::{AccountId, Class, Evidence, KeyId, KeyState, StateChange, Verdict};

use super::account::{JITTER_CEILING_MS, condition};
use super::cooling::{NO_MODEL, PAID_MODELS, Stay};
use super::lease::Lease;
use super::member::Settled;
use super::refusals::Refused;
use super::slot::Suspicion;
use super::state::Table;

const HOUR_MS: u64 = 3_600_000;
const RESTRICTED_MS: u64 = 6 * HOUR_MS;
const PAID_ONLY_MS: u64 = HOUR_MS;
/// A refusal that is perhaps the request's; doubles with each in a row.
const DOUBTFUL_MS: u64 = 60_000;
/// A suspect key is not confirmed more often than this.
const CONFIRM_AGAIN_MS: u64 = 10_000;

impl Table {
    pub(super) fn settle(
        &mut self,
        now: Moment,
        lease: &Lease,
        model: Option<&str>,
        verdict: &Verdict,
    ) -> Settled {
        self.latest = now;
        lease.end_probe();
        let evidence = &verdict.evidence;
        match verdict.class {
            Class::Success => Settled {
                changes: self.succeed(now, lease, model),
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
            Class::ModelRestricted => self.forbid(now, lease, model.unwrap_or(NO_MODEL), evidence),
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

    fn succeed(&mut self, now: Moment, lease: &Lease, model: Option<&str>) -> Vec<StateChange> {
        let ticket = lease.ticket();
        let named = model.unwrap_or(NO_MODEL);
        self.refusals.disprove(named);
        let mut changes = self.key_serves(lease);
        let Some(&index) = self.account_at.get(lease.account()) else {
            return changes;
        };
        let account = &mut self.accounts[index];
        let disproved = account.block.as_ref().is_none_or(|b| b.ticket < ticket);
        // What costs nothing is answered without a balance, too.
        if model.is_some() && disproved && account.unblock() {
            changes.push(StateChange::Account {
                account: lease.account().clone(),
                state: KeyState::Usable,
                condition: None,
            });
            self.place(index);
        }
        let account = &mut self.accounts[index];
        let forgotten = account.cooling.forget(model, ticket);
        if account.paces.answered(now, ticket, named) || !forgotten.is_empty() {
            self.let_in(now, index);
        }
        changes.extend(forgotten.into_iter().map(|model| StateChange::Cooled {
            account: lease.account().clone(),
            model,
        }));
        changes
    }

    /// An answer clears a suspicion from before it, and an unchecked key.
    fn key_serves(&mut self, lease: &Lease) -> Vec<StateChange> {
        let Some(slot) = self.slot_mut(lease.key()) else {
            return Vec::new();
        };
        let is_cleared = slot
            .suspicion
            .as_ref()
            .is_some_and(|suspicion| suspicion.ticket < lease.ticket());
        if is_cleared {
            slot.suspicion = None;
        }
        let was_unchecked = slot.member.state == KeyState::Unchecked;
        if was_unchecked {
            slot.member.state = KeyState::Usable;
            slot.member.condition = None;
        }
        if is_cleared {
            self.line_up_key(lease.key());
        }
        was_unchecked
            .then(|| key_serves(lease.key()))
            .into_iter()
            .collect()
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
        slot.suspicion = Some(Box::new(Suspicion {
            ticket: refused,
            asked_ms: asked_ms.unwrap_or(now.monotonic_ms),
            evidence: evidence.clone(),
        }));
        self.line_up_key(lease.key());
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
        let change = StateChange::Account {
            account: account.id.clone(),
            state,
            condition: account.condition.clone(),
        };
        self.place(index);
        self.rests(index);
        Settled {
            changes: vec![change],
            ..Settled::default()
        }
    }

    /// The account may not use this model; or nobody may send this request.
    fn forbid(&mut self, now: Moment, lease: &Lease, model: &str, evidence: &Evidence) -> Settled {
        let refused = Refused::new(lease.account(), model, evidence);
        let others = self.refusals.note(now, refused);
        if others.is_empty() {
            return self.restrict(now, lease, (model, RESTRICTED_MS), evidence);
        }
        let failures = self.failures_in_a_row(lease.account(), model);
        let settled = self.restrict(now, lease, (model, doubtful_ms(failures)), evidence);
        let mut changes = settled.changes;
        for other in others {
            let failures = self.failures_in_a_row(&other, model).saturating_sub(1);
            changes.extend(self.shorten(now, (&other, model), doubtful_ms(failures)));
        }
        Settled {
            changes,
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

    pub(super) fn failures_in_a_row(&mut self, account: &AccountId, model: &str) -> u32 {
        self.account_mut(account)
            .and_then(|account| account.cooling.entry(model))
            .map_or(0, |cooling| cooling.failures)
    }

    pub(super) fn keep_away(&mut self, now: Moment, lease: &Lease, stay: Stay) -> Vec<StateChange> {
        let refused = self.next_ticket();
        let Some(&index) = self.account_at.get(lease.account()) else {
            return Vec::new();
        };
        let account = &mut self.accounts[index];
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
        self.keep_out(now, index, &model);
        self.cooling_change(lease.account(), &model)
    }

    /// An earlier refusal turns out not to be the account's fault: it is back
    /// in `length_ms` at the latest.
    pub(super) fn shorten(
        &mut self,
        now: Moment,
        (id, model): (&AccountId, &str),
        length_ms: u64,
    ) -> Vec<StateChange> {
        let Some(&index) = self.account_at.get(id) else {
            return Vec::new();
        };
        let cooling = &mut self.accounts[index].cooling;
        let is_longer = cooling
            .entry(model)
            .is_some_and(|entry| entry.remaining_ms(now) > length_ms);
        if !is_longer {
            return Vec::new();
        }
        cooling.move_end(now, model, length_ms);
        self.keep_out(now, index, model);
        self.cooling_change(id, model)
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

fn doubtful_ms(failures: u32) -> u64 {
    (DOUBTFUL_MS << failures.min(10)).min(RESTRICTED_MS)
}
