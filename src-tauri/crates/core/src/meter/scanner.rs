//! The scanner of a body, by its kind.

use bytes::Bytes;

use crate::model::{Protocol, Units, Usage};

use super::counted::Counted;
use super::json::JsonScan;
use super::results::{ResultLine, ResultScan};
use super::sse::SseScan;

/// What a body is, and so where its usage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// One JSON document with `usage` at its top.
    Json,
    /// `data:` lines with a cumulative `usage`, ended by `[DONE]`.
    OpenAiSse,
    /// Named events, ended by `message_stop`.
    AnthropicSse,
    /// One message with `usage` at its top.
    AnthropicJson,
    /// Anything else: not looked at.
    Opaque,
}

impl BodyKind {
    /// The kind of an answer by the protocol called and its `Content-Type`.
    #[must_use]
    pub fn of(protocol: Protocol, content_type: Option<&str>) -> Self {
        let media_type = content_type.unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| media_type.eq_ignore_ascii_case(name);
        match protocol {
            Protocol::OpenAi if is("text/event-stream") => Self::OpenAiSse,
            Protocol::Anthropic if is("text/event-stream") => Self::AnthropicSse,
            Protocol::OpenAi if is("application/json") => Self::Json,
            Protocol::Anthropic if is("application/json") => Self::AnthropicJson,
            Protocol::OpenAi | Protocol::Anthropic => Self::Opaque,
        }
    }

    /// Whether a whole answer of this kind says itself that it is whole.
    #[must_use]
    pub fn has_end_mark(self) -> bool {
        matches!(self, Self::OpenAiSse | Self::AnthropicSse)
    }
}

/// What was seen in a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The last usage that stood there.
    pub usage: Usage,
    /// What else was counted.
    pub units: Units,
    /// A guess at the tokens of the answer; 0 where the upstream told them.
    pub written: u64,
    /// The stream's own end mark came (`[DONE]`, `message_stop`). Bodies without
    /// one are whole when their framing says so; for them this is `true`.
    pub clean_end: bool,
    /// An error stood among the events of the stream: the beginning of its
    /// payload, empty when it had none.
    pub error: Option<Box<[u8]>>,
}

/// Watches a body pass. Memory: for a stream, the last payload with usage and
/// what came of a cut line, each at most 1 MiB; for JSON up to 4 MiB, of a larger
/// document its last 64 KiB and a chunk; for results of a batch some KiB.
#[derive(Debug)]
pub struct UsageScanner(Kind);

#[derive(Debug)]
enum Kind {
    Json(JsonScan),
    Sse(SseScan),
    Results(ResultScan),
    Opaque,
}

impl UsageScanner {
    /// A scanner for a body of this kind, and what to count in it.
    #[must_use]
    pub fn new(kind: BodyKind, counted: Counted) -> Self {
        if counted == Counted::Results {
            return Self(Kind::Results(ResultScan::new()));
        }
        let is_document = matches!(kind, BodyKind::Json | BodyKind::AnthropicJson);
        if is_document && counted == Counted::Nothing {
            return Self(Kind::Opaque);
        }
        Self(match kind {
            BodyKind::Json => Kind::Json(JsonScan::new(Protocol::OpenAi, counted)),
            BodyKind::AnthropicJson => Kind::Json(JsonScan::new(Protocol::Anthropic, counted)),
            BodyKind::OpenAiSse => Kind::Sse(SseScan::new(Protocol::OpenAi)),
            BodyKind::AnthropicSse => Kind::Sse(SseScan::new(Protocol::Anthropic)),
            BodyKind::Opaque => Kind::Opaque,
        })
    }

    /// Looks at the next chunk, cut anywhere. Whole lines of a stream cost no
    /// allocation; chunks of a document are shared, not copied.
    pub fn feed(&mut self, chunk: &Bytes) {
        match &mut self.0 {
            Kind::Json(json) => json.feed(chunk),
            Kind::Sse(sse) => sse.feed(chunk),
            Kind::Results(results) => results.feed(chunk),
            Kind::Opaque => {}
        }
    }

    /// The results of a batch that have come since they were last taken; `at_end`
    /// takes also a last line without its end.
    pub fn take_results(&mut self, at_end: bool) -> Vec<ResultLine> {
        let Kind::Results(results) = &mut self.0 else {
            return Vec::new();
        };
        if at_end {
            results.close();
        }
        results.take()
    }

    /// Whether usage has come already, as it does in every event of the vendor's
    /// streams. A document is only read at its end.
    #[must_use]
    pub fn has_usage(&self) -> bool {
        match &self.0 {
            Kind::Sse(sse) => sse.has_usage(),
            Kind::Json(_) | Kind::Results(_) | Kind::Opaque => false,
        }
    }

    /// Parses what was kept. Call it also when the body was cut off: the last
    /// usage that came is true as far as it goes.
    #[must_use]
    pub fn finish(self) -> Scan {
        match self.0 {
            Kind::Json(json) => json.finish(),
            Kind::Sse(sse) => sse.finish(),
            Kind::Results(_) | Kind::Opaque => Scan {
                clean_end: true,
                ..Scan::default()
            },
        }
    }
}
