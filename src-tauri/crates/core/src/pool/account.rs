//! An account, as the pool knows it.

use crate::clock::Moment;
use crate::model::{AccountId, Condition, Evidence, KeyState, Strategy};

use super::bands;
use super::cooling::{Coolings, after};
use super::jitter::Jitter;
use super::lane::Standing;
use super::lease::Probe;
use super::line::{ABSENT, Line, index_u32};
use super::member::Demand;
use super::pace::Paces;
use super::slot::{Slot, by_load};
use super::stride::Stride;

/// An exhausted or restricted account is tried again after this, then after
/// twice that, and so on.
const FIRST_RETRY_MS: u64 = 10 * 60_000;
const LONGEST_RETRY_MS: u64 = 6 * 3_600_000;
/// Most that chance adds to a delay.
pub(super) const JITTER_CEILING_MS: u64 = 60_000;

/// An account: what limits and balance belong to. What every pick reads stands
/// first: among ten thousand, each is far from the processor.
#[repr(C)]
pub(super) struct Account {
    pub(super) slots: Vec<Slot>,
    /// The key to be lent next.
    next: Option<u32>,
    /// Requests under way.
    pub(super) in_flight: u32,
    /// Requests at a time, when it has a limit of its own.
    pub(super) max_concurrency: Option<u32>,
    pub(super) state: KeyState,
    /// Ticket of the last pick.
    pub(super) last_used: u64,
    /// Picks since the start.
    pub(super) served: u64,
    stride: Stride,
    pub(super) balance_nano: Option<i64>,
    /// Tells it from one that was here before it under the same id.
    pub(super) born: u64,
    pub(super) cooling: Coolings,
    pub(super) paces: Paces,
    pub(super) id: AccountId,
    pub(super) condition: Option<Condition>,
    /// Set while the state does not serve.
    pub(super) block: Option<Block>,
    /// Keys that serve in their order; left empty for one alone.
    line: Line,
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

impl Account {
    pub(super) fn new(id: AccountId) -> Self {
        Self {
            id,
            born: 0,
            state: KeyState::Usable,
            condition: None,
            block: None,
            balance_nano: None,
            cooling: Coolings::default(),
            paces: Paces::default(),
            slots: Vec::new(),
            in_flight: 0,
            max_concurrency: None,
            last_used: 0,
            served: 0,
            stride: Stride::default(),
            next: None,
            line: Line::default(),
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
        let mut weight = 0;
        for slot in &mut self.slots {
            weight += slot.line_up();
        }
        self.stride.weight = weight;
        self.line.clear();
        if let [alone] = &self.slots[..] {
            self.next = alone.is_serving.then_some(0);
            return;
        }
        self.places.clear();
        self.places.resize(self.slots.len(), ABSENT);
        for (index, slot) in self.slots.iter().enumerate() {
            if slot.is_serving {
                let entry = (slot.rank(strategy), index_u32(index));
                self.line.push(entry, &mut self.places);
            }
        }
        self.next = self.line.first().map(|(_, next)| next);
    }

    /// One key has another rank.
    pub(super) fn moved(&mut self, slot: usize, strategy: Strategy) {
        if self.slots.len() > 1 && self.places[slot] != ABSENT {
            let entry = (self.slots[slot].rank(strategy), index_u32(slot));
            self.line.change(entry, &mut self.places);
            self.next = self.line.first().map(|(_, next)| next);
        }
    }

    /// Where it stands among the others; `None` when it cannot serve.
    pub(super) fn standing(
        &self,
        position: usize,
        strategy: Strategy,
        default_limit: Option<u32>,
    ) -> Option<Standing> {
        let next = &self.slots[self.next? as usize];
        if !self.state.serves() || self.is_full(default_limit) {
            return None;
        }
        let (band, rank) = match strategy {
            Strategy::HighestBalance => (
                bands::of(self.balance_nano),
                by_load(self.in_flight, self.last_used),
            ),
            Strategy::RoundRobin => (bands::FIRST, self.last_used),
            Strategy::FillFirst => (bands::FIRST, position as u64),
            Strategy::Weighted if self.stride.weight == 0 => (bands::LAST, self.last_used),
            Strategy::Weighted => (bands::FIRST, self.stride.passed),
            Strategy::LeastUsed => {
                let load = u64::from(self.in_flight.min(0xFFFF));
                (bands::FIRST, self.served << 16 | load)
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
            .is_some_and(|most| self.in_flight >= most)
    }

    /// Notes a request, `time` being how far the pool as a whole has gone on.
    pub(super) fn lent(&mut self, slot: usize, ticket: u64, time: &mut u64) {
        self.last_used = ticket;
        self.served += 1;
        self.in_flight += 1;
        self.stride.go_on(time);
        let key = &mut self.slots[slot];
        key.last_used = ticket;
        key.in_flight += 1;
        key.stride.go_on(&mut 0);
    }

    /// The key to send to this account, trusted ones first.
    pub(super) fn best_slot(&self, strategy: Strategy, demand: &Demand<'_>) -> Option<usize> {
        if !demand.allows(&self.id) {
            return None;
        }
        let next = self.next? as usize;
        if self.slots[next].may_serve(demand) {
            return Some(next);
        }
        // A request has tried a few keys at most.
        (0..self.slots.len())
            .filter(|&index| self.slots[index].may_serve(demand))
            .min_by_key(|&index| self.slots[index].rank(strategy))
    }

    /// Whether all keys that serve are suspect.
    pub(super) fn is_doubtful(&self) -> bool {
        self.next
            .is_none_or(|next| self.slots[next as usize].suspicion.is_some())
    }

    pub(super) fn has_key(&self) -> bool {
        self.next.is_some()
    }

    /// Takes over what was learnt of the account before its data was read again.
    pub(super) fn take_over(&mut self, before: Self) {
        self.born = before.born;
        self.state = before.state;
        self.condition = before.condition;
        self.block = before.block;
        self.balance_nano = self.balance_nano.or(before.balance_nano);
        self.cooling = before.cooling;
        self.paces = before.paces;
        self.in_flight = before.in_flight;
        self.last_used = before.last_used;
        self.served = before.served;
        self.stride = before.stride;
    }

    /// Starts level with the one that served least, so that it gets its share
    /// and not everything.
    pub(super) fn start_at(&mut self, born: u64, served: u64, passed: u64) {
        self.born = born;
        self.served = served;
        self.stride.passed = passed;
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
