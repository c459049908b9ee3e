//! What the pool knows of its accounts and keys.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::Moment;
use crate::model::{AccountId, Condition, Evidence, KeyId, KeyState};

use super::cooling::{Coolings, after};
use super::jitter::Jitter;
use super::lease::{Probe, Seat};
use super::member::{Counts, Member, MemberView};
use super::storm::Storm;
use super::strategy::Strategy;

/// An exhausted or restricted account is tried again after this, then after
/// twice that, and so on.
const FIRST_RETRY_MS: u64 = 10 * 60_000;
const LONGEST_RETRY_MS: u64 = 6 * 3_600_000;
/// Most that chance adds to a delay.
pub(super) const JITTER_CEILING_MS: u64 = 60_000;

/// Everything behind the pool's lock.
pub(super) struct Table {
    pub(super) strategy: Strategy,
    pub(super) accounts: Vec<Account>,
    pub(super) account_at: HashMap<AccountId, usize>,
    pub(super) key_at: HashMap<KeyId, Place>,
    /// Keys in the order they were given, for display.
    pub(super) order: Vec<Place>,
    /// Last number given to a pick.
    pub(super) ticket: u64,
    pub(super) jitter: Jitter,
    pub(super) storm: Storm,
    /// Reused by every pick, so that none allocates.
    pub(super) candidates: Vec<Place>,
}

/// Where a key stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: usize,
    pub(super) slot: usize,
}

/// An account: what limits and balance belong to.
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) state: KeyState,
    pub(super) condition: Option<Condition>,
    /// Set while the state does not serve.
    pub(super) block: Option<Block>,
    pub(super) balance_nano: Option<i64>,
    pub(super) cooling: Coolings,
    pub(super) slots: Vec<Slot>,
    pub(super) in_flight: Arc<AtomicU32>,
    /// Ticket of the last pick.
    pub(super) last_used: u64,
    /// Picks since the start.
    pub(super) served: u64,
}

/// Since when, and until when, an account is left alone.
pub(super) struct Block {
    /// Ticket when it was last refused.
    pub(super) ticket: u64,
    pub(super) delay_ms: u64,
    pub(super) retry_at_ms: u64,
    /// Last refusal or probe.
    pub(super) asked_ms: u64,
    pub(super) probe: Probe,
}

/// A key in its account.
pub(super) struct Slot {
    pub(super) member: Member,
    /// Present when the secret is: what cannot be read cannot be lent.
    pub(super) seat: Option<Arc<Seat>>,
    pub(super) in_flight: Arc<AtomicU32>,
    pub(super) suspicion: Option<Suspicion>,
    /// Ticket of the last pick.
    pub(super) last_used: u64,
    /// What it is owed under [`Strategy::Weighted`].
    pub(super) credit: i64,
}

/// A 401 that is not confirmed yet.
pub(super) struct Suspicion {
    /// Ticket when it was last refused.
    pub(super) ticket: u64,
    /// When a confirmation was asked for.
    pub(super) asked_ms: u64,
    /// What the upstream said.
    pub(super) evidence: Evidence,
}

impl Table {
    pub(super) fn new(strategy: Strategy, seed: u64) -> Self {
        Self {
            strategy,
            accounts: Vec::new(),
            account_at: HashMap::new(),
            key_at: HashMap::new(),
            order: Vec::new(),
            ticket: 0,
            jitter: Jitter::new(seed),
            storm: Storm::default(),
            candidates: Vec::new(),
        }
    }

    pub(super) fn next_ticket(&mut self) -> u64 {
        self.ticket += 1;
        self.ticket
    }

    pub(super) fn account_mut(&mut self, id: &AccountId) -> Option<&mut Account> {
        let &index = self.account_at.get(id)?;
        self.accounts.get_mut(index)
    }

    pub(super) fn slot_mut(&mut self, key: &KeyId) -> Option<&mut Slot> {
        let place = *self.key_at.get(key)?;
        self.accounts
            .get_mut(place.account)?
            .slots
            .get_mut(place.slot)
    }

    pub(super) fn counts(&self, now: Moment) -> Counts {
        let mut counts = Counts::default();
        for account in &self.accounts {
            let cools = account.cooling.any(now);
            for slot in &account.slots {
                counts.total += 1;
                let tally = match account.state_of(slot) {
                    KeyState::Usable | KeyState::Unchecked => {
                        counts.cooling += u32::from(cools);
                        &mut counts.usable
                    }
                    KeyState::Exhausted => &mut counts.exhausted,
                    KeyState::Restricted => &mut counts.restricted,
                    KeyState::Unauthorized => &mut counts.unauthorized,
                    KeyState::Unreadable => &mut counts.unreadable,
                    KeyState::Disabled => &mut counts.disabled,
                };
                *tally += 1;
            }
        }
        counts
    }

    pub(super) fn views(&self, now: Moment) -> Vec<MemberView> {
        self.order
            .iter()
            .map(|place| {
                let account = &self.accounts[place.account];
                account.view(&account.slots[place.slot], now)
            })
            .collect()
    }
}

impl Account {
    pub(super) fn new(id: AccountId) -> Self {
        Self {
            id,
            state: KeyState::Usable,
            condition: None,
            block: None,
            balance_nano: None,
            cooling: Coolings::default(),
            slots: Vec::new(),
            in_flight: Arc::new(AtomicU32::new(0)),
            last_used: 0,
            served: 0,
        }
    }

    /// Takes the account out of service; each further refusal doubles the delay.
    pub(super) fn block(
        &mut self,
        now: Moment,
        ticket: u64,
        jitter: &mut Jitter,
        (state, evidence): (KeyState, &Evidence),
    ) {
        let delay_ms = match &self.block {
            Some(block) => (block.delay_ms * 2).min(LONGEST_RETRY_MS),
            None => FIRST_RETRY_MS,
        };
        let probe = self.block.take().map(|block| block.probe);
        let wait_ms = jitter.stretch(delay_ms, JITTER_CEILING_MS);
        let since_ms = match &self.condition {
            Some(known) if self.state == state => known.since_ms,
            Some(_) | None => now.unix_ms,
        };
        self.state = state;
        self.condition = Some(Condition {
            since_ms,
            next_retry_ms: Some(after(now, wait_ms)),
            ..condition(now, evidence)
        });
        self.block = Some(Block {
            ticket,
            delay_ms,
            retry_at_ms: now.monotonic_ms.saturating_add(wait_ms),
            asked_ms: now.monotonic_ms,
            probe: probe.unwrap_or_default(),
        });
    }

    /// Takes up a block from before, with its next retry.
    pub(super) fn block_from_seed(&mut self, now: Moment) {
        let Some(condition) = &self.condition else {
            return;
        };
        let next_ms = condition.next_retry_ms.unwrap_or(now.unix_ms);
        let left_ms = u64::try_from(next_ms.saturating_sub(now.unix_ms)).unwrap_or(0);
        let delay_ms =
            u64::try_from(next_ms.saturating_sub(condition.since_ms)).unwrap_or(FIRST_RETRY_MS);
        self.block = Some(Block {
            ticket: 0,
            delay_ms: delay_ms.clamp(FIRST_RETRY_MS, LONGEST_RETRY_MS),
            retry_at_ms: now
                .monotonic_ms
                .saturating_add(left_ms.min(LONGEST_RETRY_MS)),
            asked_ms: now.monotonic_ms,
            probe: Probe::default(),
        });
    }

    /// Puts the account back into service. Says whether it was out.
    pub(super) fn unblock(&mut self) -> bool {
        let was_out = !self.state.serves();
        self.block = None;
        if was_out {
            self.state = KeyState::Usable;
            self.condition = None;
        }
        was_out
    }

    /// State of key and account together, the worse of the two.
    fn state_of(&self, slot: &Slot) -> KeyState {
        if !slot.member.enabled {
            KeyState::Disabled
        } else if slot.seat.is_none() {
            KeyState::Unreadable
        } else if !slot.member.state.serves() {
            slot.member.state
        } else if !self.state.serves() {
            self.state
        } else {
            slot.member.state
        }
    }

    fn view(&self, slot: &Slot, now: Moment) -> MemberView {
        let state = self.state_of(slot);
        let condition = match state {
            KeyState::Exhausted | KeyState::Restricted => self.condition.clone(),
            KeyState::Usable
            | KeyState::Unchecked
            | KeyState::Unauthorized
            | KeyState::Unreadable
            | KeyState::Disabled => slot.member.condition.clone(),
        };
        MemberView {
            key: slot.member.key.clone(),
            label: Arc::clone(&slot.member.label),
            account: self.id.clone(),
            account_label: Arc::clone(&slot.member.account_label),
            last_four: Arc::clone(&slot.member.last_four),
            state,
            condition,
            cooling: self.cooling.shown(now),
            balance_nano: self.balance_nano,
            in_flight: slot.in_flight.load(Ordering::Relaxed),
        }
    }
}

impl Slot {
    /// A new slot, or `before` with new data. Its own state is what was learnt
    /// by using it, if anything was.
    pub(super) fn seated(
        mut member: Member,
        account_in_flight: &Arc<AtomicU32>,
        before: Option<Self>,
    ) -> Self {
        // These belong to the account; a key that carries them would never recover.
        if matches!(member.state, KeyState::Exhausted | KeyState::Restricted) {
            member.state = KeyState::Unchecked;
            member.condition = None;
        }
        let (in_flight, suspicion, last_used, credit) = match before {
            Some(before) => {
                member.state = before.member.state;
                member.condition = before.member.condition;
                (
                    before.in_flight,
                    before.suspicion,
                    before.last_used,
                    before.credit,
                )
            }
            None => (Arc::default(), None, 0, 0),
        };
        let seat = member.secret.take().map(|secret| {
            Arc::new(Seat {
                key: member.key.clone(),
                account: member.account.clone(),
                account_label: Arc::clone(&member.account_label),
                last_four: Arc::clone(&member.last_four),
                secret,
                in_flight: Arc::clone(&in_flight),
                account_in_flight: Arc::clone(account_in_flight),
            })
        });
        Self {
            member,
            seat,
            in_flight,
            suspicion,
            last_used,
            credit,
        }
    }
}

/// A condition that begins now.
pub(super) fn condition(now: Moment, evidence: &Evidence) -> Condition {
    Condition {
        text: evidence.text.clone(),
        status: evidence.status,
        vendor_code: evidence.vendor_code,
        since_ms: now.unix_ms,
        next_retry_ms: None,
    }
}
