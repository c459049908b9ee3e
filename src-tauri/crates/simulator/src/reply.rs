//! An answer before it is sent: status, payload and manner of delivery.

use std::time::Duration;

use bytes::Bytes;

use crate::behaviour::{Behaviour, CutHow};
use crate::delivery::FrameSource;
use crate::ledger::Usage;
use crate::wire::RawStep;

/// Content type of the vendor's JSON.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// Content type of a stream.
pub(crate) const EVENTS: &str = "text/event-stream";
/// Content type of a file.
pub(crate) const BINARY: &str = "application/octet-stream";
/// Content type of the bare texts.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

/// What a request is answered with.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) payload: Payload,
    /// Headers beside the content type and the trace id.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) manner: Manner,
}

/// A reply that ends the work on a request early.
pub(crate) type Refused = Box<Reply>;

/// The body of an answer.
pub(crate) enum Payload {
    /// All of it at once.
    Whole {
        content_type: &'static str,
        body: Bytes,
        /// Usage of the answer, and whether the body tells it.
        usage: Option<(Usage, bool)>,
    },
    /// Event by event, or piece by piece.
    Stream {
        content_type: &'static str,
        source: Box<dyn FrameSource + Send>,
    },
    /// Past the HTTP library.
    Raw(Vec<RawStep>),
}

impl Reply {
    pub(crate) fn whole(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            payload: Payload::Whole {
                content_type,
                body: body.into(),
                usage: None,
            },
            headers: Vec::new(),
            manner: Manner::default(),
        }
    }

    pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::whole(status, JSON, body)
    }

    /// A good JSON answer that costs something.
    pub(crate) fn priced(body: impl Into<Bytes>, usage: Usage, is_told: bool) -> Self {
        Self {
            payload: Payload::Whole {
                content_type: JSON,
                body: body.into(),
                usage: Some((usage, is_told)),
            },
            ..Self::json(200, Bytes::new())
        }
    }

    /// Server-sent events.
    pub(crate) fn stream(source: Box<dyn FrameSource + Send>) -> Self {
        Self::pieces(EVENTS, source)
    }

    /// A body that comes in pieces and whose length is not announced.
    pub(crate) fn pieces(content_type: &'static str, source: Box<dyn FrameSource + Send>) -> Self {
        Self {
            payload: Payload::Stream {
                content_type,
                source,
            },
            ..Self::json(200, Bytes::new())
        }
    }

    pub(crate) fn raw(status: u16, steps: Vec<RawStep>) -> Self {
        Self {
            payload: Payload::Raw(steps),
            ..Self::json(status, Bytes::new())
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// How an answer is delivered, good or bad.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    /// Wait before the head.
    pub(crate) delay: Option<Duration>,
    /// Wait between the head and the first byte of the body.
    pub(crate) first_byte: Option<Duration>,
    /// Wait between two events.
    pub(crate) pace: Option<Duration>,
    /// Close the connection after this many events.
    pub(crate) cut: Option<(usize, CutHow)>,
    /// Send nothing after this many events.
    pub(crate) stall: Option<usize>,
    /// What the bytes look like on the wire.
    pub(crate) texture: Texture,
    /// Close the idle connection after this long.
    pub(crate) close_idle: Option<Duration>,
    /// Compress the body, asked for or not.
    pub(crate) gzip: bool,
    /// Add headers that a proxy must not pass on.
    pub(crate) bad_headers: bool,
}

/// What the bytes of an answer look like on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Texture {
    /// As they are.
    #[default]
    Plain,
    /// One byte per write.
    Dribble,
    /// A comment before each event.
    Comments,
    /// Lines end with CR LF.
    Crlf,
    /// A byte order mark comes first.
    Bom,
    /// Each event comes twice.
    Duplicates,
}

impl Manner {
    /// The part of a behaviour that concerns delivery.
    pub(crate) fn of(behaviour: &Behaviour) -> Self {
        let mut manner = Self::default();
        match behaviour {
            Behaviour::Gzip => manner.gzip = true,
            Behaviour::Bom => manner.texture = Texture::Bom,
            Behaviour::Duplicates => manner.texture = Texture::Duplicates,
            Behaviour::Delay { ms } | Behaviour::LateStatus { ms, .. } => {
                manner.delay = Some(Duration::from_millis(*ms));
            }
            Behaviour::FirstByte { ms } => manner.first_byte = Some(Duration::from_millis(*ms)),
            Behaviour::Sse { pace_us, .. } if *pace_us > 0 => {
                manner.pace = Some(Duration::from_micros(*pace_us));
            }
            Behaviour::Cut { after_chunks, how } => manner.cut = Some((*after_chunks, *how)),
            Behaviour::Stall { after_chunks } => manner.stall = Some(*after_chunks),
            Behaviour::Dribble => manner.texture = Texture::Dribble,
            Behaviour::Comments => manner.texture = Texture::Comments,
            Behaviour::Crlf => manner.texture = Texture::Crlf,
            Behaviour::CloseIdle { ms } => manner.close_idle = Some(Duration::from_millis(*ms)),
            Behaviour::BadHeaders => manner.bad_headers = true,
            _ => {}
        }
        manner
    }
}
