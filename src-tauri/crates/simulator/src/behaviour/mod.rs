//! Faults and shapes of an answer, and to which requests they apply.

mod scope;
mod spelling;
mod table;
#[cfg(test)]
mod tests;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use scope::{Scope, UnknownScope};
pub use spelling::UnknownBehaviour;
pub(crate) use spelling::is_simulated_model;
pub(crate) use table::{Behaviours, Target};

/// How a request is answered; the crate documentation lists the spellings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", rename_all = "kebab-case")]
pub enum Behaviour {
    /// As the real service would.
    #[default]
    Ok,
    /// This status, at once.
    Status {
        /// HTTP status.
        status: u16,
        /// Body; without it the vendor's own for that status.
        #[serde(default)]
        body: Option<String>,
        /// `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// This status for the first `times` requests, then [`Behaviour::Ok`].
    StatusThenOk {
        /// HTTP status.
        status: u16,
        /// Body; without it the vendor's own for that status.
        #[serde(default)]
        body: Option<String>,
        /// `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
        /// How many requests get it.
        times: u32,
    },
    /// This status for `percent` of the requests, evenly spread.
    Flapping {
        /// HTTP status.
        status: u16,
        /// 0 to 100.
        percent: u8,
    },
    /// Waits before the response head.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Sends the response head at once and waits before the first body byte.
    FirstByte {
        /// Milliseconds.
        ms: u64,
    },
    /// An answer of this many content chunks.
    Sse {
        /// Content chunks, not counting the first and the last event.
        chunks: usize,
        /// Pause before each event but the first, in microseconds.
        pace_us: u64,
        /// Bytes of text in each chunk; 0 = 4.
        size: usize,
    },
    /// Closes the connection after this many events (or within a JSON body).
    Cut {
        /// Events sent before; 0 = only the head.
        after_chunks: usize,
        /// How the connection ends.
        how: CutHow,
    },
    /// Reads the request, then resets the connection without an answer.
    ResetBeforeHeaders,
    /// Sends this many events, then nothing more, and keeps the connection.
    Stall {
        /// Events sent before; 0 = only the head.
        after_chunks: usize,
    },
    /// Writes byte by byte, so that UTF-8 and `data:` are split.
    Dribble,
    /// A 200 stream whose first event is an error envelope.
    ErrorFirst,
    /// A stream that turns into an error envelope.
    ErrorMidStream {
        /// Events sent before.
        after: usize,
    },
    /// 200 with an error envelope as JSON, also for a stream.
    Envelope200,
    /// 200 with the stream's content type and not one event.
    Empty,
    /// 200 with an HTML page.
    Html,
    /// `Content-Length` is larger than the body.
    BadLength,
    /// A chunk size that is not a number.
    BadChunk,
    /// `Content-Encoding: gzip` around bytes that are not gzip.
    BadGzip,
    /// 401 whose body repeats the `Authorization` header.
    EchoAuth,
    /// A redirect.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// `Location`.
        url: String,
    },
    /// A good answer; the idle connection is closed afterwards.
    CloseIdle {
        /// Milliseconds after the end of the answer.
        ms: u64,
    },
    /// No usage anywhere.
    NoUsage,
    /// Usage only in a last chunk without choices.
    UsageLast,
    /// A stream without its terminator.
    NoDone,
    /// Comment lines between the events.
    Comments,
    /// Lines end with CR LF.
    Crlf,
    /// One event of at least this many bytes.
    HugeLine {
        /// Bytes of text in the event.
        bytes: usize,
    },
    /// A good answer with headers a proxy must not pass on.
    BadHeaders,
    /// 403 for missing real-name verification.
    RealName403,
    /// A chain of thought before the answer, asked for or not.
    Reasoning,
    /// A tool call, asked for or not.
    ToolCall,
    /// A complete answer with no content.
    EmptyResponse,
    /// `/messages`: text deltas carry the index of another block.
    WrongBlockIndex,
    /// Videos and batches that are made now fail.
    JobFails,
    /// The error of this code of the vendor, with its status and text.
    Code {
        /// For example 50603.
        code: u32,
    },
    /// This status, after a while.
    LateStatus {
        /// HTTP status.
        status: u16,
        /// Milliseconds before the head.
        ms: u64,
    },
    /// The answer is compressed, asked for or not.
    Gzip,
    /// A small compressed answer that is this large when it is unpacked.
    GzipBomb {
        /// Unpacked size in MiB.
        mib: usize,
    },
    /// A byte order mark before the answer.
    Bom,
    /// Each event is sent twice.
    Duplicates,
    /// A stream that is one line of this many bytes and has no line end.
    EndlessLine {
        /// Bytes of the line.
        bytes: usize,
    },
    /// A stream of events without data.
    EmptyEvents {
        /// How many.
        count: usize,
    },
    /// JSON that is nested this deep.
    DeepJson {
        /// Arrays within arrays.
        depth: usize,
    },
    /// `"usage":null` in each chunk but the closing one.
    UsageNull,
    /// Usage stands before the choices.
    UsageFirst,
    /// Usage stands within the closing choice.
    UsageNested,
    /// Usage comes in a chunk after `[DONE]`.
    UsageAfterDone,
    /// 400 in Anthropic's envelope.
    AnthropicErrorEnvelope,
}

impl Behaviour {
    /// This status with the vendor's own body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            body: None,
            retry_after: None,
        }
    }
}

/// How a cut connection ends.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CutHow {
    /// An orderly close of the socket, in the middle of the body.
    #[default]
    Fin,
    /// A reset.
    Rst,
}

impl<'de> Deserialize<'de> for Behaviour {
    /// Accepts the spelling of the model names (`"status:503"`) and the full form.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        match &value {
            serde_json::Value::String(text) => text.parse().map_err(D::Error::custom),
            _ => Self::deserialize(value).map_err(D::Error::custom),
        }
    }
}

impl Serialize for Behaviour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}
