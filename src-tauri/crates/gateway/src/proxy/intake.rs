//! Taking a request body: whole up to the replay limit, streamed above it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use flowkeep_core::app::{CallBody, Form, Settings, peek};
use flowkeep_core::model::Route;
use flowkeep_core::upstream::UploadError;
use http::{HeaderMap, StatusCode, header};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, Sleep};

use super::images;
use crate::error::Refusal;

/// Multipart uploads may be this long: a file of 1 GiB and the form around it.
/// They are never held whole.
const UPLOAD_CAP: u64 = (1 << 30) + (1 << 20);
/// What is held of an upload that is known to be too long for a replay: its
/// short fields may stand there.
const UPLOAD_HEAD: u64 = 64 * 1024;
/// What is held of an upload that does not tell how long it is; most are long.
const UPLOAD_UNTOLD: u64 = 1 << 20;

/// A body that was looked at.
pub(super) struct Taken {
    pub(super) body: CallBody,
    pub(super) model: Option<Arc<str>>,
    pub(super) stream: bool,
}

impl Taken {
    fn unread() -> Self {
        Self {
            body: CallBody::Whole(Bytes::new()),
            model: None,
            stream: false,
        }
    }
}

/// Reads the body up to the replay limit and finds `model` and `stream`.
pub(super) async fn take(
    headers: &HeaderMap,
    mut body: Body,
    route: &Route,
    settings: &Settings,
) -> Result<Taken, Refusal> {
    let json = is_json(headers);
    let cap = if json {
        settings.json_body_limit()
    } else {
        UPLOAD_CAP
    };
    let length = body.size_hint().exact();
    if length.is_some_and(|length| length > cap) {
        return Err(too_large(cap));
    }
    let replay = settings.replay_limit();
    let held_most = match length {
        Some(length) if !json && length > replay => UPLOAD_HEAD,
        None if !json => replay.min(UPLOAD_UNTOLD),
        _ => replay,
    };
    let subject = Subject { headers, route };
    let idle = settings.upload_idle();
    let mut held = BytesMut::new();
    let mut whole = None;
    while let Some(data) = next_data(&mut body, idle).await? {
        if held.is_empty() && body.is_end_stream() {
            whole = Some(data);
            break;
        }
        held.extend_from_slice(&data);
        if held.len() as u64 > cap {
            return Err(too_large(cap));
        }
        if held.len() as u64 > held_most {
            return stream_on(held.freeze(), body, Limits { cap, idle }, &subject);
        }
    }
    let mut bytes = whole.unwrap_or_else(|| held.freeze());
    let looked = look(&bytes, true, &subject)?;
    if *route == Route::ImageGenerations && json {
        bytes = images::translated(bytes);
    }
    Ok(Taken {
        body: CallBody::Whole(bytes),
        ..looked
    })
}

/// Reads a body whole, when it has at most `cap` bytes and does not dawdle (S10).
pub(crate) async fn take_whole(mut body: Body, cap: u64, idle: Duration) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > cap {
        return Err(too_large(cap));
    }
    let mut held = BytesMut::new();
    while let Some(data) = next_data(&mut body, idle).await? {
        held.extend_from_slice(&data);
        if held.len() as u64 > cap {
            return Err(too_large(cap));
        }
    }
    Ok(held.freeze())
}

#[derive(Clone, Copy)]
struct Limits {
    cap: u64,
    idle: Duration,
}

fn stream_on(
    held: Bytes,
    rest: Body,
    limits: Limits,
    subject: &Subject<'_>,
) -> Result<Taken, Refusal> {
    let looked = look(&held, false, subject)?;
    let body = Upload {
        left: limits.cap.saturating_sub(held.len() as u64),
        rest_hint: rest.size_hint(),
        held,
        rest: Mutex::new(rest),
        idle_limit: limits.idle,
        idle: Box::pin(tokio::time::sleep(limits.idle)),
    };
    Ok(Taken {
        body: CallBody::Stream(reqwest::Body::wrap(body)),
        ..looked
    })
}

/// What a body belongs to.
struct Subject<'a> {
    headers: &'a HeaderMap,
    route: &'a Route,
}

fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = content_type(headers).split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Finds `model` and `stream` in what is at hand of a body.
fn look(bytes: &[u8], whole: bool, subject: &Subject<'_>) -> Result<Taken, Refusal> {
    let named = content_type(subject.headers);
    if let Some(form) = Form::new(named, bytes) {
        return look_at_form(&form, bytes, whole);
    }
    let needs_model = subject.route.needs_model();
    // Many clients name the type also where they send no body.
    if !is_json(subject.headers) || (bytes.is_empty() && !needs_model) {
        return Ok(Taken::unread());
    }
    let peeked = peek(bytes, whole).map_err(|error| {
        let why = std::error::Error::source(&error).map(ToString::to_string);
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("the body is not a JSON object: {}", why.unwrap_or_default()),
        )
    })?;
    if needs_model && whole && peeked.model.as_deref().is_none_or(str::is_empty) {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "model_missing",
            "the body has no \"model\"; name one that GET /v1/models lists",
        ));
    }
    Ok(Taken {
        model: peeked.model.map(Arc::from),
        stream: peeked.stream,
        ..Taken::unread()
    })
}

/// What a form lacks is the upstream's to say; that it is none is ours.
fn look_at_form(form: &Form<'_>, bytes: &[u8], whole: bool) -> Result<Taken, Refusal> {
    if whole && !form.has_parts() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_multipart",
            "the body has no part: the boundary that the content type names never appears in it",
        ));
    }
    let model = form
        .text("model")
        .and_then(|span| std::str::from_utf8(&bytes[span]).ok())
        .filter(|model| !model.is_empty());
    Ok(Taken {
        model: model.map(Arc::from),
        ..Taken::unread()
    })
}

async fn next_data(body: &mut Body, idle: Duration) -> Result<Option<Bytes>, Refusal> {
    loop {
        let Ok(frame) = tokio::time::timeout(idle, body.frame()).await else {
            return Err(Refusal::new(
                StatusCode::REQUEST_TIMEOUT,
                "upload_timeout",
                format!("no byte of the body came for {idle:?}"),
            ));
        };
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(error)) => {
                return Err(Refusal::new(
                    StatusCode::BAD_REQUEST,
                    "body_incomplete",
                    format!("the body broke off: {error}"),
                ));
            }
        }
    }
}

fn too_large(cap: u64) -> Refusal {
    let size = match cap >> 20 {
        0 => format!("{} KiB", cap >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    };
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("the body is larger than {size}"),
    )
}

/// What was held and what still comes, with the cap and the idle limit.
struct Upload {
    held: Bytes,
    /// Never locked: it makes a body that is `Send` also `Sync`, as reqwest wants.
    rest: Mutex<Body>,
    /// The hint of the rest when it was handed over, less what has passed.
    rest_hint: SizeHint,
    left: u64,
    idle_limit: Duration,
    idle: Pin<Box<Sleep>>,
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = UploadError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadError>>> {
        let this = self.get_mut();
        if !this.held.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.held)))));
        }
        let rest = this.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        match Pin::new(rest).poll_frame(cx) {
            Poll::Pending => this
                .idle
                .as_mut()
                .poll(cx)
                .map(|()| Some(Err(UploadError::Idle))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => {
                Poll::Ready(Some(Err(UploadError::BrokeOff(error.into()))))
            }
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                if length > this.left {
                    return Poll::Ready(Some(Err(UploadError::TooLarge)));
                }
                this.left -= length;
                if let Some(exact) = this.rest_hint.exact() {
                    this.rest_hint = SizeHint::with_exact(exact.saturating_sub(length));
                }
                let due = Instant::now() + this.idle_limit;
                this.idle.as_mut().reset(due);
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest_hint.exact() {
            Some(rest) => SizeHint::with_exact(rest + self.held.len() as u64),
            None => SizeHint::new(),
        }
    }
}
