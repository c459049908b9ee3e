//! An account and its keys, as the pool knows them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::Moment;
use crate::model::{AccountId, Condition, Evidence, KeyState, Strategy};

use super::bands;
use super::cooling::{Coolings, after};
use super::jitter::Jitter;
use super::lane::Standing;
use super::lease::{Probe, Seat};
use super::line::{ABSENT, Line, index_u32};
use super::member::{Demand, Member};
use super::pace::Paces;

/// An exhausted or restricted account is tried again after this, then after
/// twice that, and so on.
const FIRST_RETRY_MS: u64 = 10 * 60_000;
const LONGEST_RETRY_MS: u64 = 6 * 3_600_000;
/// Most that chance adds to a delay.
pub(super) const JITTER_CEILING_MS: u64 = 60_000;
/// What a key of weight one has passed after one request; see [`Stride`].
const STRIDE: u64 = 1 << 32;

/// An account: what limits and balance belong to.
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) state: KeyState,
    pub(super) condition: Option<Condition>,
    /// Set while the state does not serve.
    pub(super) block: Option<Block>,
    pub(super) balance_nano: Option<i64>,
    pub(super) cooling: Coolings,
    pub(super) paces: Paces,
    pub(super) slots: Vec<Slot>,
    pub(super) in_flight: Arc<AtomicU32>,
    /// Requests at a time, when it has a limit of its own.
    pub(super) max_concurrency: Option<u32>,
    /// Ticket of the last pick.
    pub(super) last_used: u64,
    /// Picks since the start.
    pub(super) served: u64,
    stride: Stride,
    /// Keys that serve, the next to be lent in front.
    line: Line,
    ranks: Vec<u128>,
    places: Vec<u32>,
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
    stride: Stride,
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

/// Stride scheduling: each request carries on by the inverse of the weight, and
/// who has passed least is next. So the shares are as the weights.
#[derive(Clone, Copy, Default)]
pub(super) struct Stride {
    passed: u64,
    weight: u64,
}

impl Stride {
    /// Goes on by one request. Who was away does not catch up: it would get
    /// everything at once.
    fn go_on(&mut self, time: &mut u64) {
        *time = (*time).max(self.passed);
        self.passed = time.saturating_add(STRIDE / self.weight.clamp(1, STRIDE));
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
            paces: Paces::default(),
            slots: Vec::new(),
            in_flight: Arc::new(AtomicU32::new(0)),
            max_concurrency: None,
            last_used: 0,
            served: 0,
            stride: Stride::default(),
            line: Line::default(),
            ranks: Vec::new(),
            places: Vec::new(),
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

    /// Lines up the keys anew, after one has changed more than its rank.
    pub(super) fn line_up(&mut self, strategy: Strategy) {
        self.line.clear();
        self.places = vec![ABSENT; self.slots.len()];
        self.ranks = self.slots.iter().map(|slot| slot.rank(strategy)).collect();
        let mut weight = 0;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            slot.stride.weight = u64::from(slot.member.weight);
            if slot.serves() {
                weight += slot.stride.weight;
                let id = index_u32(index);
                self.line.push(id, &self.ranks, &mut self.places);
            }
        }
        self.stride.weight = weight;
    }

    /// One key has another rank.
    pub(super) fn moved(&mut self, slot: usize, strategy: Strategy) {
        self.ranks[slot] = self.slots[slot].rank(strategy);
        if self.places[slot] != ABSENT {
            self.line
                .changed(index_u32(slot), &self.ranks, &mut self.places);
        }
    }

    /// Where it stands among the others; `None` when it cannot serve.
    pub(super) fn standing(
        &self,
        position: usize,
        strategy: Strategy,
        default_limit: Option<u32>,
    ) -> Option<Standing> {
        let next = &self.slots[self.line.first()? as usize];
        if !self.state.serves() || self.is_full(default_limit) {
            return None;
        }
        let in_flight = u128::from(self.in_flight.load(Ordering::Relaxed));
        let recent = u128::from(self.last_used);
        let (band, rank) = match strategy {
            Strategy::HighestBalance => (bands::of(self.balance_nano), in_flight << 64 | recent),
            Strategy::RoundRobin => (bands::FIRST, recent),
            Strategy::FillFirst => (bands::FIRST, position as u128),
            Strategy::Weighted if self.stride.weight == 0 => (bands::LAST, recent),
            Strategy::Weighted => (bands::FIRST, u128::from(self.stride.passed) << 64 | recent),
            Strategy::LeastUsed => {
                let served = u128::from(self.served);
                (
                    bands::FIRST,
                    served << 80 | in_flight.min(0xFFFF) << 64 | recent,
                )
            }
        };
        let band = if next.suspicion.is_some() {
            bands::DOUBTFUL
        } else {
            band
        };
        Some(Standing { band, rank })
    }

    /// Whether it has as many requests under way as it may.
    pub(super) fn is_full(&self, default_limit: Option<u32>) -> bool {
        self.max_concurrency
            .or(default_limit)
            .is_some_and(|most| self.in_flight.load(Ordering::Relaxed) >= most)
    }

    /// Notes a request, `time` being how far the pool as a whole has gone on.
    pub(super) fn lent(&mut self, slot: usize, ticket: u64, time: &mut u64) {
        self.last_used = ticket;
        self.served += 1;
        self.stride.go_on(time);
        let among_keys = &mut self.slots[slot];
        among_keys.last_used = ticket;
        let mut within = 0;
        among_keys.stride.go_on(&mut within);
    }

    /// The key to send to this account, trusted ones first.
    pub(super) fn best_slot(&self, demand: &Demand<'_>) -> Option<usize> {
        if !demand.allows(&self.id) {
            return None;
        }
        let first = self.line.first()? as usize;
        if self.slots[first].may_serve(demand) {
            return Some(first);
        }
        // A request has tried a few keys at most.
        (0..self.slots.len())
            .filter(|&index| self.slots[index].may_serve(demand))
            .min_by_key(|&index| self.ranks[index])
    }

    /// Whether all keys that serve are suspect.
    pub(super) fn is_doubtful(&self) -> bool {
        self.line
            .first()
            .is_none_or(|first| self.slots[first as usize].suspicion.is_some())
    }

    pub(super) fn has_key(&self) -> bool {
        !self.line.is_empty()
    }

    /// Starts level with the one that served least, so that it gets its share
    /// and not everything.
    pub(super) fn starting_at(mut self, served: u64, passed: u64) -> Self {
        self.served = served;
        self.stride.passed = passed;
        self
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
        let (in_flight, suspicion, last_used, stride) = match before {
            Some(before) => {
                member.state = before.member.state;
                member.condition = before.member.condition;
                (
                    before.in_flight,
                    before.suspicion,
                    before.last_used,
                    before.stride,
                )
            }
            None => (Arc::default(), None, 0, Stride::default()),
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
            stride,
        }
    }

    pub(super) fn serves(&self) -> bool {
        self.seat.is_some() && self.member.enabled && self.member.state.serves()
    }

    fn may_serve(&self, demand: &Demand<'_>) -> bool {
        self.serves() && !demand.tried_keys.contains(&self.member.key)
    }

    /// Trusted keys first, then as the strategy shares among accounts.
    fn rank(&self, strategy: Strategy) -> u128 {
        let suspect = u128::from(self.suspicion.is_some()) << 127;
        let recent = u128::from(self.last_used);
        let rank = match strategy {
            Strategy::RoundRobin => recent,
            Strategy::Weighted if self.member.weight == 0 => 1 << 126 | recent,
            Strategy::Weighted => u128::from(self.stride.passed >> 4) << 64 | recent,
            Strategy::HighestBalance | Strategy::FillFirst | Strategy::LeastUsed => {
                u128::from(self.in_flight.load(Ordering::Relaxed)) << 64 | recent
            }
        };
        suspect | rank
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
