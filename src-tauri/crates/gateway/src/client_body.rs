//! The body of a request, as long as anybody needs it.
//!
//! Once the answer has been given, nobody does: an upstream that refused an
//! upload in the middle is not sent the rest of it, and a client that sends all
//! before it reads is not held up by an upstream that takes no more.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;

use crate::connection::ClientSocket;

/// The answer had been given before the body came to its end.
#[derive(Debug, thiserror::Error)]
#[error("the answer had been given")]
struct Answered;

/// The body while it is needed, and who waits for its next piece.
struct Rest {
    incoming: Option<Incoming>,
    waiting: Option<Waker>,
}

/// What a request's body and its answer share.
struct Shared {
    rest: Mutex<Rest>,
    socket: Arc<ClientSocket>,
}

/// A request's body that tells its connection how far it has come.
pub(crate) struct ClientBody(Arc<Shared>);

/// Ends a request's body together with the answer.
pub(crate) struct BodyEnd(Arc<Shared>);

/// The body, and what must be given to [`BodyEnd::come_with`] the answer.
pub(crate) fn client_body(incoming: Incoming, socket: Arc<ClientSocket>) -> (ClientBody, BodyEnd) {
    socket.set_body_is_open(!incoming.is_end_stream());
    let rest = Rest {
        incoming: Some(incoming),
        waiting: None,
    };
    let shared = Arc::new(Shared {
        rest: Mutex::new(rest),
        socket,
    });
    (ClientBody(Arc::clone(&shared)), BodyEnd(shared))
}

impl Shared {
    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for ClientBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut rest = self.0.rest();
        let Some(incoming) = &mut rest.incoming else {
            return Poll::Ready(Some(Err(Answered.into())));
        };
        let polled = Pin::new(&mut *incoming).poll_frame(cx);
        let is_open = !incoming.is_end_stream();
        if polled.is_pending() {
            rest.waiting = Some(cx.waker().clone());
        }
        let frame = ready!(polled);
        self.0.socket.set_body_is_open(is_open && frame.is_some());
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        let rest = self.0.rest();
        rest.incoming.as_ref().is_some_and(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.0.rest();
        let hint = rest.incoming.as_ref().map(HttpBody::size_hint);
        hint.unwrap_or_default()
    }
}

impl BodyEnd {
    /// The answer; when it comes before the end of the body, the body ends with
    /// it and no other request can follow.
    pub(crate) fn come_with(self, response: Response<Body>) -> Response<Body> {
        if !self.0.socket.body_is_open() {
            return response;
        }
        let mut response = response.map(|body| Body::new(LastWord { body, _end: self }));
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        response
    }
}

impl Drop for BodyEnd {
    fn drop(&mut self) {
        if !self.0.socket.body_is_open() {
            return;
        }
        let mut rest = self.0.rest();
        rest.incoming = None;
        if let Some(waiting) = rest.waiting.take() {
            waiting.wake();
        }
    }
}

/// An answer with whose end the body of its request ends.
struct LastWord {
    body: Body,
    _end: BodyEnd,
}

impl HttpBody for LastWord {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
