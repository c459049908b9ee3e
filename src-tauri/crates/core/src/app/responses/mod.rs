//! `POST /v1/responses`, which the upstream does not have, as a chat completion.
//!
//! Guarantees: one upstream request of the relay's, with its failover, metering
//! and record; the client gets events in the order in which the official SDKs
//! and Codex take them; nothing is said before the upstream has spoken. It
//! stores nothing: what would need a memory is refused by its name.
//!
//! The types are our own. `async-openai`'s (0.43) are closed lists that drop
//! unknown fields, know no `reasoning_content` and say of a wrong item only
//! that no variant matched; a proxy must pass on what it does not know and name
//! the field that is at fault.

mod calls;
mod chat;
mod events;
mod fault;
mod form;
mod reasoning;
mod refused;
mod request;
mod sse;
mod stream;
mod tools;
mod whole;

use http::{HeaderName, HeaderValue, header};

use self::form::Form;
use self::refused::{Reason, Refused};
use self::request::Translated;
use self::stream::StreamAnswer;
use self::whole::{ErrorAnswer, WholeAnswer};
use super::relay::{Call, CallBody, Failure, FailureCode, Reply, Translation};
use super::{App, whole_body};

/// What was asked for and left out, as `tools[2].web_search`.
const IGNORED: HeaderName = HeaderName::from_static("x-flowkeep-ignored");

impl App {
    /// Answers a Responses request by a chat.
    ///
    /// # Errors
    /// When the request cannot be translated or there is no answer to it.
    pub(super) async fn respond(&self, mut call: Call) -> Result<Reply, Failure> {
        let translated = whole_body::read(&mut call.body, request::translate).await;
        let Translated {
            body,
            form,
            ignored,
        } = match translated.map(|translated| translated.map_err(Failure::from)) {
            Ok(Ok(translated)) => translated,
            Ok(Err(failure)) | Err(failure) => return Err(self.refuse(&call, failure)),
        };
        let form = form.of_request(call.request_id, self.now().unix_ms);
        call.body = CallBody::Whole(body);
        // Nothing that a query says of Responses is meant for a chat.
        call.query = None;
        let mut reply = answered(self.forward(call).await?, form);
        if let Ok(ignored) = HeaderValue::try_from(ignored.join(", "))
            && !ignored.is_empty()
        {
            reply.head.headers.insert(IGNORED, ignored);
        }
        Ok(reply)
    }
}

/// The chat's answer as the response's.
fn answered(mut reply: Reply, form: Form) -> Reply {
    let status = reply.head.status;
    let headers = &mut reply.head.headers;
    let is_stream = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().starts_with("text/event-stream"));
    let translation: Box<dyn Translation> = if !status.is_success() {
        Box::new(ErrorAnswer::new(status.as_u16()))
    } else if is_stream {
        Box::new(StreamAnswer::new(form))
    } else {
        Box::new(WholeAnswer::new(form))
    };
    if !(status.is_success() && is_stream) {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
    }
    // These spoke of the upstream's bytes.
    for gone in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::ETAG,
    ] {
        headers.remove(gone);
    }
    reply.body = reply.body.translated(translation);
    reply
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let code = match refused.reason {
            Reason::Invalid => FailureCode::InvalidParameter,
            Reason::Unsupported => FailureCode::UnsupportedParameter,
        };
        Self {
            param: Some(refused.param),
            ..Self::new(code, refused.message)
        }
    }
}
