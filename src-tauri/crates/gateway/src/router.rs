//! The one router: it decides route and, through it, who must show what.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use flowkeep_core::app::App;
use http::{Request, Response, StatusCode, Uri};
use tokio_util::sync::CancellationToken;

use crate::address::{below, protocol_of, wrong_base};
use crate::admin::{self, Admin, Gate, gate};
use crate::error::Refusal;
use crate::guard::{Guesses, Source};
use crate::{console, health, proxy};

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) admin: Option<Arc<Admin>>,
    pub(crate) guesses: Arc<GuessLimits>,
    /// Fires when the drain has taken too long.
    pub(crate) abort: CancellationToken,
}

/// Who guesses what (S9).
pub(crate) struct GuessLimits {
    /// Tokens of clients and of the console's sessions.
    pub(crate) tokens: Guesses,
    /// The admin's password.
    pub(crate) passwords: Guesses,
}

impl Default for GuessLimits {
    fn default() -> Self {
        Self {
            tokens: Guesses::of("token"),
            passwords: Guesses::of("password"),
        }
    }
}

impl Shared {
    /// Notes a token that opens nothing here. `Some` when its source should have
    /// rested, and for how long. A token of ours is no guess, wherever it is shown
    /// and whatever has become of it (S9).
    pub(crate) async fn wrong_token(&self, token: &str, source: Source) -> Option<Duration> {
        if self.has_issued(token) {
            return None;
        }
        // Another process may have made it a moment ago.
        self.app.take_up_commits().await;
        if self.has_issued(token) {
            return None;
        }
        self.guesses.tokens.wrong(source, self.app.now())
    }

    /// Whether it is a client's token or a session's, in force or not any more.
    fn has_issued(&self, token: &str) -> bool {
        let admin = self.admin.as_deref();
        self.app.has_issued_token(token) || admin.is_some_and(|admin| admin.has_opened(token))
    }
}

/// Who may use an admin route (S40).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; the route judges what is sent.
    Open,
    /// Whoever has a session, or shows name and password.
    Admin,
    /// Whoever shows name and password on that very request (S27).
    Password,
    /// As for [`Access::Admin`]; everybody who reaches it, where the user has opened
    /// it and the gateway listens on loopback only.
    Metrics,
}

/// A row of the table of admin routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminRoute {
    /// `get` or `post`.
    pub method: &'static str,
    /// Path, with parameters in braces.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// Makes the table, and the router that obeys it.
macro_rules! admin_routes {
    ($($method:ident $path:literal $access:ident => $handler:expr;)*) => {
        /// All routes of the admin surface.
        pub const ADMIN_ROUTES: &[AdminRoute] = &[$(AdminRoute {
            method: stringify!($method),
            path: $path,
            access: Access::$access,
        }),*];

        fn admin_router(shared: &Shared) -> Router<Shared> {
            Router::new()$(.route(
                $path,
                $method($handler).route_layer(from_fn_with_state(
                    Gate { shared: shared.clone(), access: Access::$access },
                    gate,
                )),
            ))*
        }
    };
}

admin_routes! {
    post "/login" Open => admin::login;
    post "/logout" Admin => admin::logout;
    post "/import_keys" Admin => admin::import_keys;
    post "/refresh" Admin => admin::refresh;
    get "/export_keys" Password => admin::export_keys;
    get "/api/keys" Admin => admin::api_keys::list;
    get "/api/key_info" Admin => admin::api_keys::info;
    get "/api/stats/overview" Admin => admin::stats::overview;
    get "/api/stats/daily" Admin => admin::stats::daily;
    get "/api/stats/monthly" Admin => admin::stats::monthly;
    get "/logs" Admin => admin::logs;
    post "/clear_logs" Admin => admin::clear_logs;
    get "/admin/export/requests" Admin => admin::exports::requests;
    post "/admin/rpc/{command}" Admin => admin::rpc;
    get "/admin/events" Admin => admin::events;
    get "/metrics" Metrics => admin::metrics;
}

/// All routes. The admin surface exists only with an admin (D15).
pub(crate) fn router(shared: Shared) -> Router {
    let mut router = Router::new()
        .route("/health", get(health::health))
        .route("/v1/{*path}", any(proxy::proxy));
    if shared.admin.is_some() {
        router = router.merge(admin_router(&shared));
    } else {
        // Its own switch decides.
        let before = Gate {
            shared: shared.clone(),
            access: Access::Metrics,
        };
        let metrics = get(admin::metrics).route_layer(from_fn_with_state(before, gate));
        router = router.route("/metrics", metrics);
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
