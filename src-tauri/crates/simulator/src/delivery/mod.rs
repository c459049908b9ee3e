//! Sends a reply: one piece, event by event, or past HTTP.

mod compressed;
mod frames;
mod stream;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::{Body, Frame as BodyFrame, SizeHint};

use crate::ledger::{Call, Usage};
use crate::reply::{EVENTS, Manner, Payload, Reply, Texture};
use crate::wire::{Peer, RawAnswer};

pub(crate) use compressed::bomb;
pub(crate) use frames::{Frame, FrameSource, Interrupted, NoFrames, Repeated, Shared, halves};
pub(crate) use stream::Severed;
use stream::{BOM, Stream};

/// The header that names a request to the vendor's support.
pub(crate) const TRACE_HEADER: &str = "x-siliconcloud-trace-id";

/// Headers of a careless or hostile upstream.
const BAD_HEADERS: [(&str, &str); 12] = [
    ("set-cookie", "session=upstream; Path=/; HttpOnly"),
    ("set-cookie", "track=1; Domain=localhost"),
    ("access-control-allow-origin", "*"),
    ("access-control-allow-credentials", "true"),
    ("server", "elb"),
    ("x-powered-by", "upstream"),
    ("alt-svc", "h3=\":443\"; ma=86400"),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("content-security-policy", "default-src *"),
    ("clear-site-data", "\"*\""),
    ("refresh", "0; url=http://localhost/"),
    ("proxy-authenticate", "Basic realm=\"upstream\""),
];

/// The body of every answer of the simulator.
pub(crate) enum AnswerBody {
    /// One piece; the call ends when it is taken.
    Whole(Option<Box<Piece>>),
    /// Event by event.
    Stream(Box<Stream>),
}

/// A body in one piece and what is noted when it is sent.
pub(crate) struct Piece {
    bytes: Bytes,
    usage: Option<(Usage, bool)>,
    /// None for the control interface, which the ledger does not show.
    call: Option<Call>,
    /// The connection closes when it has been idle for this long.
    close_idle: Option<(Arc<Peer>, std::time::Duration)>,
}

impl AnswerBody {
    /// A body that stands in no ledger.
    pub(crate) fn unrecorded(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(Box::new(Piece {
            bytes: bytes.into(),
            usage: None,
            call: None,
            close_idle: None,
        })))
    }
}

impl Piece {
    fn take(mut self) -> Bytes {
        if let Some(call) = &mut self.call {
            call.wrote(self.bytes.len(), self.usage);
            call.end(true);
        }
        if let Some((peer, after)) = &self.close_idle {
            peer.close_when_idle(*after);
        }
        self.bytes
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Severed;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Severed>>> {
        match self.get_mut() {
            Self::Whole(piece) => {
                Poll::Ready(piece.take().map(|piece| Ok(BodyFrame::data(piece.take()))))
            }
            Self::Stream(stream) => stream
                .poll_next(cx)
                .map(|part| part.map(|bytes| bytes.map(BodyFrame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(piece) => piece.is_none(),
            Self::Stream(stream) => stream.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(Some(piece)) => SizeHint::with_exact(piece.bytes.len() as u64),
            Self::Whole(None) => SizeHint::with_exact(0),
            Self::Stream(stream) => stream
                .length()
                .map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

/// Turns a reply into a response, or into a raw answer.
pub(crate) fn send(
    reply: Reply,
    mut call: Call,
    (peer, trace): (&Arc<Peer>, &str),
) -> Result<Response<AnswerBody>, Box<RawAnswer>> {
    let Reply {
        status,
        payload,
        headers,
        mut manner,
    } = reply;
    let (content_type, payload) = match payload {
        Payload::Raw(steps) => {
            call.answered(status);
            return Err(Box::new(RawAnswer::new(call, steps)));
        }
        Payload::Whole {
            content_type,
            body,
            usage,
        } => (content_type, Ok((dressed(body, manner), usage))),
        Payload::Stream {
            content_type,
            source,
        } if manner.gzip => (content_type, Err(compressed::stream(source))),
        Payload::Stream {
            content_type,
            source,
        } => (content_type, Err(source)),
    };
    call.answered(status);
    if content_type != EVENTS && manner.texture != Texture::Dribble {
        // The other textures are about lines.
        manner.texture = Texture::Plain;
    }
    let body = match payload {
        Ok((body, usage)) => whole_body((body, usage), call, (&manner, peer)),
        Err(source) => AnswerBody::Stream(Box::new(Stream::new(
            (source, None),
            call,
            (manner, Arc::clone(peer)),
        ))),
    };
    let is_stream = content_type == EVENTS;
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let map = response.headers_mut();
    map.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if is_stream {
        map.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    add(map, TRACE_HEADER, trace);
    for (name, value) in &headers {
        add(map, name, value);
    }
    if manner.gzip {
        add(map, "content-encoding", "gzip");
    }
    if manner.bad_headers {
        for (name, value) in BAD_HEADERS {
            add(map, name, value);
        }
    }
    Ok(response)
}

/// A body in one piece as the manner wants it.
fn dressed(body: Bytes, manner: Manner) -> Bytes {
    if manner.gzip {
        return compressed::whole(&body);
    }
    match manner.texture {
        Texture::Bom => [BOM, &body].concat().into(),
        Texture::Plain
        | Texture::Dribble
        | Texture::Comments
        | Texture::Crlf
        | Texture::Duplicates => body,
    }
}

/// A body in one piece, or in two when the manner needs a place in between.
fn whole_body(
    (bytes, usage): (Bytes, Option<(Usage, bool)>),
    call: Call,
    (manner, peer): (&Manner, &Arc<Peer>),
) -> AnswerBody {
    let in_parts = manner.cut.is_some()
        || manner.stall.is_some()
        || manner.texture == Texture::Dribble
        || manner.first_byte.is_some();
    if !in_parts {
        return AnswerBody::Whole(Some(Box::new(Piece {
            bytes,
            usage,
            call: Some(call),
            close_idle: manner.close_idle.map(|after| (Arc::clone(peer), after)),
        })));
    }
    let length = bytes.len() as u64;
    let mut manner = *manner;
    // A JSON body has two parts, so the place to stop is before or between.
    manner.cut = manner.cut.map(|(after, how)| (after.min(1), how));
    manner.stall = manner.stall.map(|after| after.min(1));
    AnswerBody::Stream(Box::new(Stream::new(
        (Box::new(halves(bytes, usage)), Some(length)),
        call,
        (manner, Arc::clone(peer)),
    )))
}

fn add(map: &mut http::HeaderMap, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes());
    let value = HeaderValue::from_str(value);
    if let (Ok(name), Ok(value)) = (name, value) {
        map.append(name, value);
    }
}
