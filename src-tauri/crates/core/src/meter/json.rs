//! Usage of a body that is one JSON document.
//!
//! Usage stands near the end of nearly every answer, so the end is read first.
//! That is exact, not a guess: when `{` and the text from `"usage"` on form one
//! JSON object that ends where the document ends, then that key stood at the
//! top of the document.

use std::collections::VecDeque;

use bytes::Bytes;
use memchr::memmem;

use crate::model::{Protocol, Usage};

use super::scanner::Scan;
use super::usage;

/// Documents up to this size are read whole when their end says nothing.
const WHOLE: usize = 4 << 20;
/// Of larger ones this much of the end is kept.
const TAIL: usize = 64 << 10;
/// Smaller chunks are put together: kept one by one, each would cost more than
/// it holds and pin the buffer that it was read into (S37).
const CRUMB: usize = 1 << 10;

#[derive(Debug)]
pub(super) struct JsonScan {
    protocol: Protocol,
    chunks: VecDeque<Bytes>,
    /// Small chunks behind them.
    crumbs: Vec<u8>,
    /// Bytes in both.
    kept: usize,
    /// Whether the beginning was given up.
    is_tail: bool,
}

impl JsonScan {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            chunks: VecDeque::new(),
            crumbs: Vec::new(),
            kept: 0,
            is_tail: false,
        }
    }

    pub(super) fn feed(&mut self, chunk: &Bytes) {
        if chunk.is_empty() {
            return;
        }
        self.kept += chunk.len();
        // A document in one small chunk is no crumb.
        if chunk.len() < CRUMB && !self.chunks.is_empty() {
            self.crumbs.extend_from_slice(chunk);
            if self.crumbs.len() >= TAIL {
                self.sweep_up();
            }
        } else {
            self.sweep_up();
            self.chunks.push_back(chunk.clone());
        }
        self.is_tail |= self.kept > WHOLE;
        if !self.is_tail {
            return;
        }
        while let Some(first) = self.chunks.front() {
            if self.kept - first.len() < TAIL {
                break;
            }
            self.kept -= first.len();
            self.chunks.pop_front();
        }
    }

    /// Makes one chunk of the crumbs.
    fn sweep_up(&mut self) {
        if !self.crumbs.is_empty() {
            let crumbs = std::mem::take(&mut self.crumbs);
            self.chunks.push_back(crumbs.into());
        }
    }

    pub(super) fn finish(mut self) -> Scan {
        self.sweep_up();
        Scan {
            usage: self.usage().unwrap_or_default(),
            clean_end: true,
            error_event: false,
        }
    }

    fn usage(&self) -> Option<Usage> {
        if self.chunks.len() == 1 {
            return self.read(self.chunks.front()?);
        }
        let tail = self.joined(self.kept.min(TAIL));
        at_end(self.protocol, &tail).or_else(|| self.read_whole(&self.joined(self.kept)))
    }

    fn read(&self, document: &[u8]) -> Option<Usage> {
        let tail = &document[document.len().saturating_sub(TAIL)..];
        at_end(self.protocol, tail).or_else(|| self.read_whole(document))
    }

    fn read_whole(&self, document: &[u8]) -> Option<Usage> {
        if self.is_tail || memmem::find(document, b"\"usage\"").is_none() {
            return None;
        }
        usage::read(self.protocol, document)
    }

    /// The last `length` bytes in one piece.
    fn joined(&self, length: usize) -> Vec<u8> {
        let mut skip = self.kept - length;
        let mut joined = Vec::with_capacity(length);
        for chunk in &self.chunks {
            let from = skip.min(chunk.len());
            skip -= from;
            joined.extend_from_slice(&chunk[from..]);
        }
        joined
    }
}

/// The usage at the end of a document, if it provably stands at its top.
fn at_end(protocol: Protocol, tail: &[u8]) -> Option<Usage> {
    let at = memmem::rfind(tail, b"\"usage\"")?;
    // Behind a backslash the quote belongs to a text.
    if at == 0 || tail[at - 1] == b'\\' {
        return None;
    }
    let mut object = Vec::with_capacity(tail.len() - at + 1);
    object.push(b'{');
    object.extend_from_slice(&tail[at..]);
    usage::read(protocol, &object)
}
