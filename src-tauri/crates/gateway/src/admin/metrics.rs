//! `GET /metrics`: figures in the Prometheus text format.

use axum::body::Body;
use axum::extract::State;
use http::{HeaderValue, Response, header};

use crate::answer::harden;
use crate::router::Shared;

/// What the gateway has done since its start, and how it is now.
pub(crate) async fn metrics(State(shared): State<Shared>) -> Response<Body> {
    let (text, content_type) = shared.app.metrics_text();
    let mut response = Response::new(Body::from(text));
    let content_type = HeaderValue::from_static(content_type);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    harden(headers);
    response
}
