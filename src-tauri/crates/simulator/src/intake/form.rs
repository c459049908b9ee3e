//! A multipart form whose files are counted and digested, never held.

use std::task::Poll;

use memchr::memchr_iter;
use multer::{Field, Multipart};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Reader, hex, poll_fn};
use crate::ledger::Upload;

/// Parts a form may have.
const MOST_PARTS: usize = 64;
/// How much of each part is kept: a text field whole, a file's beginning.
const BEGINNING: usize = 64 << 10;

/// The parts of a form, in order.
#[derive(Debug, Default)]
pub(crate) struct Form {
    parts: Vec<Part>,
}

/// One part of a form.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Only files have one.
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: u64,
    /// In hex; empty when nothing keeps it.
    pub(crate) sha256: String,
    /// Lines that are not empty.
    pub(crate) lines: u64,
    /// The first bytes.
    pub(crate) beginning: Vec<u8>,
}

impl Form {
    /// The part of this name that is a file.
    pub(crate) fn file(&self, name: &str) -> Option<&Part> {
        self.parts
            .iter()
            .find(|part| part.name == name && part.file_name.is_some())
    }

    /// The text fields as an object, for what JSON bodies say otherwise.
    pub(crate) fn fields(&self) -> Value {
        let texts = self.parts.iter().filter(|part| part.file_name.is_none());
        let fields: Map<String, Value> = texts
            .map(|part| {
                let text = String::from_utf8_lossy(&part.beginning).into_owned();
                (part.name.clone(), Value::String(text))
            })
            .collect();
        Value::Object(fields)
    }

    /// The files, for the ledger.
    pub(super) fn uploads(&self) -> impl Iterator<Item = Upload> {
        self.parts.iter().filter_map(|part| {
            Some(Upload {
                name: part.name.clone(),
                file_name: part.file_name.clone()?,
                content_type: part.content_type.clone(),
                bytes: part.bytes,
                sha256: part.sha256.clone(),
            })
        })
    }
}

/// Reads a form; nothing when the body is none.
pub(super) async fn read(reader: &mut Reader<'_>, boundary: String) -> Option<Form> {
    // The parser takes all that is ready before it looks at any of it, so it
    // gets one piece at a time.
    let mut pausing = false;
    let is_digested = reader.hasher.is_some();
    let pieces = poll_fn(move |cx| {
        if std::mem::take(&mut pausing) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = reader.poll_data(cx);
        pausing = piece.is_ready();
        piece
    });
    let mut multipart = Multipart::new(pieces, boundary);
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.ok()? {
        if form.parts.len() >= MOST_PARTS {
            return None;
        }
        form.parts.push(read_part(field, is_digested).await?);
    }
    Some(form)
}

async fn read_part(mut field: Field<'_>, is_digested: bool) -> Option<Part> {
    let mut part = Part {
        name: field.name().unwrap_or_default().to_owned(),
        file_name: field.file_name().map(str::to_owned),
        content_type: field.content_type().map(ToString::to_string),
        ..Part::default()
    };
    let mut hasher = is_digested.then(Sha256::new);
    let mut lines = Lines::default();
    while let Some(chunk) = field.chunk().await.ok()? {
        part.bytes += chunk.len() as u64;
        if let Some(hasher) = &mut hasher {
            hasher.update(&chunk);
        }
        lines.count(&chunk);
        let room = BEGINNING - part.beginning.len();
        part.beginning
            .extend_from_slice(&chunk[..room.min(chunk.len())]);
    }
    part.sha256 = hasher.map_or(String::new(), |hasher| hex(&hasher.finalize()));
    part.lines = lines.total();
    Some(part)
}

/// Counts lines that have something in them.
#[derive(Default)]
struct Lines {
    ended: u64,
    has_text: bool,
}

impl Lines {
    fn count(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for end in memchr_iter(b'\n', bytes) {
            let has_text = self.has_text || has_text(&bytes[start..end]);
            self.ended += u64::from(has_text);
            self.has_text = false;
            start = end + 1;
        }
        self.has_text |= has_text(&bytes[start..]);
    }

    fn total(&self) -> u64 {
        self.ended + u64::from(self.has_text)
    }
}

fn has_text(line: &[u8]) -> bool {
    line.iter().any(|byte| !byte.is_ascii_whitespace())
}
