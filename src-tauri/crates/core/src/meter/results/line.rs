//! One line of results: a walk through its JSON that knows where it is and keeps
//! the values that are wanted.

use memchr::memchr2;

use super::ResultLine;
use crate::meter::usage;

/// Most bytes of a value that is kept.
const LONGEST_VALUE: usize = 16 << 10;
/// Longer than any key that is looked for.
const LONGEST_KEY: usize = 16;
/// Objects within each other whose keys matter.
const LEVELS: usize = 3;

/// A key on the way to what is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    CustomId,
    Response,
    Error,
    StatusCode,
    Body,
    Model,
    Usage,
    #[default]
    Other,
}

impl Key {
    /// What a key is, below these.
    fn of(word: &[u8], above: &[Self]) -> Self {
        match (above, word) {
            ([], b"custom_id") => Self::CustomId,
            ([], b"response") => Self::Response,
            ([], b"error") => Self::Error,
            ([Self::Response], b"status_code") => Self::StatusCode,
            ([Self::Response], b"body") => Self::Body,
            ([Self::Response, Self::Body], b"model") => Self::Model,
            ([Self::Response, Self::Body], b"usage") => Self::Usage,
            _ => Self::Other,
        }
    }

    /// Whether its value is kept.
    fn is_wanted(self) -> bool {
        matches!(self, Self::StatusCode | Self::Model | Self::Usage)
    }
}

/// Where the walk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before the object.
    #[default]
    Before,
    /// In it, outside of texts.
    Open,
    /// In a text.
    Text,
    /// In a text, behind a backslash.
    Escape,
    /// Behind the object.
    After,
    /// This is no object.
    Broken,
}

/// A value that is being kept.
#[derive(Debug)]
struct Kept {
    key: Key,
    /// How deep its key stands.
    depth: usize,
    bytes: Vec<u8>,
    is_too_long: bool,
}

/// What a line told so far.
#[derive(Debug, Default)]
struct Told {
    custom_id: bool,
    response: bool,
    error: bool,
    status: Option<u16>,
    model: Option<String>,
    usage: Option<crate::model::Usage>,
}

/// A line, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Line {
    place: Place,
    /// Objects and lists around.
    depth: usize,
    path: [Key; LEVELS],
    /// The beginning of the last text, which a colon makes a key.
    word: Vec<u8>,
    kept: Option<Kept>,
    told: Told,
}

impl Line {
    /// Whether nothing but blanks has come.
    pub(super) fn is_blank(&self) -> bool {
        self.place == Place::Before
    }

    /// Whether it is no JSON object, whatever else comes.
    pub(super) fn is_broken(&self) -> bool {
        self.place == Place::Broken
    }

    /// More of it, without line ends.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while let Some((&byte, after)) = rest.split_first() {
            match self.place {
                Place::Broken => return,
                Place::Text => {
                    rest = self.walk_text(rest);
                    continue;
                }
                Place::Escape => {
                    // No key that is looked for has one.
                    self.word.resize(LONGEST_KEY, b'\\');
                    self.keep(&[byte]);
                    self.place = Place::Text;
                }
                Place::Before | Place::After if byte.is_ascii_whitespace() => {}
                Place::Before if byte == b'{' => self.open(byte),
                Place::Before | Place::After => self.place = Place::Broken,
                Place::Open => self.step(byte),
            }
            rest = after;
        }
    }

    /// What it says, now that it has ended; the next one may begin.
    pub(super) fn end(&mut self) -> ResultLine {
        let line = std::mem::take(self);
        let told = line.told;
        let has_form = told.custom_id && (told.response || told.error);
        if line.place != Place::After || !has_form {
            return ResultLine::Strange;
        }
        let is_good = told
            .status
            .map_or(told.usage.is_some(), |status| (200..300).contains(&status));
        if !told.response || !is_good {
            return ResultLine::Failed;
        }
        ResultLine::Answered {
            model: told.model,
            usage: told.usage,
        }
    }

    /// Bytes that it keeps.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let kept = self.kept.as_ref().map_or(0, |kept| kept.bytes.capacity());
        kept + self.word.capacity()
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.word.clear();
                self.keep(&[byte]);
                self.place = Place::Text;
            }
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => self.shut(byte),
            b':' => self.name(),
            b',' => {
                self.end_value();
                self.keep(&[byte]);
            }
            _ => self.keep(&[byte]),
        }
    }

    fn open(&mut self, byte: u8) {
        self.place = Place::Open;
        // A list or a text is no answer.
        if self.depth == 1 && byte == b'{' && self.path[0] == Key::Response {
            self.told.response = true;
        }
        self.depth += 1;
        if let Some(key) = self.path.get_mut(self.depth - 1) {
            *key = Key::Other;
        }
        self.keep(&[byte]);
    }

    fn shut(&mut self, byte: u8) {
        self.end_value();
        self.keep(&[byte]);
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            self.place = Place::After;
        }
    }

    /// A colon: the last text was a key.
    fn name(&mut self) {
        let Some(level) = self.depth.checked_sub(1).filter(|level| *level < LEVELS) else {
            self.keep(b":");
            return;
        };
        let key = Key::of(&self.word, &self.path[..level]);
        self.path[level] = key;
        self.told.custom_id |= key == Key::CustomId;
        self.told.error |= key == Key::Error;
        if key.is_wanted() {
            self.kept = Some(Kept {
                key,
                depth: self.depth,
                bytes: Vec::new(),
                is_too_long: false,
            });
        }
    }

    /// Goes on to the next quote or backslash; what is left behind it.
    fn walk_text<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let end = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        self.text(&rest[..end]);
        let Some((&byte, after)) = rest[end..].split_first() else {
            return &[];
        };
        self.keep(&[byte]);
        self.place = if byte == b'"' {
            Place::Open
        } else {
            Place::Escape
        };
        after
    }

    fn text(&mut self, piece: &[u8]) {
        let room = LONGEST_KEY.saturating_sub(self.word.len());
        self.word.extend_from_slice(&piece[..piece.len().min(room)]);
        self.keep(piece);
    }

    fn keep(&mut self, piece: &[u8]) {
        let Some(kept) = &mut self.kept else {
            return;
        };
        if kept.is_too_long || kept.bytes.len() + piece.len() > LONGEST_VALUE {
            kept.is_too_long = true;
            return;
        }
        kept.bytes.extend_from_slice(piece);
    }

    /// The value that is being kept is over, if it stands at this depth.
    fn end_value(&mut self) {
        let depth = self.depth;
        let Some(kept) = self.kept.take_if(|kept| kept.depth == depth) else {
            return;
        };
        if kept.is_too_long {
            return;
        }
        let told = &mut self.told;
        match kept.key {
            Key::StatusCode => told.status = serde_json::from_slice(&kept.bytes).ok(),
            Key::Model => told.model = serde_json::from_slice(&kept.bytes).ok(),
            Key::Usage => told.usage = usage::of_openai(&kept.bytes),
            Key::CustomId | Key::Response | Key::Error | Key::Body | Key::Other => {}
        }
    }
}
