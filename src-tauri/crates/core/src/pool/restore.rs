//! Keys that are found to be out of order, and those that are back in it.

use crate::clock::Moment;
use crate::model::{AccountId, Evidence, KeyId, KeyState, StateChange};

use super::Pool;
use super::account::condition;
use super::cooling::after;
use super::settle::key_serves;
use super::slot::Slot;

/// A key that the upstream does not know is asked about again after a day.
const RECHECK_MS: u64 = 24 * 3_600_000;
/// What chance adds at most, so that a thousand keys are not due at once.
const RECHECK_JITTER_MS: u64 = 3_600_000;
/// After this when there was no answer.
const RECHECK_SOON_MS: u64 = 3_600_000;

impl Pool {
    /// `GET /models` answered 401 as well: the key is out until it is restored.
    /// It is due again a day later, see [`Pool::due_for_recheck`].
    #[must_use = "the changes must survive a restart"]
    pub fn confirm_unauthorized(&self, now: Moment, key: &KeyId) -> Vec<StateChange> {
        self.change(|table| {
            let wait_ms = table.jitter.stretch(RECHECK_MS, RECHECK_JITTER_MS);
            let Some(slot) = table.slot_mut(key) else {
                return Vec::new();
            };
            let evidence = match slot.suspicion.take() {
                Some(suspicion) => suspicion.evidence,
                None => slot.known_evidence(),
            };
            let mut found = condition(now, &evidence);
            found.next_retry_ms = Some(after(now, wait_ms));
            if slot.member.state == KeyState::Unauthorized
                && let Some(known) = &slot.member.condition
            {
                found.since_ms = known.since_ms;
            }
            slot.member.state = KeyState::Unauthorized;
            slot.member.condition = Some(found.clone());
            table.line_up_key(key);
            vec![StateChange::Key {
                key: key.clone(),
                state: KeyState::Unauthorized,
                condition: Some(found),
            }]
        })
    }

    /// `GET /models` gave no answer: a suspect stays one, and a later 401 asks
    /// again, but not at once; a key that is out is asked about in an hour.
    pub fn unconfirmed(&self, now: Moment, key: &KeyId) {
        let mut table = self.table();
        let Some(slot) = table.slot_mut(key) else {
            return;
        };
        if let Some(suspicion) = slot.suspicion.as_mut() {
            suspicion.asked_ms = now.monotonic_ms;
        }
        if slot.member.state == KeyState::Unauthorized {
            let known = slot.member.condition.get_or_insert_default();
            known.next_retry_ms = Some(after(now, RECHECK_SOON_MS));
        }
    }

    /// The upstream knows the key: it serves again.
    #[must_use = "the changes must survive a restart"]
    pub fn restore(&self, key: &KeyId) -> Vec<StateChange> {
        self.change(|table| {
            let Some(slot) = table.slot_mut(key) else {
                return Vec::new();
            };
            slot.suspicion = None;
            let was_usable = slot.member.state == KeyState::Usable;
            slot.member.state = KeyState::Usable;
            slot.member.condition = None;
            table.line_up_key(key);
            if was_usable {
                return Vec::new();
            }
            vec![key_serves(key)]
        })
    }

    /// The account was topped up or verified: all its blocks and coolings end.
    #[must_use = "the changes must survive a restart"]
    pub fn restore_account(&self, account: &AccountId) -> Vec<StateChange> {
        self.change(|table| {
            let Some(&index) = table.account_at.get(account) else {
                return Vec::new();
            };
            let found = &mut table.accounts[index];
            let mut changes = Vec::new();
            if found.unblock() {
                changes.push(StateChange::Account {
                    account: account.clone(),
                    state: KeyState::Usable,
                    condition: None,
                });
            }
            for model in found.cooling.forget_all() {
                changes.push(StateChange::Cooled {
                    account: account.clone(),
                    model,
                });
            }
            table.place(index);
            table.let_in(table.latest, index);
            changes
        })
    }

    /// Keys with a 401 that is neither confirmed nor disproved.
    #[must_use]
    pub fn suspects(&self) -> Vec<KeyId> {
        self.keys_where(usize::MAX, |slot| slot.suspicion.is_some())
    }

    /// Keys that the upstream did not know and that are to be asked about again:
    /// at most `most`. Tell the outcome by [`Pool::restore`],
    /// [`Pool::confirm_unauthorized`] or [`Pool::unconfirmed`].
    #[must_use]
    pub fn due_for_recheck(&self, now: Moment, most: usize) -> Vec<KeyId> {
        self.keys_where(most, |slot| {
            let next_ms = slot
                .member
                .condition
                .as_ref()
                .and_then(|condition| condition.next_retry_ms);
            slot.member.state == KeyState::Unauthorized
                && slot.member.enabled
                && slot.seat.is_some()
                && next_ms.is_none_or(|next_ms| next_ms <= now.unix_ms)
        })
    }

    fn keys_where(&self, most: usize, wanted: impl Fn(&Slot) -> bool) -> Vec<KeyId> {
        let table = self.table();
        table
            .accounts
            .iter()
            .flat_map(|account| &account.slots)
            .filter(|slot| wanted(slot))
            .map(|slot| slot.member.key.clone())
            .take(most)
            .collect()
    }
}

impl Slot {
    /// What is known of a 401 from before.
    fn known_evidence(&self) -> Evidence {
        match &self.member.condition {
            Some(known) if self.member.state == KeyState::Unauthorized => Evidence {
                status: known.status,
                vendor_code: known.vendor_code,
                text: known.text.clone(),
            },
            Some(_) | None => Evidence {
                status: Some(401),
                text: "the upstream does not know this key (401)".to_owned(),
                ..Evidence::default()
            },
        }
    }
}
