//! Secrets that a model says piece by piece: each event of a stream has a few of
//! their letters, and no event the whole.
//!
//! The strings that make up one text are put behind each other, whatever event
//! they stand in, and what is found there is taken out of each. Of several
//! answers at once (`n`), whose pieces alternate, only what an event has whole is
//! found.

use std::ops::Range;

use memchr::memchr2;

use crate::upstream::redact;

/// Names of the strings that come in pieces, in both protocols.
const NAMES: [&[u8]; 6] = [
    b"content",
    b"reasoning_content",
    b"text",
    b"thinking",
    b"arguments",
    b"partial_json",
];

/// Where the parts of secrets stand, in no order.
pub(super) fn secret_spans(text: &[u8], known: &[&str]) -> Vec<Range<usize>> {
    let mut told: [Telling; NAMES.len()] = Default::default();
    let mut strings = Strings { text, at: 0 };
    let mut name: Option<Range<usize>> = None;
    while let Some((string, is_name)) = strings.next() {
        if is_name {
            name = Some(string);
            continue;
        }
        let Some(name) = name.take() else {
            continue;
        };
        if let Some(which) = NAMES.iter().position(|known| *known == &text[name.clone()]) {
            told[which].append(text, string);
        }
    }
    told.iter().flat_map(|told| told.secrets(known)).collect()
}

/// One text, put together from its pieces.
#[derive(Default)]
struct Telling {
    text: Vec<u8>,
    /// Where each piece begins, here and in the body.
    pieces: Vec<(usize, usize)>,
}

impl Telling {
    fn append(&mut self, body: &[u8], piece: Range<usize>) {
        self.pieces.push((self.text.len(), piece.start));
        self.text.extend_from_slice(&body[piece]);
    }

    fn secrets(&self, known: &[&str]) -> Vec<Range<usize>> {
        let spans = redact::secret_spans(&self.text, known);
        spans
            .into_iter()
            .flat_map(|span| self.in_body(span))
            .collect()
    }

    /// The parts of a span, where they stand in the body.
    fn in_body(&self, span: Range<usize>) -> Vec<Range<usize>> {
        let first = self
            .pieces
            .partition_point(|(begin, _)| *begin <= span.start);
        let mut parts = Vec::new();
        for at in first.saturating_sub(1)..self.pieces.len() {
            let (begin, in_body) = self.pieces[at];
            if begin >= span.end {
                break;
            }
            let next = self
                .pieces
                .get(at + 1)
                .map_or(self.text.len(), |next| next.0);
            let (from, to) = (span.start.max(begin), span.end.min(next));
            if from < to {
                parts.push(in_body + from - begin..in_body + to - begin);
            }
        }
        parts
    }
}

/// The strings of JSON in a text, without their quotes, and whether each is a name.
struct Strings<'a> {
    text: &'a [u8],
    at: usize,
}

impl Strings<'_> {
    fn next(&mut self) -> Option<(Range<usize>, bool)> {
        let start = self.at + memchr::memchr(b'"', &self.text[self.at..])? + 1;
        let mut end = start;
        loop {
            // A string that the end of the body cut off ends there.
            let Some(found) = memchr2(b'"', b'\\', &self.text[end..]) else {
                self.at = self.text.len();
                return Some((start..self.text.len(), false));
            };
            end += found;
            if self.text[end] == b'"' {
                break;
            }
            end = (end + 2).min(self.text.len());
        }
        let behind = &self.text[end + 1..];
        let blanks = behind.iter().take_while(|byte| byte.is_ascii_whitespace());
        let blanks = blanks.count();
        let is_name = behind.get(blanks) == Some(&b':');
        self.at = end + 1;
        Some((start..end, is_name))
    }
}
