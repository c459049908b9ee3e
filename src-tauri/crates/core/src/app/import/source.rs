//! Finds out from the content what a text or a file is, and reads it.

use flowkeep_contract::{ApiError, ErrorCode, ImportFormat};

use super::entry::Line;
use super::table::Layout;
use super::{json, lines, older_pool};
use crate::store::{OlderCall, OlderPool};

/// The first bytes of an SQLite file.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What is imported.
pub enum Source {
    /// Text, as pasted.
    Text(String),
    /// A file's content: text, or an older pool's database.
    File(Vec<u8>),
}

/// What was read, entry by entry.
pub(super) struct Contents {
    pub(super) format: ImportFormat,
    pub(super) lines: Vec<Line>,
    pub(super) calls: Vec<OlderCall>,
}

impl Source {
    /// Whether these bytes are an SQLite database.
    #[must_use]
    pub fn is_database(bytes: &[u8]) -> bool {
        bytes.starts_with(SQLITE)
    }

    /// Bytes of text in it; a database has none.
    pub(super) fn text_len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::File(bytes) if Self::is_database(bytes) => 0,
            Self::File(bytes) => bytes.len(),
        }
    }

    /// Reads it. Blocks.
    ///
    /// # Errors
    /// When it is a database and none of an older pool.
    pub(super) fn read(self) -> Result<Contents, ApiError> {
        let text = match self {
            Self::Text(text) => text,
            Self::File(bytes) if Self::is_database(&bytes) => {
                let pool = OlderPool::read(&bytes).map_err(|error| {
                    ApiError::new(ErrorCode::InvalidRequest, crate::app::error::chain(&error))
                })?;
                return Ok(Contents {
                    format: ImportFormat::OlderPool,
                    lines: older_pool::lines(&pool),
                    calls: pool.calls,
                });
            }
            Self::File(bytes) => text_of(bytes),
        };
        let (format, lines) = read_text(&text);
        Ok(Contents {
            format,
            lines,
            calls: Vec::new(),
        })
    }
}

fn read_text(text: &str) -> (ImportFormat, Vec<Line>) {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['[', '{']) {
        return (ImportFormat::Json, json::read(text));
    }
    if let Some(layout) = Layout::of(text) {
        return (ImportFormat::Csv, layout.read(text));
    }
    (ImportFormat::Lines, lines::read(text))
}

/// UTF-8, or the UTF-16 that Windows programs write. What is neither is kept as a
/// mark, so that its line is reported.
fn text_of(bytes: Vec<u8>) -> String {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| unit(*pair));
        char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes.as_slice() {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
