//! The one router: it decides route and, through it, who must show what.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{any, get, post};
use flowkeep_core::app::App;
use http::{Request, Response, StatusCode, Uri};
use tokio_util::sync::CancellationToken;

use crate::address::{below, protocol_of, wrong_base};
use crate::admin::{self, Admin};
use crate::error::Refusal;
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
            .route("/import_keys", post(admin::import_keys))
            .route("/export_keys", get(admin::export_keys))
            .route("/api/keys", get(admin::api_keys::list))
            .route("/api/key_info", get(admin::api_keys::info))
            .route("/api/stats/overview", get(admin::stats::overview))
            .route("/api/stats/daily", get(admin::stats::daily))
            .route("/api/stats/monthly", get(admin::stats::monthly))
            .route("/logs", get(admin::logs))
            .route("/clear_logs", post(admin::clear_logs))
            .route("/admin/rpc/{command}", post(admin::rpc))
            .route("/admin/events", get(admin::events));
    }
    router
        .fallback(elsewhere)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(shared)
}

/// What has no path of its own: a route of `/v1` without its prefix, a file of
/// the console, or nothing.
async fn elsewhere(State(shared): State<Shared>, request: Request<Body>) -> Response<Body> {
    if below(request.uri().path()).is_some() {
        return proxy::proxy(State(shared), request).await;
    }
    if shared.admin.is_some() {
        return console::console(request.method(), request.uri());
    }
    unknown_path(request.uri())
}

/// 404 that says what to change.
pub(crate) fn unknown_path(uri: &Uri) -> Response<Body> {
    if let Some(refusal) = wrong_base(uri.path()) {
        return refusal.into_response();
    }
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
}
