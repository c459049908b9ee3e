//! What is refused before anything is routed (S3–S5, S11, S12).
//!
//! Any web page can make a browser send requests to localhost; these rules, not
//! the browser, keep it from spending the user's keys. Host and Origin never
//! feed routing or authentication.

mod content;
mod guesses;
mod host;
mod origin;
mod path;
mod preflight;

use axum::body::Body;
use flowkeep_core::app::App;
use http::{HeaderValue, Method, Request, Response, StatusCode};

use crate::address::{protocol_of, wrong_base};
use crate::error::Refusal;

pub use content::check_content_type;
pub(crate) use guesses::{Guesses, Source};
pub use host::host_is_allowed;
pub use path::{PathError, check_path};

/// The rules, with the user's lists behind them.
pub(crate) struct Guard {
    app: App,
}

impl Guard {
    pub(crate) fn new(app: App) -> Self {
        Self { app }
    }

    /// Judges a request by its head. `Some` is a ready answer (a preflight).
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<Option<Response<Body>>, Refusal> {
        let path = request.uri().path();
        self.judge(request)
            .map_err(|refusal| refusal.for_protocol(protocol_of(path)))
    }

    fn judge<B>(&self, request: &Request<B>) -> Result<Option<Response<Body>>, Refusal> {
        let settings = self.app.effective_settings();
        if request.method() == Method::CONNECT {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "no_forward_proxy",
                "this is not a forward proxy; use the address as base URL",
            ));
        }
        host::check(request, &settings.allowed_hosts)?;
        let path = request.uri().path();
        check_path(path).map_err(|error| {
            let doubled = (error == PathError::Empty).then(|| wrong_base(path));
            let plain = || Refusal::new(StatusCode::BAD_REQUEST, "bad_path", error.to_string());
            doubled.flatten().unwrap_or_else(plain)
        })?;
        let allowed = origin::check(request, &settings.allowed_origins)?;
        if request.method() != Method::OPTIONS {
            return Ok(None);
        }
        allowed.map_or_else(
            || {
                Err(Refusal::new(
                    StatusCode::FORBIDDEN,
                    "origin_not_allowed",
                    "preflight requests are answered for allowed origins only",
                ))
            },
            |origin| Ok(Some(preflight::answer(&origin, request.headers()))),
        )
    }
}

/// The origin that an answer names, when the request came from an allowed one.
pub(crate) fn echo_origin(app: &App, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
    let origin = origin?;
    let text = origin.to_str().ok()?;
    let settings = app.effective_settings();
    settings
        .allowed_origins
        .iter()
        .any(|allowed| allowed == text)
        .then(|| origin.clone())
}
