//! `GET /export_keys`: the one way on which keys leave, and only for who shows
//! name and password on that very request (S27). A stolen session is not enough.

use axum::body::Body;
use axum::extract::State;
use http::{HeaderName, HeaderValue, Response, header};

use super::failed;
use crate::answer::harden;
use crate::router::Shared;

/// How many keys are not in the text because their secret cannot be read now.
const MISSING: HeaderName = HeaderName::from_static("x-flowkeep-missing-keys");

/// All keys as text, one per line, in the order of their addition.
pub(crate) async fn export_keys(State(shared): State<Shared>) -> Response<Body> {
    let exported = match shared.app.export_keys().await {
        Ok(exported) => exported,
        Err(error) => return failed(&error),
    };
    let mut text = String::new();
    for key in &exported.keys {
        text.push_str(key.expose());
        text.push('\n');
    }
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    harden(headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"keys.txt\""),
    );
    headers.insert(MISSING, HeaderValue::from(exported.missing));
    response
}
