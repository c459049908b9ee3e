//! `POST /import_keys`, as the older pool had it.

use axum::body::Body;
use axum::extract::State;
use flowkeep_contract::{ApiError, ErrorCode, ImportKeysRequest, ImportReport};
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{COMMAND_BODY, done, failed, json_body, parse};
use crate::router::Shared;

/// `{"keys":"one\nper line"}`, or an array.
#[derive(Deserialize)]
struct Keys {
    keys: Value,
}

/// The older pool's words, and the whole report.
#[derive(Serialize)]
struct Answer {
    message: String,
    #[serde(flatten)]
    report: ImportReport,
}

/// Checks and adds keys, and reports line by line.
pub(crate) async fn import_keys(
    State(shared): State<Shared>,
    request: Request<Body>,
) -> Response<Body> {
    let body = match json_body(&shared, request, COMMAND_BODY).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let text = match parse::<Keys>(&body).and_then(|keys| text_of(keys.keys)) {
        Ok(text) => text,
        Err(error) => return failed(&error),
    };
    let import = shared.app.import_keys(ImportKeysRequest {
        text,
        validate: true,
        force: false,
    });
    match import.await {
        Ok(report) => done(&Answer {
            message: message(&report),
            report,
        }),
        Err(error) => failed(&error),
    }
}

/// Text is imported as it is; anything else as JSON.
fn text_of(keys: Value) -> Result<String, ApiError> {
    match keys {
        Value::String(text) => Ok(text),
        Value::Array(_) => Ok(keys.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            let message = "send {\"keys\":\"one\\nper line\"}";
            Err(ApiError::new(ErrorCode::InvalidRequest, message))
        }
    }
}

fn message(report: &ImportReport) -> String {
    format!(
        "导入成功 {} 个，有重复 {} 个，无效 {} 个",
        report.added, report.known, report.rejected
    )
}
