//! Work that takes a while: a video, a batch.

use crate::script::Progress;

/// When something is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Milliseconds since the simulator started.
    pub(crate) now_ms: u64,
    /// Unix seconds.
    pub(crate) unix_s: u64,
    /// How fast work goes on.
    pub(crate) progress: Progress,
}

/// Work in stages, the first of which is 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    begun_ms: u64,
    looks: u32,
}

impl Job {
    pub(crate) fn begin(clock: Clock) -> Self {
        Self {
            begun_ms: clock.now_ms,
            looks: 0,
        }
    }

    /// The stage it is in now.
    pub(crate) fn stage(&self, clock: Clock) -> u64 {
        let Progress { calls, ms } = clock.progress;
        let by_calls = u64::from(self.looks.checked_div(calls).unwrap_or(0));
        let passed = clock.now_ms.saturating_sub(self.begun_ms);
        by_calls + passed.checked_div(ms).unwrap_or(0)
    }

    /// The stage it is in now, seen by a call that makes it go on.
    pub(crate) fn look(&mut self, clock: Clock) -> u64 {
        let stage = self.stage(clock);
        self.looks = self.looks.saturating_add(1);
        stage
    }
}
