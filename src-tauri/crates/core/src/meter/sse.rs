//! Usage of an event stream.
//!
//! Usage is cumulative and stands in every chunk of a chat stream, so only the
//! last payload that has one is kept (D12). Lines may be cut at any byte. What
//! is kept is copied into a buffer that is used again: a slice would pin the
//! connection's whole read buffer for as long as the stream is silent.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::{self, Finder};

use crate::model::{Protocol, Units};

use super::scanner::Scan;
use super::usage;

/// Longer lines are relayed but not looked at.
const LONGEST_LINE: usize = 1 << 20;
/// The type of an Anthropic event stands within this much of its beginning.
const HEAD: usize = 96;
/// What is kept of an error.
const ERROR_KEPT: usize = 4 * 1024;
/// Of a text whose tokens are guessed.
const BYTES_PER_TOKEN: u64 = 4;
const BOM: &[u8] = b"\xEF\xBB\xBF";

static USAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"usage\""));

#[derive(Debug)]
pub(super) struct SseScan {
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// Inside a line that is too long.
    skipping: bool,
    seen: Seen,
}

/// What the whole lines said so far.
#[derive(Debug)]
struct Seen {
    protocol: Protocol,
    /// Nothing was looked at yet, so a byte order mark may come.
    at_start: bool,
    /// `message_start`: its usage counts where later ones are silent.
    start: Vec<u8>,
    /// The last payload with usage.
    last: Vec<u8>,
    /// Events that wrote something and told no usage.
    untold: Untold,
    clean_end: bool,
    /// The first error among the events: its payload, where it has one.
    error: Option<Vec<u8>>,
}

/// Of the events that told no usage, what a guess at their tokens needs.
#[derive(Debug, Default)]
struct Untold {
    events: u64,
    bytes: u64,
    /// Bytes of the shortest, which are mostly its frame.
    shortest: u64,
}

impl Untold {
    fn add(&mut self, payload: &[u8]) {
        let length = payload.len() as u64;
        self.shortest = if self.events == 0 {
            length
        } else {
            self.shortest.min(length)
        };
        self.events += 1;
        self.bytes += length;
    }

    /// An event writes a token or, where several come together, one for each four
    /// bytes beyond the frame.
    fn tokens(&self) -> u64 {
        let text = self.bytes.saturating_sub(self.shortest * self.events);
        self.events.max(text / BYTES_PER_TOKEN)
    }
}

/// What a line is to us.
enum Line<'a> {
    /// A payload with usage.
    Usage(&'a [u8]),
    /// The payload of Anthropic's first event, with usage.
    Start(&'a [u8]),
    /// The end mark.
    Done,
    /// An error, and what it says.
    Error(&'a [u8]),
    /// The payload of an event that writes something and tells no usage.
    Written(&'a [u8]),
    /// Nothing to keep.
    Other,
}

impl SseScan {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            partial: Vec::new(),
            skipping: false,
            seen: Seen {
                protocol,
                at_start: true,
                start: Vec::new(),
                last: Vec::new(),
                untold: Untold::default(),
                clean_end: false,
                error: None,
            },
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        if self.skipping || !self.partial.is_empty() {
            let Some(end) = memchr(b'\n', rest) else {
                self.hold(rest);
                return;
            };
            self.hold(&rest[..end]);
            self.end_partial();
            rest = &rest[end + 1..];
        }
        // Of several in one chunk only the last is copied.
        let mut last: Option<&[u8]> = None;
        while let Some(end) = memchr(b'\n', rest) {
            last = self.seen.take(&rest[..end]).or(last);
            rest = &rest[end + 1..];
        }
        if let Some(payload) = last {
            self.seen.keep(payload);
        }
        self.hold(rest);
    }

    /// Keeps a piece of a line that is cut, unless the line grows too long.
    fn hold(&mut self, piece: &[u8]) {
        if self.skipping {
            return;
        }
        if self.partial.len() + piece.len() > LONGEST_LINE {
            self.skipping = true;
            self.seen.at_start = false;
            self.partial = Vec::new();
            return;
        }
        self.partial.extend_from_slice(piece);
    }

    /// The cut line is whole now.
    fn end_partial(&mut self) {
        if std::mem::take(&mut self.skipping) {
            return;
        }
        let partial = std::mem::take(&mut self.partial);
        if let Some(payload) = self.seen.take(&partial) {
            self.seen.keep(payload);
        }
        self.partial = partial;
        self.partial.clear();
    }

    pub(super) fn has_usage(&self) -> bool {
        !self.seen.last.is_empty() || !self.seen.start.is_empty()
    }

    pub(super) fn finish(mut self) -> Scan {
        // A stream may end without a last line feed, or in the middle of a
        // line, which then is no JSON.
        let protocol = self.seen.protocol;
        let read = |payload: &[u8]| usage::part(protocol, payload);
        let cut = self.seen.take(&self.partial).and_then(read);
        let last = cut.or_else(|| read(&self.seen.last)).unwrap_or_default();
        let start = read(&self.seen.start).unwrap_or_default();
        let usage = last.after(start).usage();
        let is_told = usage.completion_tokens.is_some();
        Scan {
            usage,
            written: if is_told {
                0
            } else {
                self.seen.untold.tokens()
            },
            units: Units::default(),
            clean_end: self.seen.clean_end,
            error: self.seen.error.map(Into::into),
        }
    }
}

impl Seen {
    fn keep(&mut self, payload: &[u8]) {
        self.last.clear();
        self.last.extend_from_slice(payload);
    }

    /// The event's name comes before its payload.
    fn note_error(&mut self, payload: &[u8]) {
        let error = self.error.get_or_insert_default();
        if error.is_empty() {
            error.extend_from_slice(&payload[..payload.len().min(ERROR_KEPT)]);
        }
    }

    /// Notes what a line says; returns its payload when that has usage.
    fn take<'a>(&mut self, line: &'a [u8]) -> Option<&'a [u8]> {
        let line = if std::mem::take(&mut self.at_start) {
            line.strip_prefix(BOM).unwrap_or(line)
        } else {
            line
        };
        match self.read(line) {
            Line::Usage(payload) => return Some(payload),
            Line::Start(payload) => self.start = payload.to_vec(),
            Line::Done => self.clean_end = true,
            Line::Error(payload) => self.note_error(payload),
            Line::Written(payload) => self.untold.add(payload),
            Line::Other => {}
        }
        None
    }

    fn read<'a>(&self, line: &'a [u8]) -> Line<'a> {
        if line.len() > LONGEST_LINE {
            return Line::Other;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(payload) = line.strip_prefix(b"data:") {
            self.read_data(payload.strip_prefix(b" ").unwrap_or(payload))
        } else if let Some(name) = line.strip_prefix(b"event:") {
            match name.trim_ascii() {
                b"message_stop" => Line::Done,
                b"error" => Line::Error(b""),
                _ => Line::Other,
            }
        } else {
            Line::Other
        }
    }

    fn read_data<'a>(&self, payload: &'a [u8]) -> Line<'a> {
        if has_usage(payload) {
            let is_start = self.protocol == Protocol::Anthropic
                && memmem::find(head(payload), b"\"message_start\"").is_some();
            return if is_start {
                Line::Start(payload)
            } else {
                Line::Usage(payload)
            };
        }
        if payload == b"[DONE]" {
            return Line::Done;
        }
        let is_error = match self.protocol {
            Protocol::OpenAi => may_be_openai_error(payload),
            Protocol::Anthropic if is_message_stop(payload) => return Line::Done,
            Protocol::Anthropic => may_be_anthropic_error(payload),
        } && usage::is_error(payload);
        let writes = match self.protocol {
            Protocol::OpenAi => !payload.is_empty(),
            Protocol::Anthropic => memmem::find(head(payload), b"content_block_delta").is_some(),
        };
        if is_error {
            Line::Error(payload)
        } else if writes {
            Line::Written(payload)
        } else {
            Line::Other
        }
    }
}

fn head(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(HEAD)]
}

/// Whether a payload has `"usage":{`: neither null nor a word in a text, where
/// its quotes would be escaped.
fn has_usage(payload: &[u8]) -> bool {
    USAGE.find_iter(payload).any(|at| {
        let rest = payload[at + USAGE.needle().len()..].trim_ascii_start();
        rest.strip_prefix(b":")
            .is_some_and(|value| value.trim_ascii_start().starts_with(b"{"))
    })
}

/// Chunks begin with their id and have usage, so hardly any line is parsed to
/// find out whether it is an envelope instead of a chunk.
fn may_be_openai_error(payload: &[u8]) -> bool {
    !payload.starts_with(b"{\"id\"") || memmem::find(payload, b"\"error\"").is_some()
}

fn may_be_anthropic_error(payload: &[u8]) -> bool {
    memmem::find(head(payload), b"\"error\"").is_some()
        || memmem::find(head(payload), b"\"code\"").is_some()
}

fn is_message_stop(payload: &[u8]) -> bool {
    memmem::find(head(payload), b"\"type\":\"message_stop\"").is_some()
        || memmem::find(head(payload), b"\"type\": \"message_stop\"").is_some()
}
