//! The bounded queue between the request path and the writer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::lock;
use crate::model::RequestRecord;

/// Records that may wait, those in the writer's hand included.
pub(super) const CAPACITY: usize = 10_000;
/// Records that are worth a transaction: the writer waits for no more.
const BATCH: usize = 256;
/// How long the writer gathers after a first record.
const GATHER: Duration = Duration::from_millis(100);
/// How long the writer tries after the close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(3);

/// Called after commits.
pub(super) type Listener = Box<dyn Fn() + Send>;

/// What the writer is doing, so that only records that matter wake it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Waits for a first record.
    Idle,
    /// Waits for more; a full batch wakes it.
    Gathering,
    /// Writes; looks at the queue by itself afterwards.
    #[default]
    Busy,
}

#[derive(Debug, Default)]
struct State {
    records: Vec<RequestRecord>,
    /// Taken by the writer, not settled yet.
    in_hand: usize,
    /// Records ever taken in.
    accepted: u64,
    /// Of these, written or given up.
    settled: u64,
    phase: Phase,
    /// Someone waits in `flush`.
    urgent: bool,
    /// A reader found the file damaged.
    replace: bool,
    closing: Option<Instant>,
    /// The thread has ended.
    gone: bool,
}

/// What the writer should do next.
#[derive(Debug)]
pub(super) enum Work {
    /// Write these.
    Write(Vec<RequestRecord>),
    /// Call the listeners.
    Announce,
    /// Set the damaged file aside.
    Replace,
    /// End.
    End,
}

/// The queue with its counters.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Wakes the writer.
    wake: Condvar,
    /// Wakes those who wait in `flush`.
    settled: Condvar,
    dropped: AtomicU64,
    written: AtomicU64,
    trouble: Mutex<Option<String>>,
    warnings: Mutex<Vec<String>>,
    listeners: Mutex<Vec<Listener>>,
}

impl Queue {
    /// Takes a record in, or drops it when there is no room. One short lock; a
    /// system call only for the first record of a batch and for the last.
    pub(super) fn push(&self, record: RequestRecord) {
        let mut state = lock(&self.state);
        let full = state.records.len() + state.in_hand >= CAPACITY;
        if full || state.closing.is_some() || state.gone {
            drop(state);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        state.records.push(record);
        state.accepted += 1;
        let wakes = match state.phase {
            Phase::Idle => {
                state.phase = Phase::Gathering;
                true
            }
            Phase::Gathering => state.records.len() == BATCH,
            Phase::Busy => false,
        };
        drop(state);
        if wakes {
            self.wake.notify_one();
        }
    }

    /// Waits for something to do. `spare` becomes the new, empty queue;
    /// `announce_at` is when listeners are due.
    pub(super) fn next(&self, spare: Vec<RequestRecord>, announce_at: Option<Instant>) -> Work {
        let mut state = lock(&self.state);
        loop {
            // First of all, so that nothing more goes into a damaged file.
            if std::mem::take(&mut state.replace) {
                state.phase = Phase::Busy;
                return Work::Replace;
            }
            if !state.records.is_empty() {
                break;
            }
            if state.closing.is_some() {
                return Work::End;
            }
            state.phase = Phase::Idle;
            let left = announce_at.map(|at| at.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                state.phase = Phase::Busy;
                return Work::Announce;
            }
            state = self.wait(state, left);
        }
        let mut state = self.gather(state);
        state.phase = Phase::Busy;
        state.urgent = false;
        state.in_hand = state.records.len();
        Work::Write(std::mem::replace(&mut state.records, spare))
    }

    fn gather<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let end = Instant::now() + GATHER;
        state.phase = Phase::Gathering;
        while state.records.len() < BATCH && !state.urgent && state.closing.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.wait(state, Some(left));
        }
        state
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match limit {
            None => self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                self.wake
                    .wait_timeout(state, limit)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        }
    }

    /// Waits before another try; false when it is time to give up.
    pub(super) fn wait_to_retry(&self, pause: Duration) -> bool {
        let end = Instant::now() + pause;
        let mut state = lock(&self.state);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match state.closing {
                Some(since) if since.elapsed() >= CLOSE_PATIENCE => return false,
                _ if left.is_zero() => return true,
                // The close leaves little time: try more often.
                Some(_) => {
                    drop(self.wait(state, Some(left.min(Duration::from_millis(100)))));
                    return true;
                }
                None if state.urgent => {
                    state.urgent = false;
                    return true;
                }
                None => state = self.wait(state, Some(left)),
            }
        }
    }

    /// `count` records of the writer's hand are on disk, or given up.
    pub(super) fn settle(&self, count: usize, written: bool) {
        let many = u64::try_from(count).unwrap_or(u64::MAX);
        let counter = if written {
            &self.written
        } else {
            &self.dropped
        };
        counter.fetch_add(many, Ordering::Relaxed);
        let mut state = lock(&self.state);
        state.in_hand = state.in_hand.saturating_sub(count);
        state.settled += many;
        drop(state);
        self.settled.notify_all();
    }

    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        let mut state = lock(&self.state);
        let target = state.accepted;
        while state.settled < target {
            let left = end.saturating_duration_since(Instant::now());
            if state.gone || left.is_zero() {
                return false;
            }
            state.urgent = true;
            self.wake.notify_one();
            state = self
                .settled
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    pub(super) fn close(&self) {
        lock(&self.state).closing.get_or_insert_with(Instant::now);
        self.wake.notify_one();
    }

    pub(super) fn ask_for_replacement(&self) {
        lock(&self.state).replace = true;
        self.wake.notify_one();
    }

    /// The thread ends, by itself or by a panic: what is left is lost.
    pub(super) fn end(&self) {
        let mut state = lock(&self.state);
        state.gone = true;
        let left = state.accepted - state.settled;
        state.settled = state.accepted;
        state.records = Vec::new();
        drop(state);
        self.dropped.fetch_add(left, Ordering::Relaxed);
        self.settled.notify_all();
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    pub(super) fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }

    /// Sets or clears the trouble; true when that begins or ends one.
    pub(super) fn set_trouble(&self, text: Option<String>) -> bool {
        let mut trouble = lock(&self.trouble);
        let turns = trouble.is_some() != text.is_some();
        *trouble = text;
        turns
    }

    /// Something that happened, for the user to know.
    pub(super) fn warn(&self, text: String) {
        lock(&self.warnings).push(text);
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        lock(&self.warnings).clone()
    }

    pub(super) fn listen(&self, listener: Listener) {
        lock(&self.listeners).push(listener);
    }

    pub(super) fn announce(&self) {
        for listener in lock(&self.listeners).iter() {
            listener();
        }
    }
}
