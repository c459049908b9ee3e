//! One request in the ledger, and sums over many.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde::Serialize;

use crate::account::mask;
use crate::locked::lock;
use crate::resources::Touch;
use crate::wire::Peer;

/// Tokens of one answer, as SiliconFlow counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Prompt tokens, with the cached ones.
    pub prompt: u64,
    /// Answer tokens, with the reasoning ones.
    pub completion: u64,
    /// Prompt tokens that came from the prompt cache.
    pub cached: u64,
    /// Answer tokens of the chain of thought.
    pub reasoning: u64,
}

impl Usage {
    /// Prompt and answer tokens together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.prompt + self.completion
    }

    fn add(&mut self, other: Self) {
        self.prompt += other.prompt;
        self.completion += other.completion;
        self.cached += other.cached;
        self.reasoning += other.reasoning;
    }
}

/// What is counted in other units than tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    /// Pictures made.
    pub images: u64,
    /// Videos asked for; paid when they are accepted.
    pub clips: u64,
    /// UTF-8 bytes of text read aloud.
    pub speech_bytes: u64,
    /// Seconds of audio written down, as the simulator takes them to be: one
    /// for each 32,000 bytes begun.
    pub audio_seconds: u64,
}

impl Work {
    fn add(&mut self, other: Self) {
        self.images += other.images;
        self.clips += other.clips;
        self.speech_bytes += other.speech_bytes;
        self.audio_seconds += other.audio_seconds;
    }
}

/// A file that came in a multipart body; its content is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Upload {
    /// Name of the part.
    pub name: String,
    /// Name of the file as it was sent.
    pub file_name: String,
    /// Content type of the part.
    pub content_type: Option<String>,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// One request as the simulator saw it; `Debug` masks the key.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// 1 for the first request, never reused.
    pub seq: u64,
    /// When the head arrived, in milliseconds since the start.
    pub at_ms: u64,
    /// HTTP method.
    pub method: String,
    /// Route below `/v1`, for example `chat/completions`; the whole path
    /// without its leading slash where there is no `/v1`.
    pub route: String,
    /// The path as it was sent.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// Account that owns the key; none for an unknown key.
    pub account: Option<String>,
    /// The key as it was sent, in full.
    pub key: Option<String>,
    /// Model that was asked for.
    pub model: Option<String>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// Status of the answer; 0 while there is none, and when there never was.
    pub status: u16,
    /// Request headers in order of arrival, names in lower case.
    pub headers: Vec<(String, String)>,
    /// SHA-256 of the request body, in hex; none until it is read whole.
    pub body_sha256: Option<String>,
    /// Bytes of the request body that were read.
    pub body_bytes: u64,
    /// The request body, when the script says so.
    #[serde(skip)]
    pub body: Option<Bytes>,
    /// The last usage that was sent to the client.
    pub told: Option<Usage>,
    /// What was generated up to the last event that was sent.
    pub generated: Option<Usage>,
    /// Whether the whole answer was written.
    pub completed: bool,
    /// When the client hung up before the end, in milliseconds since the start.
    pub client_closed_at_ms: Option<u64>,
    /// Whether the request is over, in whatever way.
    pub ended: bool,
    /// Bytes of the answer's body handed to the connection.
    pub bytes_sent: u64,
    /// How many of them the operating system has not yet taken; 0 at the end.
    pub bytes_in_flight: u64,
    /// What the account paid, in nano-CNY.
    pub cost_nano: i64,
    /// What was done that is not counted in tokens.
    pub work: Work,
    /// Voices, files, batches and videos that the request named or made.
    pub touched: Vec<Touch>,
    /// Files of a multipart body.
    pub uploads: Vec<Upload>,
}

impl Entry {
    /// Whether it named a resource of another account than its key's.
    #[must_use]
    pub fn is_misdirected(&self) -> bool {
        self.touched
            .iter()
            .any(|touch| touch.owner.is_some() && touch.owner != self.account)
    }

    /// Id of the first resource that the request named or made.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.touched.first().map(|touch| touch.id.as_str())
    }

    /// The first request header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Entry")
            .field("seq", &self.seq)
            .field("at_ms", &self.at_ms)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("account", &self.account)
            .field("key", &self.key.as_deref().map(mask))
            .field("model", &self.model)
            .field("stream", &self.stream)
            .field("status", &self.status)
            .field("header_names", &names)
            .field("body_bytes", &self.body_bytes)
            .field("told", &self.told)
            .field("generated", &self.generated)
            .field("completed", &self.completed)
            .field("client_closed_at_ms", &self.client_closed_at_ms)
            .field("ended", &self.ended)
            .field("bytes_sent", &self.bytes_sent)
            .field("bytes_in_flight", &self.bytes_in_flight)
            .field("cost_nano", &self.cost_nano)
            .field("work", &self.work)
            .field("touched", &self.touched)
            .finish_non_exhaustive()
    }
}

/// Sums over requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Requests that arrived.
    pub requests: u64,
    /// Answers written whole, whatever their status.
    pub completed: u64,
    /// Requests whose client hung up before the end.
    pub client_closed: u64,
    /// Ended requests by status; 0 for those that got no head.
    pub by_status: BTreeMap<u16, u64>,
    /// Usage as it was told to the clients.
    pub told: Usage,
    /// Usage as it was generated.
    pub generated: Usage,
    /// Bytes of answer bodies.
    pub bytes_sent: u64,
    /// What the accounts paid, in nano-CNY.
    pub cost_nano: i64,
    /// What was done that is not counted in tokens.
    pub work: Work,
    /// Requests that named a resource of another account.
    pub misdirected: u64,
}

impl Totals {
    pub(super) fn close(&mut self, end: &Entry) {
        self.completed += u64::from(end.completed);
        self.client_closed += u64::from(end.client_closed_at_ms.is_some());
        *self.by_status.entry(end.status).or_default() += 1;
        self.told.add(end.told.unwrap_or_default());
        self.generated.add(end.generated.unwrap_or_default());
        self.bytes_sent += end.bytes_sent;
        self.cost_nano += end.cost_nano;
        self.work.add(end.work);
    }
}

/// An entry while it is being written, and the connection it came over.
pub(super) struct Record {
    entry: Mutex<Entry>,
    peer: Arc<Peer>,
    /// What the connection had written when the request arrived.
    written_before: u64,
}

impl Record {
    pub(super) fn new(entry: Entry, peer: Arc<Peer>) -> Self {
        let written_before = peer.written();
        Self {
            entry: Mutex::new(entry),
            peer,
            written_before,
        }
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Entry)) {
        change(&mut lock(&self.entry));
    }

    /// The entry as it stands now.
    pub(super) fn entry(&self) -> Entry {
        let mut entry = lock(&self.entry).clone();
        if !entry.ended {
            let written = self.peer.written() - self.written_before;
            entry.bytes_in_flight = entry.bytes_sent.saturating_sub(written);
        }
        entry
    }
}
