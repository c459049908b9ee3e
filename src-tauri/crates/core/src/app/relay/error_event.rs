//! What a stream ends with that breaks off, in the words of its protocol; never
//! `[DONE]`.

use bytes::Bytes;

use crate::meter::{BodyKind, EndHow};
use crate::model::Protocol;

/// Whose words those are; `None` where an answer has no events.
pub(super) fn words_of(kind: BodyKind, protocol: Protocol) -> Option<Protocol> {
    let stream = matches!(kind, BodyKind::OpenAiSse | BodyKind::AnthropicSse);
    stream.then_some(protocol)
}

/// Says who ended it: the upstream, or Flowkeep because it was stopped.
pub(super) fn error_event(how: &EndHow, protocol: Protocol) -> Bytes {
    let event: &'static [u8] = match (how, protocol) {
        (EndHow::Aborted, Protocol::OpenAi) => {
            b"data: {\"error\":{\"message\":\"Flowkeep was stopped in the middle of the answer; \
              ask again when it runs\",\"type\":\"api_error\",\"param\":null,\
              \"code\":\"flowkeep_stopped\"}}\n\n"
        }
        (EndHow::Aborted, Protocol::Anthropic) => {
            b"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\
              \"message\":\"Flowkeep was stopped in the middle of the answer; ask again when it \
              runs\"}}\n\n"
        }
        (_, Protocol::OpenAi) => {
            b"data: {\"error\":{\"message\":\"the upstream broke off in the middle of the answer\",\
              \"type\":\"upstream_error\",\"param\":null,\"code\":\"upstream_interrupted\"}}\n\n"
        }
        (_, Protocol::Anthropic) => {
            b"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\
              \"message\":\"the upstream broke off in the middle of the answer\"}}\n\n"
        }
    };
    Bytes::from_static(event)
}

#[cfg(test)]
mod tests;
