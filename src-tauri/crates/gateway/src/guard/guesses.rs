//! Wrong tokens and passwords, and how many of them are listened to (S9).
//!
//! Guarantees: the number of guesses is limited for each source and for all of
//! them together, whatever headers a request has, on loopback as well; memory is
//! bounded; nothing of a guess is kept or logged. A source is an address, of
//! IPv6 a network of 64 bits, which is what one customer gets.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use flowkeep_core::clock::Moment;
use http::Request;

/// Wrong ones in a row after which a source must rest.
const FREE: u32 = 10;
/// The same for all sources together.
const FREE_OF_ALL: u32 = 100;
/// The first rest; each next one is twice as long.
const FIRST_REST_MS: u64 = 1_000;
/// The longest rest.
const LONGEST_REST_MS: u64 = 60_000;
/// Wrong ones are forgotten when no other one came for so long.
const FORGOTTEN_MS: u64 = 15 * 60 * 1_000;
/// Sources that are told apart; what comes from more of them counts for all only.
const MOST_SOURCES: usize = 4_096;

/// Where a request comes from, as far as guesses are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

impl Source {
    /// Where a request came from: its connection, and nothing that it says.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let source = request.extensions().get::<Self>().copied();
        source.unwrap_or(Self(Ipv6Addr::UNSPECIFIED.into()))
    }
}

impl From<IpAddr> for Source {
    fn from(ip: IpAddr) -> Self {
        let ip = ip.to_canonical();
        // This computer has millions of addresses for whoever works on it.
        if ip.is_loopback() {
            return Self(Ipv4Addr::LOCALHOST.into());
        }
        match ip {
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            IpAddr::V4(_) => Self(ip),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The guesses at one kind of secret.
#[derive(Debug)]
pub(crate) struct Guesses {
    /// What is guessed, for the log: `token`.
    what: &'static str,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    sources: HashMap<Source, Count>,
    all: Count,
}

/// Wrong ones of a source, or of all.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    wrong: u32,
    last_ms: u64,
    rests_until_ms: u64,
}

impl Guesses {
    pub(crate) fn of(what: &'static str) -> Self {
        Self {
            what,
            counts: Mutex::default(),
        }
    }

    /// How long nothing from this source is looked at. While all sources
    /// together must rest, one that has guessed nothing yet may still try once.
    pub(crate) fn rest(&self, source: Source, now: Moment) -> Option<Duration> {
        let counts = self.lock();
        let own = counts.sources.get(&source);
        let own_rest = own.and_then(|count| count.rest(now.monotonic_ms));
        let is_new = own.is_none() && counts.sources.len() < MOST_SOURCES;
        let common = counts.all.rest(now.monotonic_ms).filter(|_| !is_new);
        own_rest.max(common)
    }

    /// Notes a wrong guess. `Some` when the source should have rested, and for
    /// how long it still should: such a guess does not prolong the rest.
    pub(crate) fn wrong(&self, source: Source, now: Moment) -> Option<Duration> {
        let now_ms = now.monotonic_ms;
        let mut counts = self.lock();
        let own = counts.sources.get(&source).copied().unwrap_or_default();
        let common = counts.all.rest(now_ms);
        if let Some(rest) = own.rest(now_ms).max(common) {
            if own.wrong == 0 {
                counts.keep(source, own.after(now_ms, FREE), now_ms);
            }
            return Some(rest);
        }
        counts.all = counts.all.after(now_ms, FREE_OF_ALL);
        let own = own.after(now_ms, FREE);
        counts.keep(source, own, now_ms);
        drop(counts);
        tracing::warn!(%source, wrong = own.wrong, "a wrong {}", self.what);
        None
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn keep(&mut self, source: Source, count: Count, now_ms: u64) {
        if self.sources.len() >= MOST_SOURCES && !self.sources.contains_key(&source) {
            self.sources.retain(|_, count| !count.is_forgotten(now_ms));
            if self.sources.len() >= MOST_SOURCES {
                return;
            }
        }
        self.sources.insert(source, count);
    }
}

impl Count {
    fn is_forgotten(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.last_ms) > FORGOTTEN_MS
    }

    fn rest(&self, now_ms: u64) -> Option<Duration> {
        let left = self.rests_until_ms.checked_sub(now_ms)?;
        (left > 0).then(|| Duration::from_millis(left))
    }

    /// With one more wrong guess.
    fn after(self, now_ms: u64, free: u32) -> Self {
        let before = if self.is_forgotten(now_ms) {
            0
        } else {
            self.wrong
        };
        let wrong = before.saturating_add(1);
        let rest_ms = wrong.checked_sub(free).map_or(0, |over| {
            let times = 1_u64.checked_shl(over).unwrap_or(u64::MAX);
            FIRST_REST_MS.saturating_mul(times).min(LONGEST_REST_MS)
        });
        Self {
            wrong,
            last_ms: now_ms,
            rests_until_ms: now_ms + rest_ms,
        }
    }
}

#[cfg(test)]
mod tests;
