//! Looking at an upstream answer before a byte of it goes to the client.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;

use super::Call;
use crate::meter::BodyKind;
use crate::model::{ApiKey, Class, Verdict};
use crate::upstream::{
    SendError, UpstreamClient, classify, classify::Opening, headers::strip_response_headers, redact,
};

/// Enough for any error envelope and for the first event of a stream.
const HELD: usize = 64 * 1024;
/// An error body is read whole up to here, so that a key in it can be redacted
/// wherever it stands; what is longer is cut.
const ERROR_BODY: usize = 1024 * 1024;
/// What every key begins with.
const KEY_PREFIX: &[u8] = b"sk-";
/// Stands for an error that came compressed: it could not be searched for keys,
/// so it is not passed on (S16).
const ENCODED_ERROR: &[u8] = b"{\"code\":null,\"message\":\"the upstream sent this error \
    compressed, though plain text was asked for; its words were dropped\",\"data\":null}";
/// An upstream that sent its head must not dawdle over an error body.
const ERROR_BODY_WAIT: Duration = Duration::from_secs(10);

/// One upstream request and what came of it.
pub(super) enum Attempt {
    /// An HTTP answer, good or bad.
    Answered(Box<Answer>),
    /// None.
    Failed(SendError),
}

impl Attempt {
    /// What it means.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Answered(answer) => answer.verdict.clone(),
            Self::Failed(error) => {
                let mut verdict = Verdict::plain(error.class());
                verdict.evidence.text = error.detail();
                verdict
            }
        }
    }
}

/// An HTTP answer whose beginning was looked at.
pub(super) struct Answer {
    /// Status and headers, stripped.
    pub(super) head: http::response::Parts,
    /// What was read of the body.
    pub(super) prefix: Bytes,
    /// The rest of it; absent for errors, which are read whole.
    pub(super) rest: Option<reqwest::Body>,
    /// How its usage is read.
    pub(super) kind: BodyKind,
    /// What it means.
    pub(super) verdict: Verdict,
}

impl Answer {
    /// Reads as much of the answer as is needed to know what it means: an error
    /// whole, a stream up to its first event, JSON up to where an error shows.
    pub(super) async fn look(
        response: http::Response<reqwest::Body>,
        call: &Call,
        key: &ApiKey,
        upstream: &UpstreamClient,
        now_unix_ms: i64,
    ) -> Attempt {
        let (mut head, body) = response.into_parts();
        strip_response_headers(&mut head.headers);
        redact_headers(&mut head, key);
        // The upstream's own words behind the status, among others.
        head.extensions.clear();
        if head.status.is_success() {
            let waiting = Self::look_at_success(head, body, call);
            let first_byte = upstream.deadlines().first_byte;
            return match tokio::time::timeout(first_byte, waiting).await {
                Ok(attempt) => attempt,
                Err(_) => Attempt::Failed(SendError::TimedOut(first_byte)),
            };
        }
        Attempt::Answered(Box::new(
            Self::read_error(head, body, call, key, now_unix_ms).await,
        ))
    }

    async fn look_at_success(
        head: http::response::Parts,
        mut body: reqwest::Body,
        call: &Call,
    ) -> Attempt {
        // `HEAD` has no body whose absence could mean anything.
        if is_encoded(&head.headers) || call.method == http::Method::HEAD {
            return Attempt::Answered(Box::new(Self::unread(head, body, call)));
        }
        let content_type = content_type(&head);
        let kind = BodyKind::of(call.route.protocol(), content_type.as_deref());
        let mut prefix = Bytes::new();
        if needs_look(content_type.as_deref(), kind) {
            match hold(&mut body, kind).await {
                Ok(bytes) => prefix = bytes,
                Err(error) => return Attempt::Failed(SendError::NoAnswer(error.into())),
            }
        }
        let broken = classify::inspect_success(content_type.as_deref(), &prefix, call.stream);
        let mut verdict = broken.unwrap_or_else(|| Verdict::plain(Class::Success));
        verdict.evidence.status = Some(head.status.as_u16());
        Attempt::Answered(Box::new(Self {
            head,
            prefix,
            rest: Some(body),
            kind,
            verdict,
        }))
    }

    /// A good answer in an encoding that nobody asked for: it passes as it is,
    /// and what it says stays unknown (S37).
    fn unread(head: http::response::Parts, body: reqwest::Body, call: &Call) -> Self {
        // A page is none, whatever it says.
        let page = content_type(&head).filter(|named| named.starts_with("text/html"));
        let broken = page.and_then(|page| classify::inspect_success(Some(&page), b"", call.stream));
        let mut verdict = broken.unwrap_or_else(|| Verdict::plain(Class::Success));
        verdict.evidence.status = Some(head.status.as_u16());
        Self {
            head,
            prefix: Bytes::new(),
            rest: Some(body),
            kind: BodyKind::Opaque,
            verdict,
        }
    }

    async fn read_error(
        mut head: http::response::Parts,
        body: reqwest::Body,
        call: &Call,
        key: &ApiKey,
        now_unix_ms: i64,
    ) -> Self {
        let bytes = if is_encoded(&head.headers) {
            let json = HeaderValue::from_static("application/json");
            head.headers.insert(header::CONTENT_TYPE, json);
            head.headers.remove(header::CONTENT_ENCODING);
            Bytes::from_static(ENCODED_ERROR)
        } else {
            let reading = read_up_to(body, ERROR_BODY);
            let read = tokio::time::timeout(ERROR_BODY_WAIT, reading).await;
            redact_body(read.unwrap_or_default(), key)
        };
        head.headers.remove(header::CONTENT_LENGTH);
        let retry_after = head
            .headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let verdict = classify::classify(
            head.status.as_u16(),
            retry_after,
            &bytes[..bytes.len().min(HELD)],
            call.model.as_deref(),
            now_unix_ms,
        );
        Self {
            head,
            prefix: bytes,
            rest: None,
            kind: BodyKind::Opaque,
            verdict,
        }
    }
}

/// Whether the body is compressed, though plain bytes were asked for.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(header::CONTENT_ENCODING);
    encodings.iter().any(|value| {
        let name = value.as_bytes().trim_ascii();
        !name.is_empty() && !name.eq_ignore_ascii_case(b"identity")
    })
}

fn content_type(head: &http::response::Parts) -> Option<String> {
    let value = head.headers.get(header::CONTENT_TYPE)?;
    Some(value.to_str().ok()?.to_ascii_lowercase())
}

/// Audio and the like need no look; a page or an unnamed type does.
fn needs_look(content_type: Option<&str>, kind: BodyKind) -> bool {
    kind != BodyKind::Opaque
        || content_type.is_none_or(|content_type| content_type.starts_with("text/"))
}

/// Waits until the beginning tells an answer from an error: for the first bytes
/// that are no blanks, with which some upstreams keep a connection alive, for the
/// end of what may be an envelope, and in a stream for the first whole event.
async fn hold(body: &mut reqwest::Body, kind: BodyKind) -> Result<Bytes, reqwest::Error> {
    let stream = matches!(kind, BodyKind::OpenAiSse | BodyKind::AnthropicSse);
    let mut opening = Opening::new(stream);
    let Some(first) = next_data(body).await? else {
        return Ok(Bytes::new());
    };
    if opening.suffices(&first) {
        return Ok(first);
    }
    let mut held = BytesMut::from(first);
    while held.len() < HELD && !opening.suffices(&held) {
        let Some(data) = next_data(body).await? else {
            break;
        };
        held.extend_from_slice(&data);
    }
    Ok(held.freeze())
}

/// The next piece of the body that is not empty.
async fn next_data(body: &mut reqwest::Body) -> Result<Option<Bytes>, reqwest::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data()
            && !data.is_empty()
        {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// A broken error body still tells what it told.
async fn read_up_to(mut body: reqwest::Body, most: usize) -> Bytes {
    let mut read = BytesMut::new();
    while read.len() < most
        && let Ok(Some(data)) = next_data(&mut body).await
    {
        read.extend_from_slice(&data);
    }
    read.truncate(most);
    read.freeze()
}

/// S16: an upstream that quotes a key, this one or another it once got, does
/// not quote it to the client. A body without any passes untouched.
fn redact_body(body: Bytes, key: &ApiKey) -> Bytes {
    if memchr::memmem::find(&body, KEY_PREFIX).is_none() {
        return body;
    }
    let mut redactor = redact::Redactor::new(&[key.expose()]);
    let mut clean = redactor.push(&body);
    clean.extend_from_slice(&redactor.finish());
    Bytes::from(clean)
}

fn redact_headers(head: &mut http::response::Parts, key: &ApiKey) {
    let quotes = |value: &HeaderValue| {
        if memchr::memmem::find(value.as_bytes(), KEY_PREFIX).is_none() {
            return false;
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        redact::redact(&text, &[key.expose()]) != text
    };
    let quoting: Vec<_> = head
        .headers
        .iter()
        .filter(|(_, value)| quotes(value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in quoting {
        head.headers.remove(name);
    }
}
