//! A round over many accounts, which has an end whatever they do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, timeout_at};

/// Does `all`, `at_once` at a time and in their order; nothing for those that
/// are not done within `limit` of now.
pub(super) async fn within<T>(
    limit: Duration,
    at_once: usize,
    all: Vec<impl Future<Output = T>>,
) -> Vec<Option<T>> {
    let end = Instant::now() + limit;
    let bounded = all.into_iter().map(|one| timeout_at(end, one));
    stream::iter(bounded)
        .buffered(at_once)
        .map(Result::ok)
        .collect()
        .await
}

/// Bytes that the answers of a round may come to.
#[derive(Debug)]
pub(super) struct Budget {
    most: usize,
    spent: AtomicUsize,
}

impl Budget {
    /// With so many bytes.
    pub(super) const fn new(most: usize) -> Self {
        Self {
            most,
            spent: AtomicUsize::new(0),
        }
    }

    /// Takes bytes that have come.
    pub(super) fn spend(&self, bytes: usize) {
        self.spent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether nothing more may come.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed) >= self.most
    }
}

#[cfg(test)]
mod tests;
