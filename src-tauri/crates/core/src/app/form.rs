//! What the relay must know of a `multipart/form-data` body (RFC 7578): whether
//! it is one, and its short text fields. It is looked at, never rebuilt.

mod passing;

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem::{self, Finder};

pub(in crate::app) use passing::{Passed, PassingField};

/// More than any part's head needs.
const HEAD: usize = 8 * 1024;
/// RFC 2046 §5.1.1.
const LONGEST_BOUNDARY: usize = 70;

/// A form, or the beginning of one.
#[derive(Debug)]
pub struct Form<'a> {
    body: &'a [u8],
    /// `\r\n--` and the boundary.
    delimiter: Vec<u8>,
}

impl<'a> Form<'a> {
    /// A form of this `Content-Type`; `None` when that is another type or names no
    /// boundary.
    #[must_use]
    pub fn new(content_type: &str, body: &'a [u8]) -> Option<Self> {
        let delimiter = delimiter(content_type)?;
        Some(Self { body, delimiter })
    }

    /// Whether the boundary appears at all.
    #[must_use]
    pub fn has_parts(&self) -> bool {
        memmem::find(self.body, &self.delimiter[2..]).is_some()
    }

    /// Where the value of a text field stands, without its line ends; the first
    /// when there are several. A part that names a file is no text field, and
    /// one whose end is not at hand is none yet.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Range<usize>> {
        let finder = Finder::new(&self.delimiter);
        let first = &self.delimiter[2..];
        let mut at = if self.body.starts_with(first) {
            first.len()
        } else {
            finder.find(self.body)? + self.delimiter.len()
        };
        loop {
            let rest = &self.body[at..];
            if rest.starts_with(b"--") {
                return None;
            }
            let head_end = memmem::find(&rest[..rest.len().min(HEAD)], b"\r\n\r\n")?;
            let value = at + head_end + 4;
            // A part may be empty: the line end of its head is its delimiter's too.
            let end = value - 2 + finder.find(&self.body[value - 2..])?;
            if is_text_field(&rest[..head_end], name) {
                return Some(value..end.max(value));
            }
            at = end + self.delimiter.len();
        }
    }
}

/// `\r\n--` and the boundary that the type of a form names.
fn delimiter(content_type: &str) -> Option<Vec<u8>> {
    let essence = content_type.split(';').next()?.trim();
    let boundary = parameter(content_type, "boundary")?;
    let is_form = essence.eq_ignore_ascii_case("multipart/form-data");
    let is_sound = is_form && !boundary.is_empty() && boundary.len() <= LONGEST_BOUNDARY;
    is_sound.then(|| format!("\r\n--{boundary}").into_bytes())
}

fn is_text_field(head: &[u8], name: &str) -> bool {
    let head = String::from_utf8_lossy(head);
    let disposition = head.split("\r\n").find_map(|line| {
        let (header, value) = line.split_once(':')?;
        let wanted = header.trim().eq_ignore_ascii_case("content-disposition");
        wanted.then_some(value)
    });
    disposition.is_some_and(|value| {
        parameter(value, "name").is_some_and(|this| this == name)
            && parameter(value, "filename").is_none()
    })
}

/// A parameter of a header value such as `form-data; name="model"`.
fn parameter<'a>(value: &'a str, wanted: &str) -> Option<Cow<'a, str>> {
    let (_, mut rest) = value.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, tail) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => match after.split_once(';') {
                Some((token, tail)) => (token.trim_end().into(), tail),
                None => (after.trim_end().into(), ""),
            },
        };
        let name = name.trim_matches([' ', '\t', ';']);
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = tail;
    }
}

/// The text up to the closing quote, and what follows it.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value.into(), &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests;
