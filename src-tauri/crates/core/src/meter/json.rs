//! Usage of a body that is one JSON document.
//!
//! Usage stands near the end of nearly every answer, so the end is read first.
//! That is exact, not a guess: when `{` and the text from `"usage"` on form one
//! JSON object that ends where the document ends, then that key stood at the
//! top of the document. What is not counted in tokens stands in short documents,
//! which are read whole.

use std::collections::VecDeque;

use bytes::Bytes;
use memchr::memmem;

use crate::model::{Protocol, Units};

use super::counted::{self, Counted};
use super::estimate::estimate_json;
use super::scanner::Scan;
use super::usage;

/// Documents up to this size are read whole when their end says nothing.
const WHOLE: usize = 4 << 20;
/// Of larger ones this much of the end is kept.
const TAIL: usize = 64 << 10;
/// Smaller chunks are put together: kept one by one, each would cost more than
/// it holds and pin the buffer that it was read into (S37).
const CRUMB: usize = 1 << 10;
const USAGE: &[u8] = b"\"usage\"";
const META: &[u8] = b"\"meta\"";

#[derive(Debug)]
pub(super) struct JsonScan {
    protocol: Protocol,
    counted: Counted,
    chunks: VecDeque<Bytes>,
    /// Small chunks behind them.
    crumbs: Vec<u8>,
    /// Bytes in both.
    kept: usize,
    /// Whether the beginning was given up.
    is_tail: bool,
}

impl JsonScan {
    pub(super) fn new(protocol: Protocol, counted: Counted) -> Self {
        Self {
            protocol,
            counted,
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
        let mut scan = Scan {
            clean_end: true,
            ..Scan::default()
        };
        match self.counted {
            Counted::Tokens | Counted::Read => self.read_usage(&mut scan),
            Counted::Ranked => {
                let at_end = self.read_end(META, counted::ranked);
                let told = at_end.or_else(|| self.read_whole(counted::ranked));
                (scan.usage, scan.units) = told.unwrap_or_default();
            }
            Counted::Images => {
                scan.units = Units {
                    images: self.read_whole(counted::images),
                    ..Units::default()
                };
            }
            Counted::Clip => {
                scan.units = Units {
                    clips: self.read_whole(counted::clips),
                    ..Units::default()
                };
            }
            Counted::Sound => {
                scan.units = Units {
                    sound_ms: self.read_whole(counted::sound_ms),
                    ..Units::default()
                };
            }
            Counted::Results | Counted::Nothing => {}
        }
        scan
    }

    fn read_usage(&self, scan: &mut Scan) {
        let read = |json: &[u8]| usage::read(self.protocol, json);
        let names_usage = |json: &[u8]| memmem::find(json, USAGE).is_some();
        let told = self
            .read_end(USAGE, read)
            .or_else(|| self.read_whole(|json| names_usage(json).then(|| read(json))?));
        match told {
            Some(usage) => scan.usage = usage,
            None if self.counted.writes() => {
                scan.written = self.read_whole(estimate_json).unwrap_or(0);
            }
            None => {}
        }
    }

    /// What stands at the end of the document from a key of its top on.
    fn read_end<T>(&self, key: &[u8], read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        match (self.chunks.front(), self.chunks.len()) {
            (Some(document), 1) => {
                let tail = &document[document.len().saturating_sub(TAIL)..];
                at_end(tail, key, read)
            }
            _ => at_end(&self.joined(self.kept.min(TAIL)), key, read),
        }
    }

    /// The document, unless its beginning was given up.
    fn read_whole<T>(&self, read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        if self.is_tail {
            return None;
        }
        match (self.chunks.front(), self.chunks.len()) {
            (Some(document), 1) => read(document),
            _ => read(&self.joined(self.kept)),
        }
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

/// What `read` makes of the end of a document from the last `key`, quotes included, on, if that
/// provably stands at its top.
fn at_end<T>(tail: &[u8], key: &[u8], read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let at = memmem::rfind(tail, key)?;
    // Behind a backslash the quote belongs to a text.
    if at == 0 || tail[at - 1] == b'\\' {
        return None;
    }
    let mut object = Vec::with_capacity(tail.len() - at + 1);
    object.push(b'{');
    object.extend_from_slice(&tail[at..]);
    read(&object)
}
