//! Where the secrets of a text stand that is kept as it passed: a prompt, or a
//! stream in which a model repeats one piece by piece.
//!
//! [`super::Redactor`] looks at what an upstream says of a request. Here a client
//! may have written anything, also without a blank in front of a key, so more is
//! taken for a secret: a long run of letters and digits behind `sk-` wherever it
//! stands, Flowkeep's own tokens, and the beginning of either at the end of the
//! text, which may be cut there.

use std::ops::Range;

use memchr::memmem;

use super::{PREFIX, SHORTEST_REST, is_key_byte};

/// Client tokens of Flowkeep: hexadecimal digits follow.
const TOKEN_PREFIX: &[u8] = b"fk-";
const SHORTEST_TOKEN: usize = 8;
/// So many letters and digits behind `sk-` are no words.
const SURELY_A_KEY: usize = 24;
/// A shorter beginning of a known secret says nothing.
const TELLING: usize = 4;

/// Where neither a key, a token, nor one of `known` may stay, in order and apart.
#[must_use]
pub fn secret_spans(text: &[u8], known: &[&str]) -> Vec<Range<usize>> {
    let mut spans = keys(text);
    for at in memmem::find_iter(text, TOKEN_PREFIX) {
        spans.extend(token_at(text, at));
    }
    for secret in known.iter().filter(|secret| !secret.is_empty()) {
        let secret = secret.as_bytes();
        spans.extend(memmem::find_iter(text, secret).map(|at| at..at + secret.len()));
        spans.extend(begun_at_the_end(text, secret));
    }
    joined(spans)
}

/// In order, those that touch as one.
#[must_use]
pub fn joined(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| span.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

fn run(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| is_part(**byte)).count()
}

/// Each byte is looked at a few times at most, whatever a client sends.
fn keys(text: &[u8]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for at in memmem::find_iter(text, PREFIX) {
        if spans.last().is_none_or(|last| last.end <= at) {
            spans.extend(key_at(text, at));
        }
    }
    spans
}

fn key_at(text: &[u8], at: usize) -> Option<Range<usize>> {
    let behind = &text[at + PREFIX.len()..];
    let letters = &behind[..behind.len().min(SURELY_A_KEY)];
    let is_long = run(letters, |byte| byte.is_ascii_alphanumeric()) == SURELY_A_KEY;
    if !is_long && !begins_a_word(text, at) {
        return None;
    }
    let length = run(behind, is_key_byte);
    let is_key = is_long || length >= SHORTEST_REST || length == behind.len();
    is_key.then(|| at..at + PREFIX.len() + length)
}

fn token_at(text: &[u8], at: usize) -> Option<Range<usize>> {
    let behind = &text[at + TOKEN_PREFIX.len()..];
    let length = run(behind, |byte| byte.is_ascii_hexdigit());
    let is_cut = length == behind.len() && begins_a_word(text, at);
    let end = at + TOKEN_PREFIX.len() + length;
    (length >= SHORTEST_TOKEN || is_cut).then_some(at..end)
}

/// Nothing, or neither letter nor digit, stands before it; or an escape of JSON, as
/// in `\nsk-`.
fn begins_a_word(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    let Some(last) = before.last() else {
        return true;
    };
    let is_escape = || {
        let letter = matches!(before, [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f']);
        letter || matches!(before, [.., b'\\', b'u', _, _, _, _])
    };
    !last.is_ascii_alphanumeric() || is_escape()
}

/// The longest beginning of a secret that the text ends with.
fn begun_at_the_end(text: &[u8], secret: &[u8]) -> Option<Range<usize>> {
    (TELLING..secret.len())
        .rev()
        .find(|length| text.ends_with(&secret[..*length]))
        .map(|length| text.len() - length..text.len())
}

#[cfg(test)]
mod tests;
