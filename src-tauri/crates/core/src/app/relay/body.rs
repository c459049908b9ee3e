//! The relayed body: bytes pass untouched and are metered in place (D9, D12).

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::ahead::Ahead;
use super::error_event::error_event;
use super::gather::Gather;
use super::translation::Translating;
use super::trip::Trip;
use crate::meter::{BodyKind, End, EndHow, UsageScanner};
use crate::model::Protocol;

/// The answer broke off; the connection to the client is aborted, so that it
/// cannot take the part for the whole.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off: {0}")]
pub struct RelayBodyError(String);

/// What an interrupted relay owes to its record, taken at the end.
struct Meter {
    scanner: UsageScanner,
    trip: Trip,
}

/// What ends a relay from outside.
struct Watch {
    idle_limit: Duration,
    /// When the upstream was first asked for what has not come; absent while
    /// nobody asks, since a client may read slowly.
    asked: Option<Instant>,
    idle: Pin<Box<Sleep>>,
    abort: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// A response body with the meter in it.
pub struct RelayBody {
    pub(super) ahead: Ahead,
    /// Absent where bytes pass as they are.
    pub(super) translating: Option<Box<Translating>>,
    prefix: Bytes,
    inner: Option<Gather>,
    kind: BodyKind,
    meter: Option<Meter>,
    watch: Option<Watch>,
    /// In whose words a stream tells that it broke off.
    error_words: Option<Protocol>,
    bytes: u64,
    at_line_start: bool,
}

impl RelayBody {
    pub(super) fn new(prefix: Bytes, inner: Option<reqwest::Body>, kind: BodyKind) -> Self {
        Self {
            ahead: Ahead::default(),
            translating: None,
            prefix,
            inner: inner.map(Gather::new),
            kind,
            meter: None,
            watch: None,
            error_words: None,
            bytes: 0,
            at_line_start: true,
        }
    }

    /// A body that is at hand and needs no meter.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self::new(bytes, None, BodyKind::Opaque)
    }

    pub(super) fn watched(
        mut self,
        idle_limit: Duration,
        abort: CancellationToken,
        error_words: Option<Protocol>,
    ) -> Self {
        self.watch = Some(Watch {
            idle_limit,
            asked: None,
            idle: Box::pin(tokio::time::sleep(idle_limit)),
            abort: Box::pin(abort.cancelled_owned()),
        });
        self.error_words = error_words;
        self
    }

    pub(super) fn metered(mut self, trip: Trip) -> Self {
        self.meter = Some(Meter {
            scanner: UsageScanner::new(self.kind, trip.counted()),
            trip,
        });
        self
    }

    /// Bytes go out. When they are the last ones the record is written now: the
    /// server does not poll a body again that says it is at its end.
    fn pass(&mut self, data: Bytes) -> Frame<Bytes> {
        self.bytes += data.len() as u64;
        if let Some(watch) = &mut self.watch {
            watch.asked = None;
        }
        if let Some(meter) = &mut self.meter {
            meter.trip.passes(&data);
            meter.scanner.feed(&data);
            if meter.scanner.has_usage() {
                meter.trip.usage_is_told();
            }
            meter.trip.take_results(&mut meter.scanner, false);
        }
        if self.error_words.is_some() {
            self.at_line_start = data.last().is_none_or(|byte| *byte == b'\n');
        }
        if self.inner.as_ref().is_none_or(Gather::is_at_end) {
            self.inner = None;
            self.end(EndHow::Complete);
        }
        Frame::data(data)
    }

    fn end(&mut self, how: EndHow) {
        if let Some(Meter {
            mut scanner,
            mut trip,
        }) = self.meter.take()
        {
            trip.take_results(&mut scanner, true);
            let scan = scanner.finish();
            trip.ended(&End {
                how,
                scan,
                bytes: self.bytes,
            });
        }
    }

    /// Breaks off: a stream says so in its own words and closes without its
    /// proper end; anything else is aborted.
    fn break_off(&mut self, how: EndHow) -> Result<Frame<Bytes>, RelayBodyError> {
        let text = how.error().unwrap_or_default();
        let words = self.error_words.take();
        let event = words.map(|protocol| error_event(&how, protocol));
        self.inner = None;
        self.end(how);
        let Some(event) = event else {
            return Err(RelayBodyError(text));
        };
        if self.at_line_start {
            return Ok(Frame::data(event));
        }
        let mut closed = Vec::with_capacity(event.len() + 2);
        closed.extend_from_slice(b"\n\n");
        closed.extend_from_slice(&event);
        Ok(Frame::data(closed.into()))
    }
}

impl Watch {
    /// Ready when the upstream has been silent for too long or the drain
    /// deadline has passed.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<EndHow> {
        if self.abort.as_mut().poll(cx).is_ready() {
            return Poll::Ready(EndHow::Aborted);
        }
        let asked = *self.asked.get_or_insert_with(Instant::now);
        while self.idle.as_mut().poll(cx).is_ready() {
            let due = asked + self.idle_limit;
            if Instant::now() >= due {
                return Poll::Ready(EndHow::Idle);
            }
            self.idle.as_mut().reset(due);
        }
        Poll::Pending
    }
}

impl RelayBody {
    /// The next bytes as the upstream sent them.
    pub(super) fn poll_plain(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RelayBodyError>>> {
        if let Some(read) = self.ahead.take() {
            return Poll::Ready(Some(read));
        }
        if !self.prefix.is_empty() {
            let prefix = std::mem::take(&mut self.prefix);
            return Poll::Ready(Some(Ok(self.pass(prefix))));
        }
        loop {
            let Some(inner) = &mut self.inner else {
                self.end(EndHow::Complete);
                return Poll::Ready(None);
            };
            let Poll::Ready(piece) = inner.poll_piece(cx) else {
                let Some(watch) = &mut self.watch else {
                    return Poll::Pending;
                };
                let how = ready!(watch.poll(cx));
                return Poll::Ready(Some(self.break_off(how)));
            };
            match piece {
                None => self.inner = None,
                Some(Ok(data)) => return Poll::Ready(Some(Ok(self.pass(data)))),
                Some(Err(error)) => {
                    let how = EndHow::UpstreamFailed(error.without_url().to_string());
                    return Poll::Ready(Some(self.break_off(how)));
                }
            }
        }
    }

    /// Reads no further.
    pub(super) fn stop(&mut self, how: EndHow) {
        self.prefix = Bytes::new();
        self.inner = None;
        self.end(how);
    }

    /// Whether the upstream's answer has been read to its end.
    fn is_read(&self) -> bool {
        self.ahead.is_empty() && self.prefix.is_empty() && self.inner.is_none()
    }
}

impl Body for RelayBody {
    type Data = Bytes;
    type Error = RelayBodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RelayBodyError>>> {
        let this = self.get_mut();
        let Some(mut translating) = this.translating.take() else {
            return this.poll_plain(cx);
        };
        let polled = this.poll_translated(&mut translating, cx);
        this.translating = Some(translating);
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.translating {
            None => self.is_read(),
            Some(translating) => translating.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        if self.translating.is_some() {
            return SizeHint::new();
        }
        let held = (self.ahead.len() + self.prefix.len()) as u64;
        if self.ahead.is_broken() {
            return SizeHint::new();
        }
        let Some(inner) = &self.inner else {
            return SizeHint::with_exact(held);
        };
        let rest = inner.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + held);
        }
        hint.set_lower(rest.lower() + held);
        hint
    }
}

impl Drop for RelayBody {
    fn drop(&mut self) {
        let told = |translating: &Translating| translating.is_told();
        let complete = self.is_read() || self.translating.as_deref().is_some_and(told);
        self.end(if complete {
            EndHow::Complete
        } else {
            EndHow::ClientGone
        });
    }
}

#[cfg(test)]
mod tests;
