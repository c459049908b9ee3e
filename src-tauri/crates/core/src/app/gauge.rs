//! How many requests are under way, and how many of them are repeats.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Repeats that are always allowed.
const MIN_RETRIES: usize = 3;
/// One repeat per this many requests under way: 20 %.
const REQUESTS_PER_RETRY: usize = 5;

/// Counts; clones share the numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gauge {
    in_flight: Arc<AtomicUsize>,
    retrying: Arc<AtomicUsize>,
}

/// One request under way, until dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

/// One repeat under way, until dropped.
#[derive(Debug)]
pub(crate) struct Retry(Arc<AtomicUsize>);

impl Gauge {
    /// A request begins.
    pub(crate) fn enter(&self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(&self.in_flight))
    }

    /// Requests under way.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// A repeat begins, if the budget allows one more.
    pub(crate) fn retry(&self) -> Option<Retry> {
        let most = MIN_RETRIES.max(self.in_flight() / REQUESTS_PER_RETRY);
        self.retrying
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                (now < most).then_some(now + 1)
            })
            .ok()
            .map(|_| Retry(Arc::clone(&self.retrying)))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Retry {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests;
