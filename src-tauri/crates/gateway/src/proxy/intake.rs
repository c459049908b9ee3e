//! Taking a request body: whole up to the replay limit, streamed above it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use flowkeep_core::app::{CallBody, Form, Settings, peek};
use flowkeep_core::model::Route;
use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use super::images;
use super::upload::Upload;
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
    if subject.has_image_fields() {
        bytes = images::translated(bytes, true);
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
    let left = limits.cap.saturating_sub(held.len() as u64);
    let held = if subject.has_image_fields() {
        images::translated(held, false)
    } else {
        held
    };
    let body = Upload::new(held, rest, left, limits.idle);
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

impl Subject<'_> {
    /// The vendor calls fields of it otherwise than OpenAI.
    fn has_image_fields(&self) -> bool {
        *self.route == Route::ImageGenerations && is_json(self.headers)
    }
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
