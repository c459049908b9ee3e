//! `GET /health`: for monitors and for people; no secrets, no login.

use axum::body::Body;
use axum::extract::State;
use flowkeep_contract::{RefreshStatus, VaultState};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::answer::harden;
use crate::router::Shared;

pub(crate) async fn health(State(shared): State<Shared>) -> Response<Body> {
    let status = shared.app.status();
    let trouble = status.storage_trouble.as_deref();
    let serves = status.keys.usable > 0 && status.vault.state == VaultState::Ready;
    let word = if trouble.is_some() || !serves {
        "degraded"
    } else {
        "ok"
    };
    let body = json!({
        "status": word,
        "version": status.version,
        "gateway": status.gateway,
        "database": trouble.unwrap_or("ok"),
        "keys": status.keys,
        "vault": status.vault,
        "refresh": refresh(&shared.app.refreshing()),
        "in_flight": status.in_flight,
        "dropped_records": status.dropped_records,
        "started_at_ms": status.started_at_ms,
    });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::OK;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    harden(response.headers_mut());
    response
}

/// The refresh task (design §4): whether it is on, under way, and how it went.
fn refresh(status: &RefreshStatus) -> Value {
    json!({
        "enabled": status.interval_s > 0,
        "interval_s": status.interval_s,
        "next_at_ms": status.next_at_ms,
        "running": status.running,
        "last": status.last,
    })
}
