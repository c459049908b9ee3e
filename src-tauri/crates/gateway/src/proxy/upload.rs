//! A body that streams through, with its cap and its idle limit (S10).

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flowkeep_core::upstream::UploadError;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// What was held and what still comes, with the cap and the idle limit.
pub(super) struct Upload {
    held: Bytes,
    /// Never locked: it makes a body that is `Send` also `Sync`, as reqwest wants.
    rest: Mutex<Body>,
    /// The hint of the rest when it was handed over, less what has passed.
    rest_hint: SizeHint,
    left: u64,
    idle_limit: Duration,
    idle: Pin<Box<Sleep>>,
    /// The client is waited for; while nobody asks for its bytes it may rest.
    waiting: bool,
}

impl Upload {
    /// `held` and then `rest`, of which `left` bytes may come, none of them more
    /// than `idle` after it was asked for.
    pub(super) fn new(held: Bytes, rest: Body, left: u64, idle: Duration) -> Self {
        Self {
            held,
            rest_hint: rest.size_hint(),
            rest: Mutex::new(rest),
            left,
            idle_limit: idle,
            idle: Box::pin(tokio::time::sleep(idle)),
            waiting: false,
        }
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.waiting {
            self.waiting = true;
            self.idle.as_mut().reset(Instant::now() + self.idle_limit);
        }
        self.idle.as_mut().poll(cx)
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = UploadError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadError>>> {
        let this = self.get_mut();
        if !this.held.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.held)))));
        }
        let rest = this.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        match Pin::new(rest).poll_frame(cx) {
            Poll::Pending => this.poll_idle(cx).map(|()| Some(Err(UploadError::Idle))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => {
                Poll::Ready(Some(Err(UploadError::BrokeOff(error.into()))))
            }
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                if length > this.left {
                    return Poll::Ready(Some(Err(UploadError::TooLarge)));
                }
                this.left -= length;
                if let Some(exact) = this.rest_hint.exact() {
                    this.rest_hint = SizeHint::with_exact(exact.saturating_sub(length));
                }
                this.waiting = false;
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest_hint.exact() {
            Some(rest) => SizeHint::with_exact(rest + self.held.len() as u64),
            None => SizeHint::new(),
        }
    }
}

#[cfg(test)]
mod tests;
