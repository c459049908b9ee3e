//! `POST /v1/messages/count_tokens`, which the upstream does not have.

use http::{HeaderName, HeaderValue, StatusCode, header};

use super::relay::{Call, Failure, FailureCode, Reply};
use super::{App, whole_body};
use crate::meter::estimate_messages;

/// Says that a number was not counted by the model's own tokenizer.
const ESTIMATE: HeaderName = HeaderName::from_static("x-flowkeep-estimate");

impl App {
    /// Answers with an estimate that says so.
    ///
    /// # Errors
    /// When the body holds no messages.
    pub(super) async fn count_tokens(&self, mut call: Call) -> Result<Reply, Failure> {
        let tokens = match whole_body::read(&mut call.body, estimate_messages).await {
            Ok(Ok(tokens)) => tokens,
            Ok(Err(error)) => {
                let failure = Failure::new(FailureCode::InvalidParameter, error.to_string());
                return Err(self.refuse(&call, failure));
            }
            Err(failure) => return Err(self.refuse(&call, failure)),
        };
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.status = StatusCode::OK;
        head.headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        head.headers
            .insert(ESTIMATE, HeaderValue::from_static("true"));
        let body = serde_json::json!({"input_tokens": tokens}).to_string();
        Ok(self.answer(&call, head, body.into()))
    }
}
