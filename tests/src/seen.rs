//! What a client got, and whether ledger and database agree with it.

use std::time::{Duration, Instant};

use flowkeep_contract::{Outcome, RequestView};
use flowkeep_simulator::Entry;
use http::HeaderMap;
use serde_json::Value;

use crate::Rig;

/// How long anything may take that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What a number of requests came to, by status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Statuses in the order of the requests.
    pub statuses: Vec<u16>,
}

impl Outcomes {
    /// How many have this status.
    #[must_use]
    pub fn count(&self, status: u16) -> usize {
        self.statuses.iter().filter(|one| **one == status).count()
    }
}

/// An answer as a client saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// What came of the body.
    pub body: Vec<u8>,
    /// Whether the connection ended before the body did.
    pub broke_off: bool,
    /// From sending to the end of the body.
    pub took: Duration,
}

impl Seen {
    /// Reads an answer to whatever end.
    pub async fn read(mut response: reqwest::Response, sent: Instant) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        let broke_off = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        Self {
            status,
            headers,
            body,
            broke_off,
            took: sent.elapsed(),
        }
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none; shows it.
    #[must_use]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        assert!(parsed.is_ok(), "not JSON: {}", self.text());
        parsed.expect("checked before")
    }

    /// A header; empty when absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Flowkeep's name for the error; empty when the answer is not Flowkeep's.
    #[must_use]
    pub fn error(&self) -> &str {
        self.header("x-flowkeep-error")
    }

    /// `x-flowkeep-attempts`.
    ///
    /// # Panics
    /// When the header is absent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        let attempts = self.header("x-flowkeep-attempts").parse();
        attempts.expect("every proxied answer tells its attempts")
    }

    /// How many `data:` lines came.
    #[must_use]
    pub fn events(&self) -> usize {
        let lines = self.body.split(|byte| *byte == b'\n');
        lines.filter(|line| line.starts_with(b"data:")).count()
    }

    /// Whether this is a whole good answer, with its end mark if it is a stream.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let stream = self.header("content-type").starts_with("text/event-stream");
        let tail = &self.body[self.body.len().saturating_sub(256)..];
        let tail = String::from_utf8_lossy(tail);
        let marks = [
            "data: [DONE]",
            "message_stop",
            "\"response.completed\"",
            "\"response.incomplete\"",
        ];
        let marked = marks.iter().any(|mark| tail.contains(mark));
        self.status == 200 && !self.broke_off && (!stream || marked)
    }
}

impl Rig {
    /// Sends a JSON body and reads the answer to whatever end.
    ///
    /// # Panics
    /// When there is no HTTP answer.
    pub async fn ask(&self, path: &str, body: &Value) -> Seen {
        let sent = Instant::now();
        let response = self.post(path, body).await.expect("an HTTP answer");
        Seen::read(response, sent).await
    }

    /// One chat, read to whatever end.
    pub async fn ask_chat(&self, model: &str, stream: bool) -> Seen {
        let body = Self::chat_body(model, stream);
        self.ask("/v1/chat/completions", &body).await
    }

    /// One message in Anthropic's protocol, read to whatever end.
    pub async fn ask_message(&self, model: &str, stream: bool) -> Seen {
        let mut body = Self::chat_body(model, stream);
        body["max_tokens"] = 64.into();
        self.ask("/v1/messages", &body).await
    }

    /// All upstream requests but probes of keys, once they are over.
    ///
    /// # Panics
    /// When one does not end.
    pub async fn upstream_hits(&self) -> Vec<Entry> {
        let ledger = self.simulator.ledger();
        let over = |entries: &[Entry]| entries.iter().all(|entry| entry.ended);
        assert!(
            ledger.wait_for(over, PATIENCE).await,
            "{:?}",
            ledger.entries()
        );
        let mut entries = ledger.entries();
        entries.retain(|entry| entry.path != "/v1/models");
        entries
    }

    /// All rows, once nothing is under way.
    ///
    /// # Panics
    /// When a request does not end.
    pub async fn settled_rows(&self) -> Vec<RequestView> {
        self.idle().await;
        self.rows().await
    }

    /// Waits until no request is under way.
    ///
    /// # Panics
    /// When one does not end.
    pub async fn idle(&self) {
        let begun = Instant::now();
        while self.app.in_flight() > 0 {
            assert!(
                begun.elapsed() < PATIENCE,
                "{} under way",
                self.app.in_flight()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The ledger rule: what the clients got, what the upstream saw and what the
    /// database holds must be the same story. Returns the rows in the order of
    /// `clients`, which are all the requests there were.
    ///
    /// # Panics
    /// When the three disagree.
    pub async fn agree(&self, clients: &[Seen]) -> Vec<RequestView> {
        let rows = self.settled_rows().await;
        assert_eq!(rows.len(), clients.len(), "a row per request");
        let hits = self.upstream_hits().await.len();
        let attempts: u32 = rows.iter().map(|row| row.attempts).sum();
        assert_eq!(hits, attempts as usize, "an attempt per upstream request");
        clients.iter().map(|seen| row_of(&rows, seen)).collect()
    }
}

fn row_of(rows: &[RequestView], seen: &Seen) -> RequestView {
    let id = seen.header("x-flowkeep-request-id");
    let row = rows.iter().find(|row| row.request_id == id);
    let row = row.expect("a row with the request's id").clone();
    assert_eq!(row.status, seen.status, "{row:?}");
    assert_eq!(row.attempts, seen.attempts(), "{row:?}");
    let success = row.outcome == Outcome::Success;
    assert_eq!(success, seen.is_whole(), "{row:?}\n{}", seen.text());
    row
}
