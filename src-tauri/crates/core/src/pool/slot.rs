//! A key in its account, as the pool knows it.

use std::sync::Arc;

use crate::model::{Evidence, KeyState, Strategy};

use super::lease::Seat;
use super::member::{Demand, Member};
use super::stride::Stride;

/// Tickets fill the lower bits of a rank; the load stands above them.
const LOAD_BIT: u32 = 46;
/// Keys that are suspect, and those of no weight, stand behind all others.
const SUSPECT: u64 = 1 << 63;
const WEIGHTLESS: u64 = 1 << 62;

/// A key in its account. What every pick reads stands first.
#[repr(C)]
pub(super) struct Slot {
    /// Present when the secret is: what cannot be read cannot be lent.
    pub(super) seat: Option<Arc<Seat>>,
    /// Tells it from one that was here before it under the same id.
    pub(super) born: u64,
    /// Ticket of the last pick.
    pub(super) last_used: u64,
    pub(super) stride: Stride,
    /// Requests under way.
    pub(super) in_flight: u32,
    /// As [`Slot::serves`] says.
    pub(super) is_serving: bool,
    pub(super) suspicion: Option<Box<Suspicion>>,
    pub(super) member: Member,
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

impl Slot {
    pub(super) fn new(mut member: Member) -> Self {
        // These belong to the account; a key that carries them would never recover.
        if matches!(member.state, KeyState::Exhausted | KeyState::Restricted) {
            member.state = KeyState::Unchecked;
            member.condition = None;
        }
        let seat = member.secret.take().map(|secret| {
            Arc::new(Seat {
                key: member.key.clone(),
                account: member.account.clone(),
                account_label: Arc::clone(&member.account_label),
                last_four: Arc::clone(&member.last_four),
                secret,
            })
        });
        Self {
            seat,
            born: 0,
            last_used: 0,
            stride: Stride::default(),
            in_flight: 0,
            is_serving: false,
            suspicion: None,
            member,
        }
    }

    /// Takes over what was learnt by using the key, before its data was read
    /// again.
    pub(super) fn take_over(&mut self, before: &mut Self) {
        self.born = before.born;
        self.last_used = before.last_used;
        self.stride = before.stride;
        self.in_flight = before.in_flight;
        self.suspicion = before.suspicion.take();
        self.member.state = before.member.state;
        self.member.condition = before.member.condition.take();
    }

    pub(super) fn serves(&self) -> bool {
        self.seat.is_some() && self.member.enabled && self.member.state.serves()
    }

    /// Notes whether it serves; returns the weight with which it does.
    pub(super) fn line_up(&mut self) -> u64 {
        self.stride.weight = u64::from(self.member.weight);
        self.is_serving = self.serves();
        if self.is_serving {
            self.stride.weight
        } else {
            0
        }
    }

    pub(super) fn may_serve(&self, demand: &Demand<'_>) -> bool {
        let is_untried =
            demand.tried_keys.is_empty() || !demand.tried_keys.contains(&self.member.key);
        is_untried && self.is_serving
    }

    /// Trusted keys first, then as the strategy shares among accounts.
    pub(super) fn rank(&self, strategy: Strategy) -> u64 {
        let rank = match strategy {
            Strategy::RoundRobin => self.last_used,
            Strategy::Weighted if self.stride.weight == 0 => WEIGHTLESS | self.last_used,
            Strategy::Weighted => self.stride.passed.min(WEIGHTLESS - 1),
            Strategy::HighestBalance | Strategy::FillFirst | Strategy::LeastUsed => {
                by_load(self.in_flight, self.last_used)
            }
        };
        match self.suspicion {
            Some(_) => SUSPECT | rank,
            None => rank,
        }
    }
}

/// Few requests under way first, then who was used the longest time ago.
pub(super) fn by_load(in_flight: u32, last_used: u64) -> u64 {
    let load = u64::from(in_flight.min(0x7FFF));
    load << LOAD_BIT | last_used.min((1 << LOAD_BIT) - 1)
}
