//! One request and its answer, from the head to the delivery.

use std::sync::Arc;

use http::request::Parts;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio_util::sync::CancellationToken;

use crate::delivery::{self, AnswerBody};
use crate::intake::Intake;
use crate::ledger::{Arrival, Call};
use crate::reply::Reply;
use crate::routes::{self, Route, control, outputs};
use crate::wire::Peer;
use crate::world::World;

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
    if let Some(name) = head.uri.path().strip_prefix(outputs::PREFIX) {
        return Ok(outputs::answer(&head, name));
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
        record: line.world.switches().record_bodies,
        wanted: route.wants_body(),
    };
    let submission = intake
        .read((&head.headers, body), &mut call)
        .await
        .map_err(Abandoned::Body)?;
    let reply = routes::answer(&line.world, route, (&head, &submission), &mut call);
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
