//! What happened: one entry per request, in the order of arrival.
//!
//! The ledger is the truth that tests compare clients and databases with. It
//! keeps what was really sent, also of answers that were cut or abandoned.

mod call;
mod entry;

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::locked::lock;

pub(crate) use call::{Arrival, Bill, Call};
use entry::Record;
pub use entry::{Entry, Totals, Upload, Usage, Work};

/// A handle on the record of all requests; clones share it.
#[derive(Clone)]
pub struct Ledger {
    book: Arc<Book>,
}

/// The shared state behind the handles.
struct Book {
    capacity: usize,
    started: Instant,
    next_seq: AtomicU64,
    in_flight: AtomicUsize,
    records: Mutex<VecDeque<Arc<Record>>>,
    totals: Mutex<Totals>,
    changed: Notify,
}

impl Ledger {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            book: Arc::new(Book {
                capacity,
                started: Instant::now(),
                next_seq: AtomicU64::new(1),
                in_flight: AtomicUsize::new(0),
                records: Mutex::default(),
                totals: Mutex::default(),
                changed: Notify::new(),
            }),
        }
    }

    /// Milliseconds since the simulator started, the clock of everything here.
    pub(crate) fn now_ms(&self) -> u64 {
        self.book.now_ms()
    }

    /// Whether requests are kept, not only counted.
    pub(crate) fn keeps_entries(&self) -> bool {
        self.book.capacity > 0
    }

    /// All kept entries, oldest first, as they stand now.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.book.records)
            .iter()
            .map(|record| record.entry())
            .collect()
    }

    /// How many requests arrived since the start or [`Ledger::clear`].
    #[must_use]
    pub fn count(&self) -> usize {
        usize::try_from(self.totals().requests).unwrap_or(usize::MAX)
    }

    /// The entries of one account.
    #[must_use]
    pub fn for_account(&self, account: &str) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.account.as_deref() == Some(account));
        entries
    }

    /// The entries that named a resource of another account than their key's.
    #[must_use]
    pub fn misdirected(&self) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.retain(Entry::is_misdirected);
        entries
    }

    /// Sums over all requests, also those no longer kept.
    #[must_use]
    pub fn totals(&self) -> Totals {
        lock(&self.book.totals).clone()
    }

    /// How many requests are being answered now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.book.in_flight.load(Ordering::Acquire)
    }

    /// Forgets all entries and sums; requests in flight go on unrecorded.
    pub fn clear(&self) {
        lock(&self.book.records).clear();
        *lock(&self.book.totals) = Totals::default();
        self.book.changed.notify_waiters();
    }

    /// Waits until the entries are as `wanted`; false when the time ran out.
    pub async fn wait_for(&self, wanted: impl Fn(&[Entry]) -> bool, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        loop {
            let changed = self.book.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if wanted(&self.entries()) {
                return true;
            }
            if timeout_at(deadline, changed).await.is_err() {
                return wanted(&self.entries());
            }
        }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("totals", &self.totals())
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

impl Book {
    /// Milliseconds since the simulator started.
    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
