//! One request and its answer, from the head to the delivery.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Request, Response};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::delivery::{self, AnswerBody};
use crate::ledger::{Arrival, Call};
use crate::reply::Reply;
use crate::routes::{self, Route, control};
use crate::wire::Peer;
use crate::world::World;

/// Largest request body, 1 GiB: the vendor's limit for batch files.
const MAX_BODY: u64 = 1 << 30;

/// One connection: the world behind it and the socket under it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) world: Arc<World>,
    pub(crate) peer: Arc<Peer>,
    pub(crate) stopping: CancellationToken,
}

/// Ends the HTTP side of a connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Abandoned {
    /// A raw answer takes the socket over.
    #[error("a raw answer takes the connection over")]
    Raw,
    /// The client sent no whole body.
    #[error("read request body")]
    Body(#[source] hyper::Error),
}

/// Answers one request.
pub(crate) async fn answer(
    line: Arc<Line>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Abandoned> {
    line.peer.busy();
    let (head, body) = request.into_parts();
    if let Some(rest) = head.uri.path().strip_prefix(control::PREFIX) {
        let body = body.collect().await.map_err(Abandoned::Body)?.to_bytes();
        return Ok(control::answer(&line.world, &head, rest, &body));
    }
    let route = Route::of(&head.method, head.uri.path());
    let mut call = line.world.ledger().open(&Arrival {
        head: &head,
        route: routes::below_version(head.uri.path()),
        peer: &line.peer,
        stopping: &line.stopping,
    });
    let intake = Intake {
        hash: line.world.ledger().keeps_entries(),
        keep: route.reads_body() || line.world.switches().record_bodies,
        record: line.world.switches().record_bodies,
    };
    let reply = match intake.read(body, &mut call).await? {
        Some(body) => routes::answer(&line.world, route, (&head, &body), &mut call),
        None => Reply::too_large(),
    };
    deliver(&line, &head, reply, call).await
}

async fn deliver(
    line: &Line,
    head: &Parts,
    reply: Reply,
    call: Call,
) -> Result<Response<AnswerBody>, Abandoned> {
    tracing::debug!(path = head.uri.path(), "answering");
    if let Some(delay) = reply.manner.delay {
        tokio::time::sleep(delay).await;
    }
    let trace = line.world.ids().trace();
    delivery::send(reply, call, (&line.peer, &trace)).map_err(|raw| {
        line.peer.leave_raw(raw);
        Abandoned::Raw
    })
}

/// What is done with a request body while it is read.
struct Intake {
    hash: bool,
    keep: bool,
    record: bool,
}

impl Intake {
    /// Reads the body; `None` when it is larger than the limit.
    async fn read(&self, mut body: Incoming, call: &mut Call) -> Result<Option<Bytes>, Abandoned> {
        let mut hasher = Sha256::new();
        let mut kept = Kept::default();
        let mut read = 0_u64;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(Abandoned::Body)?.into_data() else {
                continue;
            };
            read += data.len() as u64;
            if self.hash {
                hasher.update(&data);
                call.body_read(read);
            }
            if read > MAX_BODY {
                return Ok(None);
            }
            if self.keep {
                kept.push(data);
            }
        }
        let bytes = kept.into_bytes();
        if self.hash {
            let record = self.record.then(|| bytes.clone());
            call.body_whole(hex(&hasher.finalize()), record);
        }
        Ok(Some(bytes))
    }
}

/// The parts of a body; one part, the common case, is not copied.
#[derive(Default)]
struct Kept {
    first: Bytes,
    joined: BytesMut,
}

impl Kept {
    fn push(&mut self, part: Bytes) {
        if self.first.is_empty() && self.joined.is_empty() {
            self.first = part;
            return;
        }
        if !self.first.is_empty() {
            self.joined.extend_from_slice(&self.first);
            self.first.clear();
        }
        self.joined.extend_from_slice(&part);
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.freeze()
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
