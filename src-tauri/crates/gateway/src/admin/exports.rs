//! `GET /admin/export/requests`: the log as a file, streamed.

use axum::body::{Body, Bytes};
use axum::extract::State;
use flowkeep_contract::{ApiError, ExportFormat, Outcome, RequestFilter};
use flowkeep_core::app::{App, RequestExport};
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, Response, Uri, header};
use serde::Deserialize;

use super::failed;
use super::query::{invalid, query};
use crate::answer::harden;
use crate::router::Shared;

#[derive(Debug, Deserialize)]
struct ExportQuery {
    format: Option<String>,
    text: Option<String>,
    model: Option<String>,
    account: Option<String>,
    client: Option<String>,
    route: Option<String>,
    outcome: Option<Outcome>,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

/// `GET /admin/export/requests?format=csv|jsonl`, with the filter of
/// `list_requests`.
pub(crate) async fn requests(State(shared): State<Shared>, uri: Uri) -> Response<Body> {
    match begun(&shared.app, &uri).await {
        Ok((format, body)) => attachment(format, body),
        Err(error) => failed(&error),
    }
}

/// The first piece is waited for, so that what fails at once fails with words.
async fn begun(app: &App, uri: &Uri) -> Result<(ExportFormat, Body), ApiError> {
    let query: ExportQuery = query(uri)?;
    let format = query.format()?;
    let export = app.begin_export(format, query.filter()).await?;
    let Some((piece, export)) = app.next_piece(export).await? else {
        return Ok((format, Body::empty()));
    };
    let first = stream::once(async { Ok(Bytes::from(piece)) });
    let rest = stream::unfold(Some((app.clone(), export)), next);
    Ok((format, Body::from_stream(first.chain(rest))))
}

/// After an error the connection is cut, so that half a file is not taken for
/// a whole one.
async fn next(
    under_way: Option<(App, RequestExport)>,
) -> Option<(Result<Bytes, ApiError>, Option<(App, RequestExport)>)> {
    let (app, export) = under_way?;
    match app.next_piece(export).await {
        Ok(Some((piece, export))) => Some((Ok(Bytes::from(piece)), Some((app, export)))),
        Ok(None) => None,
        Err(error) => {
            tracing::warn!(%error, "an export of the log broke off");
            Some((Err(error), None))
        }
    }
}

fn attachment(format: ExportFormat, body: Body) -> Response<Body> {
    let (kind, name) = match format {
        ExportFormat::Csv => (
            "text/csv; charset=utf-8",
            "attachment; filename=\"flowkeep-requests.csv\"",
        ),
        ExportFormat::Jsonl => (
            "application/x-ndjson",
            "attachment; filename=\"flowkeep-requests.jsonl\"",
        ),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    harden(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}

impl ExportQuery {
    fn format(&self) -> Result<ExportFormat, ApiError> {
        match self.format.as_deref() {
            Some("csv") => Ok(ExportFormat::Csv),
            Some("jsonl") => Ok(ExportFormat::Jsonl),
            _ => Err(invalid("format is csv or jsonl, as in format=csv")),
        }
    }

    /// An empty parameter filters nothing.
    fn filter(self) -> RequestFilter {
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        RequestFilter {
            text: some(self.text),
            model: some(self.model),
            account: some(self.account),
            client: some(self.client),
            route: some(self.route),
            outcome: self.outcome,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
        }
    }
}
