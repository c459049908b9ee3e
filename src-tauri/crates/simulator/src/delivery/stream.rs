//! A body that is sent event by event, in a given manner.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{BufMut as _, Bytes, BytesMut};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::{Frame, FrameSource};
use crate::behaviour::CutHow;
use crate::ledger::Call;
use crate::reply::{Manner, Texture};
use crate::wire::Peer;

/// UTF-8's byte order mark.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";
const COMMENT: &[u8] = b": keep-alive\n\n";

/// The simulator cuts the connection here, as its script says.
#[derive(Debug, thiserror::Error)]
#[error("the script cuts the connection")]
pub(crate) struct Severed;

/// The events of one answer on their way.
pub(crate) struct Stream {
    source: Box<dyn FrameSource + Send>,
    /// Length of the body, if it is announced.
    length: Option<u64>,
    call: Call,
    manner: Manner,
    peer: Arc<Peer>,
    sent: usize,
    /// What is left of an event that is sent byte by byte.
    rest: Bytes,
    pause: Option<Pin<Box<Sleep>>>,
    /// When the first event left; later ones are due relative to it.
    began: Option<Instant>,
    /// The connection must write what it has before anything else happens.
    flushing: bool,
    over: bool,
}

impl Stream {
    pub(super) fn new(
        (source, length): (Box<dyn FrameSource + Send>, Option<u64>),
        call: Call,
        (manner, peer): (Manner, Arc<Peer>),
    ) -> Self {
        Self {
            source,
            length,
            call,
            pause: manner.first_byte.map(|wait| Box::pin(sleep(wait))),
            began: None,
            manner,
            peer,
            sent: 0,
            rest: Bytes::new(),
            flushing: false,
            over: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Severed>>> {
        if self.over {
            return Poll::Ready(None);
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        if self.flushing {
            // Pending makes the connection flush; the wake brings it back.
            self.flushing = false;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.next_byte())));
        }
        if self.manner.stall.is_some_and(|after| self.sent >= after) {
            // Only the client's hang-up ends this: nothing will wake us.
            return Poll::Pending;
        }
        if let Some((_, how)) = self.manner.cut.filter(|(after, _)| self.sent >= *after) {
            return self.cut(how, cx);
        }
        let Some(frame) = self.source.next() else {
            self.finish();
            return Poll::Ready(None);
        };
        Poll::Ready(Some(Ok(self.take(frame))))
    }

    /// Counts an event and returns what of it is sent now.
    fn take(&mut self, frame: Frame) -> Bytes {
        self.sent += 1;
        let bytes = self.dress(frame.bytes);
        self.call.wrote(bytes.len(), frame.usage);
        self.pause = self.time_to_next();
        if self.manner.texture == Texture::Dribble {
            self.rest = bytes;
            return self.next_byte();
        }
        bytes
    }

    /// The wait before the next event.
    ///
    /// Events are due at fixed times, so a pace below the timer's millisecond
    /// holds on average.
    fn time_to_next(&mut self) -> Option<Pin<Box<Sleep>>> {
        let pace = self.manner.pace?;
        let began = *self.began.get_or_insert_with(Instant::now);
        let due = began + pace * u32::try_from(self.sent).unwrap_or(u32::MAX);
        (due > Instant::now()).then(|| Box::pin(sleep_until(due)))
    }

    fn next_byte(&mut self) -> Bytes {
        self.flushing = true;
        let length = self.rest.len().min(1);
        self.rest.split_to(length)
    }

    /// Ends the connection once everything sent so far is on its way.
    fn cut(&mut self, how: CutHow, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Severed>>> {
        if !self.call.is_ended() {
            self.call.end(false);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.over = true;
        if how == CutHow::Rst {
            self.peer.reset_on_close();
        }
        Poll::Ready(Some(Err(Severed)))
    }

    fn finish(&mut self) {
        self.over = true;
        self.call.end(true);
        if let Some(after) = self.manner.close_idle {
            self.peer.close_when_idle(after);
        }
    }

    /// Changes the bytes of an event as the manner wants it.
    fn dress(&self, bytes: Bytes) -> Bytes {
        match self.manner.texture {
            Texture::Comments => [COMMENT, &bytes].concat().into(),
            Texture::Crlf => with_crlf(&bytes),
            Texture::Bom if self.sent == 1 => [BOM, &bytes].concat().into(),
            Texture::Plain | Texture::Dribble | Texture::Bom => bytes,
            Texture::Duplicates => bytes.repeat(2).into(),
        }
    }
}

fn with_crlf(text: &[u8]) -> Bytes {
    let mut dressed = BytesMut::with_capacity(text.len() + 8);
    for byte in text {
        if *byte == b'\n' {
            dressed.put_u8(b'\r');
        }
        dressed.put_u8(*byte);
    }
    dressed.freeze()
}
