//! The admin surface: login, commands, events. Off unless there is an admin (D15).

pub(crate) mod api_keys;
mod export;
pub(crate) mod exports;
mod figures;
mod gate;
mod import;
mod logs;
mod metrics;
mod query;
mod refresh;
mod session;
pub(crate) mod stats;

use axum::Json;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use flowkeep_contract::{ApiError, ErrorCode, Event};
use flowkeep_core::app::App;
use flowkeep_core::model::BodyRule;
use flowkeep_core::upstream::redact::redact;
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

pub(crate) use self::export::export_keys;
pub(crate) use self::gate::{Gate, gate};
pub(crate) use self::import::import_keys;
pub(crate) use self::logs::{clear_logs, logs};
pub(crate) use self::metrics::metrics;
pub(crate) use self::refresh::refresh;
pub(crate) use self::session::Admin;
pub use self::session::AdminAccess;
use self::session::Shown;
use crate::answer::harden;
use crate::error::Refusal;
use crate::guard::{Source, check_content_type};
use crate::proxy::intake::take_whole;
use crate::router::Shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    username: String,
    password: String,
}

/// Bytes of a login.
const LOGIN_BODY: u64 = 16 * 1024;
/// Bytes of a command: an import of 16 MiB, escaped.
const COMMAND_BODY: u64 = 34 * 1024 * 1024;

/// `POST /login`.
pub(crate) async fn login(State(shared): State<Shared>, request: Request<Body>) -> Response<Body> {
    let source = Source::of(&request);
    let body = match json_body(&shared, request, LOGIN_BODY).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let Ok(login) = serde_json::from_slice::<Login>(&body) else {
        let message = "send {\"username\":…,\"password\":…}";
        return failed(&ApiError::new(ErrorCode::InvalidRequest, message));
    };
    let is_right = |admin: &Admin| admin.knows(&login.username, &login.password);
    if let Err(denied) = gate::check_password(&shared, source, is_right) {
        return gate::refusal(&denied, "wrong user name or password");
    }
    let now = shared.app.now();
    match shared.admin.as_ref().and_then(|admin| admin.open(now)) {
        Some(session) => done(&session),
        None => failed(&ApiError::new(ErrorCode::Internal, "internal error")),
    }
}

/// `POST /logout`: ends the session that was shown; a password has none to end.
pub(crate) async fn logout(State(shared): State<Shared>, headers: HeaderMap) -> Response<Body> {
    if let Some(admin) = &shared.admin {
        admin.logout(&headers);
    }
    done(&json!({}))
}

/// `POST /admin/rpc/{command}`: the commands of the contract.
pub(crate) async fn rpc(
    State(shared): State<Shared>,
    Path(command): Path<String>,
    request: Request<Body>,
) -> Response<Body> {
    let body = match json_body(&shared, request, COMMAND_BODY).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    match dispatch(&shared.app, &command, &body).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

/// `GET /admin/events`: what the engine tells, as server-sent events.
pub(crate) async fn events(State(shared): State<Shared>, headers: HeaderMap) -> Response<Body> {
    let receiver = shared.app.subscribe();
    let shown = Shown::of(&headers);
    let closing = shared.app.closing();
    let hello = futures_util::stream::once(async { Ok(Bytes::from_static(b": connected\n\n")) });
    let events = futures_util::stream::unfold(receiver, |mut receiver| async {
        let event = match receiver.recv().await {
            Ok(event) => event,
            // What was missed is unknown, so everything is read again.
            Err(RecvError::Lagged(_)) => Event::everything_changed(),
            Err(RecvError::Closed) => return None,
        };
        let json = serde_json::to_string(&event).unwrap_or_default();
        let frame = Bytes::from(format!("data: {json}\n\n"));
        Some((Ok::<_, std::convert::Infallible>(frame), receiver))
    });
    // A stream ends with the session that opened it (S39).
    let is_admitted = move || {
        let (admin, shown) = (shared.admin.as_ref(), shown.as_ref());
        let now = shared.app.now();
        admin
            .zip(shown)
            .is_some_and(|(admin, shown)| admin.still_admits(shown, now))
    };
    let events = events.take_while(move |_| std::future::ready(is_admitted()));
    let stream = hello.chain(events).take_until(closing.cancelled_owned());
    let mut response = Response::new(Body::from_stream(stream));
    let kind = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    harden(response.headers_mut());
    response
}

/// The body of a JSON request; nothing is read before the head is in order.
async fn json_body(shared: &Shared, request: Request<Body>, cap: u64) -> Result<Bytes, Refusal> {
    check_content_type(request.headers(), BodyRule::Json, true)?;
    let idle = shared.app.effective_settings().upload_idle();
    take_whole(request.into_body(), cap, idle).await
}

macro_rules! dispatcher {
    ($($name:ident: $request:ty => $response:ty;)*) => {
        async fn dispatch(app: &App, command: &str, body: &[u8]) -> Result<Response<Body>, ApiError> {
            match command {
                $(stringify!($name) => app.$name(parse(body)?).await.map(|answer| done(&answer)),)*
                _ => Err(ApiError::new(
                    ErrorCode::UnknownCommand,
                    format!("there is no command {command:?}"),
                )),
            }
        }
    };
}
flowkeep_contract::commands!(dispatcher);

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(ErrorCode::InvalidRequest, error.to_string()))
}

fn done(answer: &impl Serialize) -> Response<Body> {
    let mut response = Json(answer).into_response();
    harden(response.headers_mut());
    response
}

fn failed(error: &ApiError) -> Response<Body> {
    let status = match error.code {
        ErrorCode::InvalidRequest | ErrorCode::NothingToImport | ErrorCode::InvalidSetting => {
            StatusCode::BAD_REQUEST
        }
        ErrorCode::ImportTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::ImportRunning | ErrorCode::ChangedMeanwhile => StatusCode::CONFLICT,
        ErrorCode::ImportExpired => StatusCode::GONE,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::UnknownCommand | ErrorCode::NotFound | ErrorCode::TokenRevoked => {
            StatusCode::NOT_FOUND
        }
        ErrorCode::DesktopOnly => StatusCode::NOT_IMPLEMENTED,
        ErrorCode::VaultLocked | ErrorCode::VaultUnavailable | ErrorCode::Storage => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ErrorCode::PortTaken | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // A message may quote what was sent, which may be a key by mistake (S17, S27).
    let redacted = ApiError {
        message: redact(&error.message, &[]),
        ..error.clone()
    };
    let mut response = done(&redacted);
    *response.status_mut() = status;
    response
}
