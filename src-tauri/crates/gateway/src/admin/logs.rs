//! `GET /logs` and `POST /clear_logs`.

use axum::body::Body;
use axum::extract::State;
use flowkeep_contract::{ApiError, Empty, Outcome, RequestView};
use flowkeep_core::app::LogQuery;
use flowkeep_core::model::BodyRule;
use http::{Request, Response, Uri};
use http_body::Body as _;
use serde::{Deserialize, Serialize};

use super::figures::{amount, masked, seconds};
use super::query::{PAGE_SIZE, invalid, page, query};
use super::{done, failed};
use crate::guard::check_content_type;
use crate::router::Shared;

/// Longest part of a model's name to look for, in characters (S25).
const LONGEST_PART: usize = 128;

#[derive(Deserialize)]
struct LogsQuery {
    page: Option<String>,
    model: Option<String>,
}

/// A call as the older pool showed it, and what Flowkeep knows more.
#[derive(Debug, Serialize)]
struct LogRow {
    id: i64,
    request_id: String,
    /// Masked; null when no key was used.
    api_key: Option<String>,
    account: Option<String>,
    client: String,
    route: String,
    /// What the client asked for.
    model: Option<String>,
    /// What was used instead.
    model_used: Option<String>,
    /// Unix seconds.
    call_time: f64,
    /// Null when the upstream did not tell.
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    /// The known ones together; null when none is.
    total_tokens: Option<i64>,
    /// Null when unknown.
    cost: Option<f64>,
    /// ISO 4217 of the cost.
    currency: Option<String>,
    /// HTTP status that the client got.
    status: u16,
    outcome: Outcome,
    error: Option<String>,
    attempts: u32,
    duration_ms: i64,
}

#[derive(Debug, Serialize)]
struct LogAnswer {
    logs: Vec<LogRow>,
    total: i64,
    page: u64,
    page_size: u32,
}

#[derive(Serialize)]
struct Cleared {
    message: &'static str,
    removed: u64,
}

/// `GET /logs?page=1&model=`.
pub(crate) async fn logs(State(shared): State<Shared>, uri: Uri) -> Response<Body> {
    match listed(&shared, &uri).await {
        Ok(answer) => done(&answer),
        Err(error) => failed(&error),
    }
}

async fn listed(shared: &Shared, uri: &Uri) -> Result<LogAnswer, ApiError> {
    let query: LogsQuery = query(uri)?;
    let page = page(query.page.as_deref())?;
    let model = query.model.filter(|part| !part.is_empty());
    if model
        .as_ref()
        .is_some_and(|part| part.chars().count() > LONGEST_PART)
    {
        let message = format!("model has at most {LONGEST_PART} characters");
        return Err(invalid(message));
    }
    let query = LogQuery {
        page,
        page_size: PAGE_SIZE,
        model,
    };
    let found = shared.app.log_page(query).await?;
    Ok(LogAnswer {
        logs: found.requests.into_iter().map(LogRow::of).collect(),
        total: found.total,
        page: page.saturating_add(1),
        page_size: PAGE_SIZE,
    })
}

/// `POST /clear_logs`: the log only; statistics stay.
pub(crate) async fn clear_logs(
    State(shared): State<Shared>,
    request: Request<Body>,
) -> Response<Body> {
    // A form of a web page cannot clear anything (S5).
    let has_body = !request.body().is_end_stream();
    if let Err(refusal) = check_content_type(request.headers(), BodyRule::None, has_body) {
        return refusal.into_response();
    }
    match shared.app.clear_requests(Empty {}).await {
        Ok(report) => done(&Cleared {
            message: "日志已清空",
            removed: report.removed,
        }),
        Err(error) => failed(&error),
    }
}

impl LogRow {
    fn of(row: RequestView) -> Self {
        let known = [row.prompt_tokens, row.completion_tokens];
        let total = known.into_iter().flatten().reduce(|one, other| one + other);
        Self {
            id: row.id,
            request_id: row.request_id,
            api_key: row.key_last_four.as_deref().map(masked),
            account: row.account,
            client: row.client,
            route: row.route,
            model: row.model,
            model_used: row.model_used,
            call_time: seconds(row.started_at_ms),
            input_tokens: row.prompt_tokens,
            output_tokens: row.completion_tokens,
            cached_tokens: row.cached_tokens,
            total_tokens: total,
            cost: row.cost.as_ref().map(|cost| amount(cost.nano)),
            currency: row.cost.map(|cost| cost.currency),
            status: row.status,
            outcome: row.outcome,
            error: row.error,
            attempts: row.attempts,
            duration_ms: row.duration_ms,
        }
    }
}
