//! Small pieces that arrive together leave together.
//!
//! hyper hands over a stream event by event, and each would cost a system call
//! of its own on the way to the client. A piece is therefore held back until
//! every task that is ready has had its turn once; when that brought no more,
//! it leaves. Nothing waits for time: a lone event is held for microseconds.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, SizeHint};

/// A piece of this size is worth a system call of its own.
const ENOUGH: usize = 8 * 1024;

/// hyper asks a body twice in one turn of its task when nothing is left to
/// flush, so only the second empty answer proves that others had their turn.
const RESTS: u8 = 2;

/// How the upstream's body ended.
enum Ended {
    Clean,
    Broken(reqwest::Error),
}

/// An upstream body, in pieces of a sensible size.
pub(super) struct Gather {
    body: reqwest::Body,
    held: BytesMut,
    /// Empty answers since the last piece came.
    rests: u8,
    ended: Option<Ended>,
}

impl Gather {
    pub(super) fn new(body: reqwest::Body) -> Self {
        Self {
            body,
            held: BytesMut::new(),
            rests: 0,
            ended: None,
        }
    }

    /// The next bytes, in order and none left out.
    pub(super) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, reqwest::Error>>> {
        while self.ended.is_none() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Pending if self.held.is_empty() => return Poll::Pending,
                Poll::Pending if self.rests == RESTS => break,
                Poll::Pending => {
                    self.rests += 1;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(None) => self.ended = Some(Ended::Clean),
                Poll::Ready(Some(Err(error))) => self.ended = Some(Ended::Broken(error)),
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are hop-by-hop for us (S11) and end here.
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    self.rests = 0;
                    if self.held.is_empty() && (data.len() >= ENOUGH || self.body.is_end_stream()) {
                        return Poll::Ready(Some(Ok(data)));
                    }
                    self.held.extend_from_slice(&data);
                    if self.held.len() >= ENOUGH || self.body.is_end_stream() {
                        break;
                    }
                }
            }
        }
        if !self.held.is_empty() {
            self.rests = 0;
            return Poll::Ready(Some(Ok(self.held.split().freeze())));
        }
        match self.ended.replace(Ended::Clean) {
            Some(Ended::Broken(error)) => Poll::Ready(Some(Err(error))),
            _ => Poll::Ready(None),
        }
    }

    /// Whether all bytes have left.
    pub(super) fn is_at_end(&self) -> bool {
        let broken = matches!(self.ended, Some(Ended::Broken(_)));
        let over = self.ended.is_some() || self.body.is_end_stream();
        self.held.is_empty() && over && !broken
    }

    /// How many bytes are still to come.
    pub(super) fn size_hint(&self) -> SizeHint {
        let rest = self.body.size_hint();
        let held = self.held.len() as u64;
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + held);
        }
        hint.set_lower(rest.lower() + held);
        hint
    }
}

#[cfg(test)]
mod tests;
