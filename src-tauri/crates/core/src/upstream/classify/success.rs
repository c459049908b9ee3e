//! A 200 that may be no answer.

use memchr::memchr;
use serde_json::Value;

use super::envelope::{Envelope, is_page};
use super::opening::{FirstKey, first_key};
use super::{LOOKED_AT, broken, envelope_in_success};
use crate::model::{Class, Verdict};

/// Looks at the beginning of a 2xx body: all of it, or its first event, or
/// 64 KiB. `None` means that it is an answer as far as can be seen; otherwise
/// the verdict says what it is instead.
#[must_use]
pub fn inspect_success(
    content_type: Option<&str>,
    body_start: &[u8],
    expects_stream: bool,
) -> Option<Verdict> {
    let media_type = content_type.unwrap_or_default().trim_start();
    let is = |name: &str| {
        media_type
            .get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    let body = body_start
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body_start);
    if is("text/html") || is_page(body) {
        return Some(broken_page(body));
    }
    if is("text/event-stream") {
        return stream(body);
    }
    let text = body.trim_ascii();
    if text.is_empty() {
        // Blanks alone, up to the limit of what is held back, are patience.
        if body.len() >= LOOKED_AT {
            return None;
        }
        let has_words = is("application/json") || (expects_stream && is("text/"));
        return has_words.then(|| broken("an empty answer"));
    }
    match text[0] {
        b'{' => document(text),
        b'"' if expects_stream => Some(quoted(text)),
        b'd' | b'e' | b':' if expects_stream => stream(body),
        _ if expects_stream && is("text/plain") => Some(quoted(text)),
        _ => None,
    }
}

/// Whether the bytes hold a whole first event of a stream, or something that
/// is no stream: enough for [`inspect_success`].
pub(super) fn has_event(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
    first_data(&bytes[..whole]).is_some()
}

fn stream(body: &[u8]) -> Option<Verdict> {
    let Some(Event { name, data }) = first_data(body) else {
        // Comments alone, up to the limit of what is held back, are patience.
        return (body.len() < LOOKED_AT).then(|| broken("an empty stream"));
    };
    if data == b"[DONE]" {
        return Some(broken("an empty stream"));
    }
    if name == b"error" {
        return Some(quoted(data));
    }
    if is_page(data) {
        return Some(broken_page(data));
    }
    match data.first() {
        Some(b'{') => document(data),
        Some(b'"') => Some(quoted(data)),
        Some(_) | None => None,
    }
}

/// The first event that says something.
struct Event<'a> {
    name: &'a [u8],
    data: &'a [u8],
}

fn first_data(body: &[u8]) -> Option<Event<'_>> {
    let mut name: &[u8] = b"";
    let mut rest = body;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if let Some(value) = line.strip_prefix(b"event:") {
            name = value.trim_ascii();
        } else if let Some(data) = line.strip_prefix(b"data:") {
            let data = data.trim_ascii();
            if !data.is_empty() {
                return Some(Event { name, data });
            }
        } else if line.starts_with(b"{") || line.starts_with(b"\"") || line.starts_with(b"<") {
            // Not a stream at all, whatever its type says.
            return Some(Event {
                name,
                data: body.trim_ascii(),
            });
        }
    }
    None
}

/// A JSON object that may be an envelope.
fn document(text: &[u8]) -> Option<Verdict> {
    if first_key(text) != FirstKey::OfAnEnvelope {
        return None;
    }
    let value: Value = serde_json::from_slice(text).ok()?;
    let envelope = Envelope::of_json(&value);
    if envelope.is_error {
        return Some(envelope_in_success(&envelope));
    }
    // The envelope of 2025 has no code: only the vendor's own words tell it.
    let has_nothing = value.get("data").is_some_and(Value::is_null);
    if envelope.code.is_none() && has_nothing && !envelope.text.is_empty() {
        let verdict = envelope_in_success(&Envelope {
            is_error: true,
            ..envelope
        });
        return (verdict.class != Class::Broken).then_some(verdict);
    }
    None
}

/// Something that is an error by where it stands.
fn quoted(text: &[u8]) -> Verdict {
    envelope_in_success(&Envelope {
        is_error: true,
        ..Envelope::read(text)
    })
}

fn broken_page(body: &[u8]) -> Verdict {
    let mut envelope = Envelope::read(body);
    envelope.is_page = true;
    if envelope.text.is_empty() {
        "an HTML page".clone_into(&mut envelope.text);
    }
    envelope_in_success(&envelope)
}
