//! The beginning of one body, and how long it was.

use http::{HeaderMap, header};

use super::super::answer::is_encoded;
use super::words;
use crate::model::{KeptBody, LeftOut, Share};
use crate::upstream::redact::quotable;

/// Memory is taken in steps of at least this, in bytes.
const STEP: usize = 4 << 10;

/// Takes a body in as it passes.
pub(super) struct Sink {
    most: usize,
    share: Share,
    bytes: u64,
    kept: Vec<u8>,
    content_type: Option<String>,
    left_out: Option<LeftOut>,
}

impl Sink {
    /// Keeps at most so many bytes, as far as the share can grow.
    pub(super) fn new(most: usize, share: Share) -> Self {
        Self {
            most,
            share,
            bytes: 0,
            kept: Vec::new(),
            content_type: None,
            left_out: None,
        }
    }

    /// What stays in its place when it is taken: it keeps nothing.
    pub(super) fn emptied(&self) -> Self {
        Self::new(0, self.share.beside())
    }

    /// What the headers say of the body. What is no plain text is only counted.
    pub(super) fn label(&mut self, headers: &HeaderMap) {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = text(header::CONTENT_TYPE);
        if is_encoded(headers) {
            self.leave_out(LeftOut::Compressed);
        } else if !content_type.is_none_or(words::is_text) {
            self.leave_out(LeftOut::Binary);
        }
        self.content_type = content_type.map(|named| quotable(named, &[]));
    }

    pub(super) fn push(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        if self.left_out.is_some() {
            return;
        }
        let data = &data[..data.len().min(self.most - self.kept.len())];
        if self.make_room(data.len()) {
            self.kept.extend_from_slice(data);
        } else {
            self.leave_out(LeftOut::Crowded);
        }
    }

    /// Takes memory for so many bytes more; false when there is none.
    fn make_room(&mut self, more: usize) -> bool {
        let (held, needed) = (self.kept.capacity(), self.kept.len() + more);
        if needed <= held {
            return true;
        }
        let capacity = needed.max(held * 2).max(STEP).min(self.most);
        if !self.share.grow(capacity - held) {
            return false;
        }
        self.kept.reserve_exact(capacity - self.kept.len());
        true
    }

    fn leave_out(&mut self, why: LeftOut) {
        self.left_out = Some(why);
        self.kept = Vec::new();
        self.share.empty();
    }

    /// What is kept of it, and the memory that this takes.
    pub(super) fn close(mut self, known: &[&str]) -> (KeptBody, Share) {
        let is_cut = self.bytes > self.kept.len() as u64;
        let is_stream = self.content_type.as_deref().is_some_and(words::is_stream);
        let text = match self.left_out {
            Some(_) => None,
            None => words::text_of(std::mem::take(&mut self.kept)),
        };
        if text.is_none() && self.left_out.is_none() {
            self.leave_out(LeftOut::Binary);
        }
        let body = KeptBody {
            bytes: self.bytes,
            content_type: self.content_type,
            is_cut: is_cut && text.is_some(),
            text: text
                .filter(|_| self.bytes > 0)
                .map(|text| words::redacted(text, is_stream, known)),
            // Of nothing nothing was left out.
            left_out: self.left_out.filter(|_| self.bytes > 0),
        };
        (body, self.share)
    }
}

#[cfg(test)]
impl Sink {
    pub(super) fn capacity(&self) -> usize {
        self.kept.capacity()
    }

    /// Bytes that it has; none once it has given up.
    pub(super) fn bytes_held(&self) -> Option<usize> {
        self.left_out.is_none().then_some(self.kept.len())
    }
}
