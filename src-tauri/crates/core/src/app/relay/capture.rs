//! Keeping a request's bodies while they pass, where the user asked for it (D17).
//!
//! Guarantees: nothing is kept of other clients' requests, which pay for a flag
//! only; what passes is neither held up nor changed; no more than the limit of a
//! body is held of it, and of all bodies together no more than [`ROOM`]; what
//! leaves here has neither keys nor tokens in it ([`words`]).
//!
//! The request is kept as it went upstream the first time, so `/responses` is a
//! chat here, and an alias the model behind it. It is copied and not shared:
//! otherwise a body of 8 MiB would stay in memory for its first 64 KiB.

mod sink;
mod words;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use secrecy::{ExposeSecret as _, SecretString};

use self::sink::Sink;
use super::trip::Trip;
use super::{Call, CallBody};
use crate::app::{App, locked};
use crate::model::{ApiKey, Capture, Room};

/// Memory for all bodies that are being kept or wait for the disk.
const ROOM: usize = 32 << 20;
const KIB: usize = 1 << 10;
const HOUR_MS: i64 = 3_600_000;

/// The memory of all bodies.
pub(in crate::app) fn room() -> Arc<Room> {
    Arc::new(Room::of(ROOM))
}

/// The bodies of a request under way.
pub(super) struct Tap {
    /// The body as it was asked with, until it went upstream.
    unsent: Option<Bytes>,
    /// Shared with a body that streams.
    request: Arc<Mutex<Sink>>,
    response: Sink,
    keep_ms: i64,
    /// Keys that the upstream was asked with, and a token of any shape.
    secrets: Secrets,
}

struct Secrets {
    keys: Vec<ApiKey>,
    token: Option<SecretString>,
}

impl Tap {
    /// A tap for a request whose bodies are kept.
    pub(super) fn of(app: &App, call: &Call) -> Option<Box<Self>> {
        if !call.captured || !app.0.records {
            return None;
        }
        let settings = app.effective_settings();
        let most = usize::try_from(settings.capture_body_kib).unwrap_or(0) * KIB;
        let sink = || Sink::new(most, app.0.body_room.share());
        let mut request = sink();
        request.label(&call.headers);
        let unsent = match &call.body {
            CallBody::Whole(body) => Some(body.clone()),
            CallBody::Stream(_) => None,
        };
        Some(Box::new(Self {
            unsent,
            request: Arc::new(Mutex::new(request)),
            response: sink(),
            keep_ms: i64::from(settings.capture_hours) * HOUR_MS,
            secrets: Secrets {
                keys: Vec::new(),
                token: app.0.client_token.clone(),
            },
        }))
    }

    /// A body goes upstream. Only the first one is kept.
    fn sends(&mut self, body: &mut CallBody) {
        match body {
            CallBody::Whole(bytes) => {
                if self.unsent.take().is_some() {
                    locked(&self.request).push(bytes);
                }
            }
            CallBody::Stream(streaming) => {
                let tapped = Tapped {
                    inner: std::mem::take(streaming),
                    sink: Arc::clone(&self.request),
                };
                *streaming = reqwest::Body::wrap(tapped);
            }
        }
    }

    /// The request is over.
    pub(super) fn close(self, now_ms: i64) -> Box<Capture> {
        let mut known: Vec<&str> = self.secrets.keys.iter().map(ApiKey::expose).collect();
        known.extend(self.secrets.token.as_ref().map(SecretString::expose_secret));
        let mut request = {
            let mut shared = locked(&self.request);
            let empty = shared.emptied();
            std::mem::replace(&mut *shared, empty)
        };
        if let Some(unsent) = &self.unsent {
            request.push(unsent);
        }
        let (request, held) = request.close(&known);
        let (response, also_held) = self.response.close(&known);
        Box::new(Capture {
            request,
            response,
            expires_at_ms: now_ms + self.keep_ms,
            held: Some(Arc::new(held.with(also_held))),
        })
    }
}

impl Trip {
    /// The key of an upstream request.
    pub(super) fn asks_with(&mut self, key: &ApiKey) {
        if let Some(tap) = &mut self.tap {
            tap.secrets.keys.push(key.clone());
        }
    }

    /// Its body goes out.
    pub(super) fn sends(&mut self, body: &mut CallBody) {
        if let Some(tap) = &mut self.tap {
            tap.sends(body);
        }
    }

    /// Bytes of the answer pass.
    pub(super) fn passes(&mut self, data: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.response.push(data);
        }
    }

    /// What the client gets, as far as it is known at its head.
    pub(super) fn answers(&mut self, head: &http::response::Parts, body: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.response.label(&head.headers);
            tap.response.push(body);
        }
    }
}

/// A request body that streams past, and is kept as far as the limit goes.
struct Tapped {
    inner: reqwest::Body,
    sink: Arc<Mutex<Sink>>,
}

impl http_body::Body for Tapped {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            locked(&self.sink).push(data);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests;
