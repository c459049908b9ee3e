//! How much of a 2xx body must be at hand before it can be judged.

use memchr::memchr;

use super::success::has_event;

/// Keys with which an envelope begins. No chat answer does, and what begins so
/// without being an envelope is only waited for and parsed in vain.
const ENVELOPE_KEYS: [&[u8]; 8] = [
    b"code", b"message", b"data", b"error", b"msg", b"type", b"detail", b"status",
];

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The beginning of a body while it grows.
#[derive(Debug)]
pub struct Opening {
    is_stream: bool,
    /// Bytes of the document that were looked at.
    scanned: usize,
    depth: usize,
    place: Place,
    closed: bool,
}

/// Where in a document a byte stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Structure,
    /// Within quotes.
    Text,
    /// Behind a backslash.
    Escape,
}

/// The first key of a JSON object, as far as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstKey {
    /// An envelope may begin so.
    OfAnEnvelope,
    /// None does.
    Other,
    /// It cannot be told yet.
    Unfinished,
}

impl Opening {
    /// Nothing was seen yet of a body that is a stream of events, or is not.
    #[must_use]
    pub fn new(is_stream: bool) -> Self {
        Self {
            is_stream,
            scanned: 0,
            depth: 0,
            place: Place::Structure,
            closed: false,
        }
    }

    /// Whether `held`, the same bytes as before and more, is enough for
    /// [`super::inspect_success`].
    pub fn suffices(&mut self, held: &[u8]) -> bool {
        // A byte order mark may come in pieces as well.
        if BOM.starts_with(held) {
            return false;
        }
        let text = held.strip_prefix(BOM).unwrap_or(held);
        let text = text.trim_ascii_start();
        match text.first() {
            None => false,
            // Also where a stream was announced: an error may come as it is.
            Some(b'{') => match first_key(text) {
                FirstKey::Other => true,
                FirstKey::Unfinished => false,
                FirstKey::OfAnEnvelope => self.is_closed(text),
            },
            Some(_) if self.is_stream => has_event(held),
            Some(_) => true,
        }
    }

    /// Whether the last brace of the document has come. Each byte is looked at
    /// once, however small the pieces are.
    fn is_closed(&mut self, text: &[u8]) -> bool {
        for byte in text.get(self.scanned..).unwrap_or_default() {
            if self.closed {
                break;
            }
            match (self.place, byte) {
                (Place::Escape, _) | (Place::Structure, b'"') => self.place = Place::Text,
                (Place::Text, b'\\') => self.place = Place::Escape,
                (Place::Text, b'"') => self.place = Place::Structure,
                (Place::Structure, b'{' | b'[') => self.depth += 1,
                (Place::Structure, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    self.closed = self.depth == 0;
                }
                _ => {}
            }
        }
        self.scanned = text.len();
        self.closed
    }
}

/// What the first key of the object tells that `text` begins with.
pub(super) fn first_key(text: &[u8]) -> FirstKey {
    let rest = text.get(1..).unwrap_or_default().trim_ascii_start();
    let Some(key) = rest.strip_prefix(b"\"") else {
        return match rest {
            [] => FirstKey::Unfinished,
            _ => FirstKey::Other,
        };
    };
    let is_envelopes = match memchr(b'"', key) {
        Some(end) => ENVELOPE_KEYS.contains(&&key[..end]),
        None if ENVELOPE_KEYS.iter().any(|name| name.starts_with(key)) => {
            return FirstKey::Unfinished;
        }
        None => false,
    };
    if is_envelopes {
        FirstKey::OfAnEnvelope
    } else {
        FirstKey::Other
    }
}
