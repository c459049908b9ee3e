//! Text in pieces of one token, the way a stream sends it.

/// Characters of one simulated token.
const TOKEN: usize = 4;

/// Tokens of a text: a quarter of its characters, rounded up, at least 1.
pub(crate) fn tokens(text: &str) -> u64 {
    (text.chars().count().div_ceil(TOKEN) as u64).max(1)
}

/// Text that can be read piece by piece without copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// Split into pieces of one token.
    Said(String),
    /// The same piece again and again.
    Repeated { piece: String, times: usize },
}

/// How far a text has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor(usize);

impl Text {
    /// The next piece and its tokens.
    pub(crate) fn next(&self, cursor: &mut Cursor) -> Option<(&str, u64)> {
        match self {
            Self::Said(text) => {
                let rest = text.get(cursor.0..).filter(|rest| !rest.is_empty())?;
                let length: usize = rest.chars().take(TOKEN).map(char::len_utf8).sum();
                cursor.0 += length;
                Some((&rest[..length], 1))
            }
            Self::Repeated { piece, times } => {
                if cursor.0 >= *times {
                    return None;
                }
                cursor.0 += 1;
                Some((piece, tokens(piece)))
            }
        }
    }

    /// All pieces joined.
    pub(crate) fn whole(&self) -> String {
        match self {
            Self::Said(text) => text.clone(),
            Self::Repeated { piece, times } => piece.repeat(*times),
        }
    }

    /// Tokens of all pieces; an empty text has none.
    pub(crate) fn tokens(&self) -> u64 {
        match self {
            Self::Said(text) if text.is_empty() => 0,
            Self::Said(text) => tokens(text),
            Self::Repeated { piece, times } => tokens(piece) * *times as u64,
        }
    }

    /// How many pieces there are.
    pub(crate) fn pieces(&self) -> usize {
        match self {
            Self::Said(text) => text.chars().count().div_ceil(TOKEN),
            Self::Repeated { times, .. } => *times,
        }
    }

    /// Shortens a said text to so many tokens; true when something was lost.
    pub(crate) fn truncate(&mut self, limit: u64) -> bool {
        let Self::Said(text) = self else {
            return false;
        };
        let characters = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .saturating_mul(TOKEN);
        match text.char_indices().nth(characters) {
            Some((end, _)) => {
                text.truncate(end);
                true
            }
            None => false,
        }
    }
}
