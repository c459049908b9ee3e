//! Takes secrets out of what an upstream says (S16).
//!
//! A key is recognised by its shape (`sk-` and what may follow), so that a key
//! nobody told us of is caught as well, and by its own text when it is known.

mod spans;

pub use spans::{joined, secret_spans};

/// Stands where a secret was.
pub const GONE: &[u8] = b"[redacted]";
const PREFIX: &[u8] = b"sk-";
/// `sk-` with less behind it is a word.
const SHORTEST_REST: usize = 8;
/// Length of a text that is kept or shown.
const QUOTABLE: usize = 300;

/// The text without secrets: neither what looks like a key nor any of `known`.
#[must_use]
pub fn redact(text: &str, known: &[&str]) -> String {
    let mut redactor = Redactor::new(known);
    let mut clean = redactor.push(text.as_bytes());
    clean.extend_from_slice(&redactor.finish());
    String::from_utf8_lossy(&clean).into_owned()
}

/// A text fit to be kept and shown: redacted, on one line, without control
/// characters, at most 300 characters.
#[must_use]
pub fn quotable(text: &str, known: &[&str]) -> String {
    let shown: String = redact(text, known)
        .chars()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .filter(|letter| !letter.is_control() && !is_invisible(*letter))
        .collect();
    let shown = shown.trim();
    if shown.chars().count() <= QUOTABLE {
        return shown.to_owned();
    }
    let mut cut: String = shown.chars().take(QUOTABLE - 1).collect();
    cut.push('…');
    cut
}

/// Marks that turn or hide text without being control characters.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Redacts a text that comes in pieces. A secret cut in two is found: what may
/// be the beginning of one is held back until it is known.
pub struct Redactor {
    known: Vec<Vec<u8>>,
    held: Vec<u8>,
    /// The last byte given out, to tell `sk-` from the end of `task-`.
    before: Option<u8>,
    /// Inside a key whose end has not come.
    inside: bool,
}

impl Redactor {
    /// A redactor that knows these secrets beside the shape of keys: those that
    /// the request carried.
    #[must_use]
    pub fn new(known: &[&str]) -> Self {
        let mut known: Vec<Vec<u8>> = known
            .iter()
            .filter(|secret| !secret.is_empty())
            .map(|secret| secret.as_bytes().to_vec())
            .collect();
        // A secret that begins another must not leave the other's end behind.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self {
            known,
            held: Vec::new(),
            before: None,
            inside: false,
        }
    }

    /// Takes the next piece; returns what is safe to give out.
    #[must_use]
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(piece);
        self.release(false)
    }

    /// Returns the rest.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.release(true)
    }

    fn release(&mut self, is_end: bool) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        let mut clean = Vec::with_capacity(held.len());
        let mut at = 0;
        while at < held.len() {
            let rest = &held[at..];
            if self.inside && is_key_byte(rest[0]) {
                at += 1;
                continue;
            }
            self.inside = false;
            match self.look(rest, is_end) {
                Found::Secret(length) => {
                    clean.extend_from_slice(GONE);
                    self.before = GONE.last().copied();
                    at += length;
                }
                Found::Key(length) => {
                    clean.extend_from_slice(GONE);
                    self.before = GONE.last().copied();
                    self.inside = true;
                    at += length;
                }
                Found::Perhaps if !is_end => break,
                Found::Perhaps | Found::Nothing => {
                    clean.push(rest[0]);
                    self.before = Some(rest[0]);
                    at += 1;
                }
            }
        }
        self.held = held[at..].to_vec();
        clean
    }

    fn look(&self, rest: &[u8], is_end: bool) -> Found {
        let mut perhaps = false;
        for secret in &self.known {
            if rest.starts_with(secret) {
                return Found::Secret(secret.len());
            }
            perhaps |= secret.starts_with(rest);
        }
        let at_word_start = !self.before.is_some_and(|byte| byte.is_ascii_alphanumeric());
        if at_word_start {
            if PREFIX.starts_with(rest) {
                perhaps = true;
            } else if let Some(behind) = rest.strip_prefix(PREFIX) {
                let length = behind.iter().take_while(|byte| is_key_byte(**byte)).count();
                // The beginning of a secret whose end was cut off is one too.
                if length >= SHORTEST_REST && (is_end || !perhaps) {
                    return Found::Key(PREFIX.len() + length);
                }
                perhaps |= length == behind.len();
            }
        }
        if perhaps {
            Found::Perhaps
        } else {
            Found::Nothing
        }
    }
}

/// What stands at a place.
enum Found {
    /// A known secret of this length.
    Secret(usize),
    /// What looks like a key; it may go on.
    Key(usize),
    /// The beginning of either, so far.
    Perhaps,
    /// Neither.
    Nothing,
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests;
