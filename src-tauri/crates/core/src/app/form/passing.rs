//! A short text field of a form that streams past.
//!
//! What is held is at most the head of a part, the value itself, or so much as
//! may be the beginning of a delimiter; everything else leaves at once, and every
//! byte leaves in its order.

use bytes::{Buf as _, Bytes, BytesMut};
use memchr::memmem::{self, Finder};

use super::{HEAD, delimiter, is_text_field};

/// A longer value is no name.
const LONGEST_VALUE: usize = 1024;
/// Stands before the body, since the first delimiter may lack its line end.
const LINE_END: &[u8] = b"\r\n";

/// The first field of a name in a form that streams past.
#[derive(Debug)]
pub(in crate::app) struct PassingField {
    name: &'static str,
    delimiter: Finder<'static>,
    held: BytesMut,
    /// How many of the held bytes are not the form's.
    made_up: usize,
    stage: Stage,
}

/// Where the held bytes begin.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// In a part that is of no interest, or before all parts.
    Content,
    /// Behind a delimiter.
    Head,
    /// With the line end before the value.
    Value,
    /// With the value, which has so many bytes.
    Found(usize),
    /// Nothing is looked for any more.
    Over,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::app) enum Passed {
    /// Bytes of the form.
    Bytes(Bytes),
    /// The field's value, never empty.
    Value(Bytes),
    /// More must be fed first.
    Nothing,
}

impl PassingField {
    /// Looks for a field in a form of this `Content-Type`; `None` when it is none.
    pub(in crate::app) fn new(content_type: &str, name: &'static str) -> Option<Self> {
        let delimiter = delimiter(content_type)?;
        Some(Self {
            name,
            delimiter: Finder::new(&delimiter).into_owned(),
            held: BytesMut::from(LINE_END),
            made_up: LINE_END.len(),
            stage: Stage::Content,
        })
    }

    /// Takes the next bytes of the form.
    pub(in crate::app) fn feed(&mut self, data: &[u8]) {
        self.held.extend_from_slice(data);
    }

    /// Gives the next bytes that need not be held.
    pub(in crate::app) fn pass(&mut self) -> Passed {
        loop {
            let (count, next) = match self.stage {
                Stage::Content => self.content(),
                Stage::Head => self.head(),
                Stage::Value => self.value(),
                Stage::Found(count) => {
                    self.stage = Stage::Over;
                    return Passed::Value(self.give(count));
                }
                Stage::Over => (self.held.len(), Some(Stage::Over)),
            };
            let stays = next.is_none();
            self.stage = next.unwrap_or(self.stage);
            let given = self.give(count);
            if !given.is_empty() {
                return Passed::Bytes(given);
            }
            if stays || (matches!(self.stage, Stage::Over) && self.held.is_empty()) {
                return Passed::Nothing;
            }
        }
    }

    /// The form is over; gives what is held.
    pub(in crate::app) fn rest(&mut self) -> Bytes {
        self.stage = Stage::Over;
        self.give(self.held.len())
    }

    /// How many bytes may leave, and what follows them; nothing new when more
    /// must come first.
    fn content(&self) -> (usize, Option<Stage>) {
        let length = self.delimiter.needle().len();
        match self.delimiter.find(&self.held) {
            Some(at) => (at + length, Some(Stage::Head)),
            None => (self.held.len().saturating_sub(length - 1), None),
        }
    }

    fn head(&self) -> (usize, Option<Stage>) {
        let held = &self.held;
        if held.starts_with(b"--") {
            return (0, Some(Stage::Over));
        }
        match memmem::find(&held[..held.len().min(HEAD)], b"\r\n\r\n") {
            Some(end) if is_text_field(&held[..end], self.name) => (end + 2, Some(Stage::Value)),
            // A part may be empty: the line end of its head is its delimiter's too.
            Some(end) => (end + 2, Some(Stage::Content)),
            None if held.len() >= HEAD => (0, Some(Stage::Over)),
            None => (0, None),
        }
    }

    fn value(&self) -> (usize, Option<Stage>) {
        let most = LINE_END.len() + LONGEST_VALUE + self.delimiter.needle().len();
        match self.delimiter.find(&self.held) {
            Some(end) if end > LINE_END.len() => {
                let count = end - LINE_END.len();
                (LINE_END.len(), Some(Stage::Found(count)))
            }
            Some(_) => (0, Some(Stage::Over)),
            None if self.held.len() >= most => (0, Some(Stage::Over)),
            None => (0, None),
        }
    }

    fn give(&mut self, count: usize) -> Bytes {
        let mut given = self.held.split_to(count);
        let made_up = self.made_up.min(count);
        self.made_up -= made_up;
        given.advance(made_up);
        given.freeze()
    }
}

#[cfg(test)]
mod tests;
