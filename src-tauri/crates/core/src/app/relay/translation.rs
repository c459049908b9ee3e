//! An answer that reaches the client in another protocol than the upstream's.
//!
//! The bytes are metered before they are translated, so the record tells what
//! the upstream said. Back-pressure stays: no more is read than is asked for,
//! and what was translated leaves before more is read.

use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;

use super::body::{RelayBody, RelayBodyError};
use crate::meter::EndHow;

/// The upstream's answer is longer than a translation may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) struct Overlong;

/// Rewrites an answer while it passes.
pub(in crate::app) trait Translation: Send {
    /// Takes the next bytes of the upstream, cut anywhere, and appends what the
    /// client gets for them.
    ///
    /// # Errors
    /// When the answer is too long; what the client is told about that has been
    /// appended, and nothing follows.
    fn feed(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Overlong>;

    /// The upstream's body is over; appends what is still owed.
    fn finish(&mut self, out: &mut Vec<u8>);

    /// Whether everything was told, so that nothing but the end may follow.
    fn is_told(&self) -> bool;
}

/// A translation under way.
pub(super) struct Translating {
    translation: Box<dyn Translation>,
    out: Vec<u8>,
    over: bool,
}

impl Translating {
    pub(super) fn is_over(&self) -> bool {
        self.over && self.out.is_empty()
    }

    /// Whether the client has the whole answer, however the upstream ends it.
    pub(super) fn is_told(&self) -> bool {
        self.out.is_empty() && self.translation.is_told()
    }

    fn take(&mut self) -> Frame<Bytes> {
        Frame::data(std::mem::take(&mut self.out).into())
    }
}

type Piece = Option<Result<Frame<Bytes>, RelayBodyError>>;

impl RelayBody {
    /// The same answer in other words.
    pub(in crate::app) fn translated(mut self, translation: Box<dyn Translation>) -> Self {
        self.translating = Some(Box::new(Translating {
            translation,
            out: Vec::new(),
            over: false,
        }));
        self
    }

    /// The next translated bytes.
    pub(super) fn poll_translated(
        &mut self,
        translating: &mut Translating,
        cx: &mut Context<'_>,
    ) -> Poll<Piece> {
        while !translating.over {
            match self.poll_plain(cx) {
                Poll::Pending if translating.out.is_empty() => return Poll::Pending,
                // The end mark came, but the upstream has not closed yet.
                Poll::Pending => break,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => {
                    translating.over = true;
                    translating.translation.finish(&mut translating.out);
                }
                Poll::Ready(Some(Ok(frame))) => {
                    let data = frame.into_data().unwrap_or_default();
                    let Translating {
                        translation, out, ..
                    } = translating;
                    if translation.feed(&data, out).is_err() {
                        translating.over = true;
                        self.stop(EndHow::UpstreamFailed(
                            "the answer is longer than can be translated".to_owned(),
                        ));
                    } else if !out.is_empty() && !translation.is_told() {
                        break;
                    }
                    // When all was told the end is looked for at once: a client
                    // that leaves after the last event got everything.
                }
            }
        }
        if translating.out.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(translating.take())))
    }
}

#[cfg(test)]
mod tests;
