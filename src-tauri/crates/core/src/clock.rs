//! Time, as the engine sees it.
//!
//! Deadlines and cooling use the monotonic part, so that a jumping wall clock
//! neither frees nor traps a key (F38); what is written down uses Unix time.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

/// One moment on both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since the program started; never goes back.
    pub monotonic_ms: u64,
    /// Unix milliseconds; may jump.
    pub unix_ms: i64,
}

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Moment;
}

/// The system's clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts counting.
    #[must_use]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            monotonic_ms: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            unix_ms: jiff::Timestamp::now().as_millisecond(),
        }
    }
}

/// A clock that a test moves by hand.
#[derive(Debug, Default)]
pub struct ManualClock {
    monotonic_ms: AtomicU64,
    unix_ms: AtomicI64,
}

impl ManualClock {
    /// Starts at `unix_ms`.
    #[must_use]
    pub fn at(unix_ms: i64) -> Self {
        Self {
            monotonic_ms: AtomicU64::new(0),
            unix_ms: AtomicI64::new(unix_ms),
        }
    }

    /// Both clocks go on.
    pub fn advance_ms(&self, ms: u64) {
        self.monotonic_ms.fetch_add(ms, Ordering::SeqCst);
        self.jump_wall_ms(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    /// Only the wall clock jumps, as after a correction or a time-zone mistake.
    pub fn jump_wall_ms(&self, ms: i64) {
        self.unix_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        Moment {
            monotonic_ms: self.monotonic_ms.load(Ordering::SeqCst),
            unix_ms: self.unix_ms.load(Ordering::SeqCst),
        }
    }
}
