//! Which bodies are text, and taking the secrets out of those (S16, S17).

mod pieces;

use crate::upstream::redact::{GONE, joined, secret_spans};

fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether such a body is something to read.
pub(super) fn is_text(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence.is_empty()
        || essence.starts_with("text/")
        || essence.ends_with("json")
        || matches!(
            essence.as_str(),
            "application/jsonl" | "application/x-jsonlines" | "application/xml"
        )
}

/// Whether it comes as events, in pieces.
pub(super) fn is_stream(content_type: &str) -> bool {
    essence(content_type) == "text/event-stream"
}

/// The bytes as text, without a character that was cut in two at the end; `None`
/// when they are none.
pub(super) fn text_of(bytes: Vec<u8>) -> Option<String> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Some(text),
        Err(error) => error,
    };
    let faulty = error.utf8_error();
    if faulty.error_len().is_some() {
        return None;
    }
    let mut bytes = error.into_bytes();
    bytes.truncate(faulty.valid_up_to());
    String::from_utf8(bytes).ok()
}

/// The text without secrets. In a stream one may come in pieces, each in an event
/// of its own.
pub(super) fn redacted(text: String, is_stream: bool, known: &[&str]) -> String {
    let mut spans = secret_spans(text.as_bytes(), known);
    // Whatever it is called: some upstreams name no type.
    let has_events = |text: &str| text.starts_with("data:") || text.starts_with("event:");
    if is_stream || has_events(&text) {
        spans.extend(pieces::secret_spans(text.as_bytes(), known));
        spans = joined(spans);
    }
    if spans.is_empty() {
        return text;
    }
    let mut clean = Vec::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        clean.extend_from_slice(&text.as_bytes()[from..span.start]);
        clean.extend_from_slice(GONE);
        from = span.end;
    }
    clean.extend_from_slice(&text.as_bytes()[from..]);
    String::from_utf8_lossy(&clean).into_owned()
}

#[cfg(test)]
mod tests;
