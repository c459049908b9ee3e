//! `POST /refresh`, as the older pool had it: it answers when all keys were asked
//! about. Unlike there, no key is ever removed.

use axum::body::Body;
use axum::extract::State;
use flowkeep_contract::{RefreshReport, RefreshRequest};
use http::Response;
use serde::Serialize;

use super::{done, failed};
use crate::router::Shared;

/// The older pool's words, and the whole report.
#[derive(Serialize)]
struct Answer {
    message: String,
    #[serde(flatten)]
    report: RefreshReport,
}

/// Asks about all keys and balances; joins in when that is under way.
pub(crate) async fn refresh(State(shared): State<Shared>) -> Response<Body> {
    match shared.app.refresh(RefreshRequest::default()).await {
        Ok(report) => done(&Answer {
            message: message(&report),
            report,
        }),
        Err(error) => failed(&error),
    }
}

fn message(report: &RefreshReport) -> String {
    let word = if report.cancelled {
        "已取消"
    } else {
        "完成"
    };
    format!(
        "刷新{word}，共检查 {} 个 key：有效 {} 个，无效 {} 个，未能检查 {} 个",
        report.checked, report.valid, report.invalid, report.failed
    )
}
