//! One request with all that was tried for it.

use flowkeep_contract::{ApiError, AttemptView, ErrorCode, GetRequestRequest, RequestDetails};

use super::super::records::{Labels, Records};
use super::super::{App, bodies};
use super::view::{choice, left, request_view};
use crate::model::AttemptRecord;

impl Records {
    /// A request and its upstream requests.
    ///
    /// # Errors
    /// When the log has no such row, or the database does not answer in time.
    pub fn get_request(&self, request: GetRequestRequest) -> Result<RequestDetails, ApiError> {
        let id = request.id;
        let Some(row) = self.store.request(id)? else {
            let message = format!("the log has no request {id}; it may have been cleared");
            return Err(ApiError::new(ErrorCode::NotFound, message));
        };
        let mut labels = self.labels()?;
        let attempts = self.store.request_attempts(id)?;
        let attempts = attempts
            .into_iter()
            .map(|attempt| attempt_view(attempt, &mut labels));
        let bodies = self.store.request_bodies(id)?;
        Ok(RequestDetails {
            attempts: attempts.collect::<Result<_, _>>()?,
            request: request_view(row, &mut labels)?,
            bodies: bodies.map(bodies::shown),
        })
    }
}

fn attempt_view(attempt: AttemptRecord, labels: &mut Labels) -> Result<AttemptView, ApiError> {
    Ok(AttemptView {
        account: Some(labels.account(attempt.account.as_str())?),
        account_id: Some(attempt.account.to_string()),
        model: attempt.model.map(|model| model.to_string()),
        after_ms: i64::from(attempt.after_ms),
        chosen: choice(attempt.chosen),
        status: attempt.status,
        vendor_code: attempt.vendor_code,
        headers_ms: attempt.headers_ms.map(i64::from),
        first_byte_ms: attempt.first_byte_ms.map(i64::from),
        end_ms: attempt.end_ms.map(i64::from),
        left: attempt.left.map(left),
    })
}

impl App {
    /// A request and its upstream requests.
    ///
    /// # Errors
    /// As [`Records::get_request`].
    pub async fn get_request(
        &self,
        request: GetRequestRequest,
    ) -> Result<RequestDetails, ApiError> {
        self.recorded(move |records| records.get_request(request))
            .await
    }
}
