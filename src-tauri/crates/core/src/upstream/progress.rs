//! How far an upload has come: the wait for an answer begins at its end, so a
//! long upload over a slow line is no late answer.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, timeout_at};

/// When the last piece of a body was taken to be sent.
#[derive(Debug)]
pub(super) struct Progress {
    start: Instant,
    /// Milliseconds after the start.
    last: AtomicU64,
}

impl Progress {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            last: AtomicU64::new(0),
        })
    }

    fn note(&self) {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(elapsed, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.start + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    /// The body, with its progress; a body that is at hand needs none.
    pub(super) fn of(body: reqwest::Body) -> (reqwest::Body, Arc<Self>) {
        let progress = Self::new();
        if body.as_bytes().is_some() {
            return (body, progress);
        }
        let noted = Noted {
            body,
            progress: Arc::clone(&progress),
        };
        (reqwest::Body::wrap(noted), progress)
    }

    /// Waits for `sending` as long as no more than `limit` has passed since the
    /// last piece was taken.
    pub(super) async fn wait<T>(
        &self,
        limit: Duration,
        sending: impl Future<Output = T>,
    ) -> Option<T> {
        let mut sending = pin!(sending);
        loop {
            let due = self.last() + limit;
            if let Ok(done) = timeout_at(due, sending.as_mut()).await {
                return Some(done);
            }
            if self.last() + limit <= due {
                return None;
            }
        }
    }
}

/// A body that notes when a piece of it is taken.
struct Noted {
    body: reqwest::Body,
    progress: Arc<Progress>,
}

impl Body for Noted {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.progress.note();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
