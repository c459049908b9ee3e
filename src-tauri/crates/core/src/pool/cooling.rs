//! Which models an account is kept away from, and until when (D6).
//!
//! Times are monotonic: a jumping wall clock neither frees nor traps (F38).

use std::time::Duration;

use crate::clock::Moment;
use crate::model::Condition;

use super::lease::Probe;
use super::member::Resting;

/// The paid models, which an account without paid balance cannot use (30011).
pub(super) const PAID_MODELS: &str = "Pro/*";
/// Stands for requests that name no model.
pub(super) const NO_MODEL: &str = "-";

/// Client-made model names must not grow the list without end.
const MOST: usize = 256;
/// An entry that ended is kept this long for its failure count.
const MEMORY_MS: u64 = 3_600_000;
/// No seed keeps an account away for longer, whatever the wall clock did.
const LONGEST_SEED_MS: u64 = 24 * 3_600_000;
const SHORTEST_PROBE_GAP_MS: u64 = 1_000;
const LONGEST_PROBE_GAP_MS: u64 = 60_000;

/// One account is kept away from one model.
pub(super) struct Cooling {
    model: Box<str>,
    pub(super) condition: Condition,
    pub(super) until_ms: u64,
    /// Last failure.
    pub(super) failed_ms: u64,
    /// Ticket at the last failure: what was picked before says nothing new.
    pub(super) ticket: u64,
    /// Failures in a row.
    pub(super) failures: u32,
    /// Whether a window of a rate limit is the reason.
    pub(super) is_rate: bool,
    probe_gap_ms: u64,
    last_probe_ms: u64,
    pub(super) probe: Probe,
}

/// How an account is to be kept away.
pub(super) struct Stay {
    pub(super) model: String,
    pub(super) length_ms: u64,
    pub(super) is_rate: bool,
    pub(super) condition: Condition,
}

impl Cooling {
    fn covers(&self, model: Option<&str>) -> bool {
        match model {
            None => &*self.model == NO_MODEL,
            Some(model) => {
                *self.model == *model || (&*self.model == PAID_MODELS && model.starts_with("Pro/"))
            }
        }
    }

    pub(super) fn remaining_ms(&self, now: Moment) -> u64 {
        self.until_ms.saturating_sub(now.monotonic_ms)
    }

    pub(super) fn remaining(&self, now: Moment) -> Duration {
        Duration::from_millis(self.remaining_ms(now))
    }

    /// Why it rests, for the client.
    pub(super) fn resting(&self) -> Resting {
        if self.is_rate {
            Resting::RateLimit
        } else {
            Resting::Restriction {
                said: self.condition.text.clone(),
            }
        }
    }

    /// Whether a last usable account may be tested now.
    pub(super) fn may_probe(&self, now: Moment) -> bool {
        now.monotonic_ms.saturating_sub(self.last_probe_ms) >= self.probe_gap_ms
    }

    pub(super) fn note_probe(&mut self, now: Moment) {
        self.last_probe_ms = now.monotonic_ms;
    }

    fn renew(&mut self, now: Moment, stay: Stay) {
        self.probe_gap_ms = probe_gap_ms(&stay);
        self.until_ms = now.monotonic_ms.saturating_add(stay.length_ms);
        self.condition = stay.condition;
        self.condition.next_retry_ms = Some(after(now, stay.length_ms));
        self.is_rate = stay.is_rate;
    }
}

/// What a restriction needs is known only by trying, and trying is free; a full
/// rate window gains nothing from being asked often.
fn probe_gap_ms(stay: &Stay) -> u64 {
    if stay.is_rate {
        (stay.length_ms / 10).clamp(SHORTEST_PROBE_GAP_MS, LONGEST_PROBE_GAP_MS)
    } else {
        SHORTEST_PROBE_GAP_MS
    }
}

/// Unix milliseconds in `delay_ms` from now.
pub(super) fn after(now: Moment, delay_ms: u64) -> i64 {
    now.unix_ms
        .saturating_add(i64::try_from(delay_ms).unwrap_or(i64::MAX))
}

/// All coolings of an account.
#[derive(Default)]
pub(super) struct Coolings(Vec<Cooling>);

impl Coolings {
    /// Takes up what was remembered, less what has ended since.
    pub(super) fn seeded(now: Moment, seeds: Vec<(String, Condition)>) -> Self {
        let mut coolings = Self::default();
        for (model, condition) in seeds {
            let end_ms = condition.next_retry_ms.unwrap_or_default();
            let left = end_ms.saturating_sub(now.unix_ms);
            let length_ms = u64::try_from(left).unwrap_or(0).min(LONGEST_SEED_MS);
            if length_ms == 0 {
                continue;
            }
            let is_rate = condition.status == Some(429);
            let stay = Stay {
                model,
                length_ms,
                is_rate,
                condition,
            };
            coolings.keep_away(now, 0, stay);
        }
        coolings
    }

    /// The cooling that keeps the account away from `model` the longest.
    pub(super) fn blocking(&self, now: Moment, model: Option<&str>) -> Option<&Cooling> {
        self.0
            .iter()
            .filter(|cooling| cooling.until_ms > now.monotonic_ms && cooling.covers(model))
            .max_by_key(|cooling| cooling.until_ms)
    }

    /// All that are in force for `model`, to be changed.
    pub(super) fn blocking_mut(
        &mut self,
        now: Moment,
        model: Option<&str>,
    ) -> impl Iterator<Item = &mut Cooling> {
        self.0
            .iter_mut()
            .filter(move |cooling| cooling.until_ms > now.monotonic_ms && cooling.covers(model))
    }

    /// Whether any is in force.
    pub(super) fn any(&self, now: Moment) -> bool {
        self.0
            .iter()
            .any(|cooling| cooling.until_ms > now.monotonic_ms)
    }

    /// The models and patterns that are in force.
    pub(super) fn models(&self, now: Moment) -> Vec<Box<str>> {
        self.0
            .iter()
            .filter(|cooling| cooling.until_ms > now.monotonic_ms)
            .map(|cooling| cooling.model.clone())
            .collect()
    }

    /// All that are in force, for display.
    pub(super) fn shown(&self, now: Moment) -> Vec<(String, Condition)> {
        self.0
            .iter()
            .filter(|cooling| cooling.until_ms > now.monotonic_ms)
            .map(|cooling| (cooling.model.to_string(), cooling.condition.clone()))
            .collect()
    }

    /// The entry of exactly this model or pattern, also when it has ended.
    pub(super) fn entry(&mut self, model: &str) -> Option<&mut Cooling> {
        self.0.iter_mut().find(|cooling| *cooling.model == *model)
    }

    /// Keeps the account away from a model; a new failure in a row.
    pub(super) fn keep_away(&mut self, now: Moment, ticket: u64, stay: Stay) {
        if let Some(cooling) = self.entry(&stay.model) {
            cooling.failures = cooling.failures.saturating_add(1);
            cooling.failed_ms = now.monotonic_ms;
            cooling.last_probe_ms = now.monotonic_ms;
            cooling.ticket = ticket;
            cooling.renew(now, stay);
            return;
        }
        self.make_room(now);
        self.0.push(Cooling {
            model: stay.model.as_str().into(),
            until_ms: now.monotonic_ms.saturating_add(stay.length_ms),
            failed_ms: now.monotonic_ms,
            ticket,
            failures: 1,
            is_rate: stay.is_rate,
            probe_gap_ms: probe_gap_ms(&stay),
            last_probe_ms: now.monotonic_ms,
            probe: Probe::default(),
            condition: Condition {
                next_retry_ms: Some(after(now, stay.length_ms)),
                ..stay.condition
            },
        });
    }

    /// Moves the end of a model's cooling, up or down, without a new failure.
    pub(super) fn move_end(&mut self, now: Moment, model: &str, length_ms: u64) {
        if let Some(cooling) = self.entry(model) {
            cooling.until_ms = now.monotonic_ms.saturating_add(length_ms);
            cooling.condition.next_retry_ms = Some(after(now, length_ms));
        }
    }

    /// Forgets what a success on `model` disproves: what began before `ticket`.
    pub(super) fn forget(&mut self, model: Option<&str>, ticket: u64) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut forgotten = Vec::new();
        self.0.retain(|cooling| {
            let disproved = cooling.ticket < ticket && cooling.covers(model);
            if disproved {
                forgotten.push(cooling.model.to_string());
            }
            !disproved
        });
        forgotten
    }

    /// Forgets all.
    pub(super) fn forget_all(&mut self) -> Vec<String> {
        self.0
            .drain(..)
            .map(|cooling| cooling.model.into_string())
            .collect()
    }

    fn make_room(&mut self, now: Moment) {
        self.0
            .retain(|cooling| cooling.until_ms.saturating_add(MEMORY_MS) > now.monotonic_ms);
        if self.0.len() < MOST {
            return;
        }
        let soonest = (0..self.0.len()).min_by_key(|&index| self.0[index].until_ms);
        if let Some(index) = soonest {
            self.0.swap_remove(index);
        }
    }
}
