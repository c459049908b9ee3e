//! Where the events of a stream come from.

use std::sync::Arc;

use bytes::Bytes;

use crate::ledger::Usage;

/// One event, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The event with its line ends.
    pub(crate) bytes: Bytes,
    /// Usage up to here, and whether this event tells it.
    pub(crate) usage: Option<(Usage, bool)>,
}

/// A supply of events, made one by one so that long streams stay small.
pub(crate) trait FrameSource {
    /// The next event; `None` after the last.
    fn next(&mut self) -> Option<Frame>;
}

/// A stream without events.
pub(crate) struct NoFrames;

impl FrameSource for NoFrames {
    fn next(&mut self) -> Option<Frame> {
        None
    }
}

/// Events that were made before and are shared by many streams.
pub(crate) struct Shared {
    frames: Arc<[Frame]>,
    next: usize,
}

impl Shared {
    pub(crate) fn new(frames: Arc<[Frame]>) -> Self {
        Self { frames, next: 0 }
    }
}

impl FrameSource for Shared {
    fn next(&mut self) -> Option<Frame> {
        let frame = self.frames.get(self.next).cloned();
        self.next += 1;
        frame
    }
}

/// The same bytes again and again, between two others.
pub(crate) struct Repeated {
    start: Bytes,
    piece: Bytes,
    left: usize,
    end: Bytes,
}

impl Repeated {
    pub(crate) fn new(start: Bytes, (piece, times): (Bytes, usize), end: Bytes) -> Self {
        Self {
            start,
            piece,
            left: times,
            end,
        }
    }
}

impl FrameSource for Repeated {
    fn next(&mut self) -> Option<Frame> {
        let bytes = if !self.start.is_empty() {
            std::mem::take(&mut self.start)
        } else if self.left > 0 {
            self.left -= 1;
            self.piece.clone()
        } else {
            std::mem::take(&mut self.end)
        };
        (!bytes.is_empty()).then_some(Frame { bytes, usage: None })
    }
}

/// A stream that ends with another event after so many of its own.
pub(crate) struct Interrupted {
    source: Box<dyn FrameSource + Send>,
    left: usize,
    last: Option<Bytes>,
}

impl Interrupted {
    pub(crate) fn new(source: Box<dyn FrameSource + Send>, after: usize, last: Bytes) -> Self {
        Self {
            source,
            left: after,
            last: Some(last),
        }
    }
}

impl FrameSource for Interrupted {
    fn next(&mut self) -> Option<Frame> {
        if self.left > 0
            && let Some(frame) = self.source.next()
        {
            self.left -= 1;
            return Some(frame);
        }
        self.left = 0;
        self.last.take().map(|bytes| Frame { bytes, usage: None })
    }
}

/// A body in two parts; the second one carries the usage.
pub(crate) fn halves(mut body: Bytes, usage: Option<(Usage, bool)>) -> Shared {
    let first = body.split_to(body.len() / 2);
    let generated = usage.map(|(usage, _)| (usage, false));
    Shared::new(Arc::from([
        Frame {
            bytes: first,
            usage: generated,
        },
        Frame { bytes: body, usage },
    ]))
}
