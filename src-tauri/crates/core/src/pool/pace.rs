//! How much an account has been sent of a model, and how much it will take.
//!
//! The vendor tells no limits. A 429 that names a window of a minute shows one:
//! what was sent in the minute before. From then on the account is asked last
//! when it has been sent that much, instead of being asked until it refuses. It
//! is an estimate, never a verdict: with nobody else left it is asked, and each
//! answer beyond it raises it.

use std::hash::BuildHasher as _;

use crate::clock::Moment;

const MINUTE_S: u64 = 60;
/// Seconds for which a request counts: a minute, and two for the way there.
const SECONDS: usize = 62;
const SECOND_MS: u64 = 1_000;
/// What was learnt is learnt again after this.
const LEARNT_FOR_MS: u64 = 10 * 60 * SECOND_MS;
/// Models per account; the one that was used the longest time ago goes.
const MOST: usize = 16;
/// Fewer requests show no limit, only that somebody else uses the account.
const TELLING: u32 = 2;

/// The models of one account.
#[derive(Default)]
pub(super) struct Paces(Vec<Pace>);

/// One model of one account. What is read to find it stands first.
#[repr(C)]
struct Pace {
    /// Hash of the model's name.
    model: u64,
    limit: Option<Limit>,
    sent: Minute,
}

/// What was learnt.
#[derive(Clone, Copy)]
struct Limit {
    most: u32,
    /// Ticket of the refusal: what was picked before says nothing new.
    ticket: u64,
    since_ms: u64,
}

impl Paces {
    /// A request goes out. Says until when the account is to be left alone by
    /// the estimate, 0 for not at all. A model that is new is not counted yet
    /// (that would need memory); its first answer does.
    pub(super) fn sent(&mut self, now: Moment, model: &str) -> u64 {
        match self.of(model) {
            Some(pace) => {
                pace.sent.note(now.monotonic_ms);
                pace.full_until(now)
            }
            None => 0,
        }
    }

    /// Until when the estimate leaves the account alone on this model.
    pub(super) fn full_until(&mut self, now: Moment, model: &str) -> u64 {
        self.of(model).map_or(0, |pace| pace.full_until(now))
    }

    /// An answer: the limit is higher than thought. Says whether that is new.
    pub(super) fn answered(&mut self, now: Moment, ticket: u64, model: &str) -> bool {
        let Some(pace) = self.of(model) else {
            self.begin(now, model);
            return false;
        };
        match &mut pace.limit {
            Some(limit)
                if ticket > limit.ticket && pace.sent.count(now.monotonic_ms) > limit.most =>
            {
                limit.most += 1;
                true
            }
            Some(_) | None => false,
        }
    }

    /// A window of a minute is full. Says when the first of what was sent
    /// leaves it, in milliseconds from now, when enough was sent to tell.
    pub(super) fn refused(
        &mut self,
        now: Moment,
        (lease, refusal): (u64, u64),
        model: &str,
    ) -> Option<u64> {
        let pace = self.of(model)?;
        if let Some(limit) = &mut pace.limit
            && lease < limit.ticket
        {
            // One of several that were under way: they were beyond it as well.
            limit.most = limit.most.saturating_sub(1).max(1);
            return None;
        }
        let before = pace.sent.surely(now.monotonic_ms).saturating_sub(1);
        if before < TELLING {
            return None;
        }
        pace.limit = Some(Limit {
            most: before,
            ticket: refusal,
            since_ms: now.monotonic_ms,
        });
        Some(pace.sent.room_in(now.monotonic_ms, before))
    }

    /// The window was not the account's: nothing was learnt from it.
    pub(super) fn forget(&mut self, model: &str) {
        if let Some(pace) = self.of(model) {
            pace.limit = None;
        }
    }

    fn of(&mut self, model: &str) -> Option<&mut Pace> {
        if self.0.is_empty() {
            return None;
        }
        let model = hash(model);
        self.0.iter_mut().find(|pace| pace.model == model)
    }

    fn begin(&mut self, now: Moment, model: &str) {
        if self.0.len() >= MOST {
            let oldest = (0..self.0.len()).min_by_key(|index| self.0[*index].sent.last_s);
            if let Some(oldest) = oldest {
                self.0.swap_remove(oldest);
            }
        }
        let mut sent = Minute::default();
        sent.note(now.monotonic_ms);
        self.0.push(Pace {
            model: hash(model),
            sent,
            limit: None,
        });
    }
}

impl Pace {
    fn full_until(&mut self, now: Moment) -> u64 {
        let now_ms = now.monotonic_ms;
        let learnt = |limit: &Limit| now_ms.saturating_sub(limit.since_ms) < LEARNT_FOR_MS;
        let Some(limit) = self.limit.filter(learnt) else {
            return 0;
        };
        if self.sent.count(now_ms) < limit.most {
            return 0;
        }
        now_ms + self.sent.room_in(now_ms, limit.most)
    }
}

/// Requests of the last minute, by second.
#[repr(C)]
struct Minute {
    last_s: u64,
    sum: u32,
    by_second: [u16; SECONDS],
}

impl Default for Minute {
    fn default() -> Self {
        Self {
            by_second: [0; SECONDS],
            sum: 0,
            last_s: 0,
        }
    }
}

impl Minute {
    fn note(&mut self, now_ms: u64) {
        self.pass(now_ms);
        let slot = &mut self.by_second[slot(self.last_s)];
        if *slot < u16::MAX {
            *slot += 1;
            self.sum += 1;
        }
    }

    fn count(&mut self, now_ms: u64) -> u32 {
        self.pass(now_ms);
        self.sum
    }

    /// What still counts, whatever the way there took: that of the last minute.
    fn surely(&mut self, now_ms: u64) -> u32 {
        self.pass(now_ms);
        let first_s = (self.last_s + 1).saturating_sub(MINUTE_S);
        (first_s..=self.last_s)
            .map(|second| u32::from(self.by_second[slot(second)]))
            .sum()
    }

    /// Milliseconds until fewer than `most` are left.
    fn room_in(&mut self, now_ms: u64, most: u32) -> u64 {
        self.pass(now_ms);
        let mut left = self.sum;
        let first_s = (self.last_s + 1).saturating_sub(SECONDS as u64);
        for second in first_s..=self.last_s {
            if left < most {
                break;
            }
            left -= u32::from(self.by_second[slot(second)]);
            if left < most {
                let leaves_ms = (second + SECONDS as u64) * SECOND_MS;
                return leaves_ms.saturating_sub(now_ms);
            }
        }
        0
    }

    /// Lets the seconds go by that have.
    fn pass(&mut self, now_ms: u64) {
        let this_second = now_ms / SECOND_MS;
        let gone = this_second.saturating_sub(self.last_s).min(SECONDS as u64);
        for second in 0..gone {
            let leaving = &mut self.by_second[slot(this_second - second)];
            self.sum -= u32::from(*leaving);
            *leaving = 0;
        }
        self.last_s = self.last_s.max(this_second);
    }
}

fn hash(model: &str) -> u64 {
    foldhash::quality::FixedState::default().hash_one(model)
}

fn slot(second: u64) -> usize {
    usize::try_from(second % SECONDS as u64).unwrap_or(0)
}
