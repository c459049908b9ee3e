//! Errors of ours, in the shape of the protocol that was called (design §3).

use std::time::Duration;

use axum::body::Body;
use flowkeep_core::app::Failure;
use flowkeep_core::model::Protocol;
use flowkeep_core::upstream::redact::redact;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

/// The header that names the error for programs.
pub const ERROR_HEADER: &str = "x-flowkeep-error";

/// A refusal with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// Name for programs, as `host_not_allowed`.
    pub code: &'static str,
    /// What happened and what to do.
    pub message: String,
    /// When to ask again.
    pub retry_after: Option<Duration>,
    /// The field of the body that is at fault, in OpenAI's shape.
    pub param: Option<String>,
    /// The methods to use instead, for `Allow`.
    pub allow: Vec<&'static str>,
    /// Whose shape the body has.
    pub protocol: Protocol,
}

impl Refusal {
    /// A refusal in OpenAI's shape.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: None,
            param: None,
            allow: Vec::new(),
            protocol: Protocol::OpenAi,
        }
    }

    /// The same in another protocol's shape.
    #[must_use]
    pub fn for_protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// A failure of the relay.
    #[must_use]
    pub fn from_failure(failure: Failure, protocol: Protocol) -> Self {
        let status = StatusCode::from_u16(failure.code.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            retry_after: failure.retry_after,
            param: failure.param,
            ..Self::new(status, failure.code.as_str(), failure.message)
        }
        .for_protocol(protocol)
    }

    /// The HTTP answer.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        // A message may quote what was sent, which may be a key by mistake (S17).
        let message = redact(&self.message, &[]);
        let body = match self.protocol {
            Protocol::OpenAi => json!({"error": {
                "message": message,
                "type": kind(self.status, self.protocol),
                "param": self.param,
                "code": self.code,
            }}),
            Protocol::Anthropic => json!({"type": "error", "error": {
                "type": kind(self.status, self.protocol),
                "message": message,
            }}),
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(ERROR_HEADER, HeaderValue::from_static(self.code));
        if let Some(wait) = self.retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(wait.as_secs().max(1)),
            );
        }
        if let Ok(allow) = HeaderValue::try_from(self.allow.join(", "))
            && !allow.is_empty()
        {
            headers.insert(header::ALLOW, allow);
        }
        crate::answer::harden(headers);
        response
    }
}

/// The protocol's own name for a status. `OpenAI`'s and Anthropic's lists agree
/// but for overload.
fn kind(status: StatusCode, protocol: Protocol) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        402 | 403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 if protocol == Protocol::Anthropic => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}

#[cfg(test)]
mod tests;
