//! The one router: it decides route and, through it, who must show what.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::routing::{any, get, post};
use flowkeep_core::app::App;
use http::{Response, StatusCode, Uri};
use tokio_util::sync::CancellationToken;

use crate::admin::{self, Admin};
use crate::error::Refusal;
use crate::guard::protocol_of;
use crate::{console, health, proxy};

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) admin: Option<Arc<Admin>>,
    /// Fires when the drain has taken too long.
    pub(crate) abort: CancellationToken,
}

/// All routes. The admin surface exists only with an admin (D15).
pub(crate) fn router(shared: Shared) -> Router {
    let mut router = Router::new()
        .route("/health", get(health::health))
        .route("/v1/{*path}", any(proxy::proxy));
    if shared.admin.is_some() {
        router = router
            .route("/login", post(admin::login))
            .route("/logout", post(admin::logout))
            .route("/admin/rpc/{command}", post(admin::rpc))
            .route("/admin/events", get(admin::events))
            .fallback(console::console);
    } else {
        router = router.fallback(not_found);
    }
    router
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(shared)
}

async fn not_found(State(_): State<Shared>, uri: Uri) -> Response<Body> {
    unknown_path(&uri)
}

/// 404 that says what to change.
pub(crate) fn unknown_path(uri: &Uri) -> Response<Body> {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "not_found",
        format!(
            "nothing is at {}; the base URL for tools ends in /v1",
            uri.path()
        ),
    )
    .for_protocol(protocol_of(uri.path()))
    .into_response()
}

async fn method_not_allowed(uri: Uri) -> Response<Body> {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{} does not take this method", uri.path()),
    )
    .for_protocol(protocol_of(uri.path()))
    .into_response()
    .into_response()
}
