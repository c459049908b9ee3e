//! The answer to a browser that asks, before the request proper, what a page of an
//! allowed origin may send (Fetch standard §3.3).

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::answer::harden;

/// What the SDKs for browsers send: the credentials, what goes upstream, and the
/// names that agents give to their conversations. The others are dropped later,
/// but a browser would not send the request without them.
const ALLOWED: [&str; 27] = [
    "accept",
    "accept-language",
    "authorization",
    "baggage",
    "cache-control",
    "content-type",
    "conversation_id",
    "http-referer",
    "idempotency-key",
    "pragma",
    "session-id",
    "session_id",
    "thread-id",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-amp-thread-id",
    "x-api-key",
    "x-claude-code-session-id",
    "x-client-request-id",
    "x-conversation-id",
    "x-enable-watermark",
    "x-request-id",
    "x-session-affinity",
    "x-session-id",
    "x-title",
    "x-trace-id",
];

/// Beginnings of further ones: what `OpenAI`'s SDKs say of themselves.
const ALLOWED_PREFIXES: [&str; 3] = ["anthropic-", "openai-", "x-stainless-"];

/// S4: the exact origin, never `*`, never credentials; of the headers that the
/// page wants to send those that it may.
pub(super) fn answer(origin: &HeaderValue, asked: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    harden(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, DELETE"),
    );
    if let Some(allowed) = allowed_of(asked) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    response
}

/// The asked headers that are allowed, in their order and each once; `None` when
/// there is none.
fn allowed_of(asked: &HeaderMap) -> Option<HeaderValue> {
    let mut allowed: Vec<HeaderName> = Vec::new();
    for list in asked.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        let names = list.as_bytes().split(|byte| *byte == b',');
        for name in names.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok()) {
            if is_allowed(name.as_str()) && !allowed.contains(&name) {
                allowed.push(name);
            }
        }
    }
    let allowed: Vec<&str> = allowed.iter().map(HeaderName::as_str).collect();
    HeaderValue::try_from(allowed.join(", "))
        .ok()
        .filter(|value| !value.is_empty())
}

/// A name in small letters.
fn is_allowed(name: &str) -> bool {
    ALLOWED.contains(&name)
        || ALLOWED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests;
