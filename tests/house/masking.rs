//! Blanks comments and the content of strings, so that the rules see only code.
//!
//! Offsets and line numbers stay as they are: what is blanked becomes spaces. It knows the literals
//! of Rust and of JavaScript; it does not know Svelte markup.

#[cfg(test)]
mod tests;

/// Whose comments and literals to expect.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    JavaScript,
}

/// What happens to the content of strings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strings {
    Keep,
    Blank,
}

/// The text with comments (and, if asked, strings) replaced by spaces of the same length.
pub(crate) fn code_of(text: &str, language: Language, strings: Strings) -> String {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        output: Vec::with_capacity(text.len()),
        templates: Vec::new(),
        strings,
    };
    while scan.at < scan.bytes.len() {
        let end = scan.comment(language).map(|end| (end, false));
        let end = end.or_else(|| {
            scan.literal(language)
                .map(|end| (end, strings == Strings::Keep))
        });
        match end {
            Some((end, kept)) => scan.copy(end, kept),
            None => scan.code(language),
        }
    }
    // Whole characters are blanked byte by byte, so the rest is still valid.
    String::from_utf8_lossy(&scan.output).into_owned()
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    output: Vec<u8>,
    /// Open braces inside each `${…}` that is being read, innermost last.
    templates: Vec<usize>,
    strings: Strings,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, word: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(word)
    }

    /// Moves on to `end`; what is not kept becomes spaces, line ends stay.
    fn copy(&mut self, end: usize, kept: bool) {
        let end = end.min(self.bytes.len());
        for &byte in &self.bytes[self.at..end] {
            self.output
                .push(if kept || byte == b'\n' { byte } else { b' ' });
        }
        self.at = end;
    }

    /// One byte of code; braces count inside a template's `${…}`, whose end is text again.
    fn code(&mut self, language: Language) {
        let byte = self.peek(0);
        self.copy(self.at + 1, true);
        if language == Language::Rust {
            return;
        }
        match (byte, self.templates.last_mut()) {
            (b'{', Some(depth)) => *depth += 1,
            (b'}', Some(0)) => {
                self.templates.pop();
                self.template_text();
            }
            (b'}', Some(depth)) => *depth -= 1,
            _ => {}
        }
    }

    fn comment(&self, language: Language) -> Option<usize> {
        if self.starts_with(b"//") {
            return Some(self.find(self.at, b"\n").unwrap_or(self.bytes.len()));
        }
        if !self.starts_with(b"/*") {
            return None;
        }
        let (mut at, mut depth) = (self.at + 2, 1_usize);
        while depth > 0 && at < self.bytes.len() {
            let rest = &self.bytes[at..];
            let step = if rest.starts_with(b"*/") {
                depth -= 1;
                2
            } else if language == Language::Rust && rest.starts_with(b"/*") {
                depth += 1;
                2
            } else {
                1
            };
            at += step;
        }
        Some(at)
    }

    fn literal(&mut self, language: Language) -> Option<usize> {
        match (language, self.peek(0)) {
            (Language::Rust, b'\'') => self.rust_character(),
            (Language::Rust, _) => self.rust_string(),
            (Language::JavaScript, quote @ (b'"' | b'\'')) => Some(self.quoted(self.at + 1, quote)),
            (Language::JavaScript, b'/') => {
                self.expression_starts().then(|| self.regular_expression())
            }
            (Language::JavaScript, b'`') => {
                self.copy(self.at + 1, true);
                self.template_text();
                Some(self.at)
            }
            _ => None,
        }
    }

    /// `"…"`, `b"…"`, `c"…"`, `r#"…"#` and their combinations.
    fn rust_string(&self) -> Option<usize> {
        let continues_word = self.at > 0 && is_word(self.bytes[self.at - 1]);
        let prefix = self.bytes[self.at..]
            .iter()
            .take_while(|byte| b"bcr".contains(byte))
            .count();
        let raw = self.bytes[self.at..self.at + prefix].contains(&b'r');
        let hashes = self.bytes[self.at + prefix..]
            .iter()
            .take_while(|&&byte| byte == b'#')
            .count();
        let quote = self.at + prefix + hashes;
        let opens = self.bytes.get(quote) == Some(&b'"');
        if !opens || (continues_word && prefix > 0) || prefix > 2 || (hashes > 0 && !raw) {
            return None;
        }
        if !raw {
            return Some(self.quoted(quote + 1, b'"'));
        }
        let end = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
        Some(
            self.find(quote + 1, &end)
                .map_or(self.bytes.len(), |at| at + end.len()),
        )
    }

    /// A character, not a lifetime: those have no closing quote right after one character.
    fn rust_character(&self) -> Option<usize> {
        if self.peek(1) == b'\\' {
            return Some(self.quoted(self.at + 1, b'\''));
        }
        let width = match self.peek(1) {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        (self.peek(1 + width) == b'\'').then_some(self.at + width + 2)
    }

    /// The end of a literal with backslash escapes that began before `from`.
    fn quoted(&self, from: usize, quote: u8) -> usize {
        let mut at = from;
        while at < self.bytes.len() && self.bytes[at] != quote {
            at += if self.bytes[at] == b'\\' { 2 } else { 1 };
        }
        at + 1
    }

    /// Text of a template up to its end or to the next `${`, after which code follows.
    fn template_text(&mut self) {
        let mut at = self.at;
        while at < self.bytes.len()
            && self.bytes[at] != b'`'
            && !self.bytes[at..].starts_with(b"${")
        {
            at += if self.bytes[at] == b'\\' { 2 } else { 1 };
        }
        self.copy(at, self.strings == Strings::Keep);
        let opens_code = self.peek(0) == b'$';
        self.copy(self.at + if opens_code { 2 } else { 1 }, true);
        if opens_code {
            self.templates.push(0);
        }
    }

    /// Whether a slash here begins a regular expression rather than a division.
    fn expression_starts(&self) -> bool {
        let before = self.output.trim_ascii_end();
        let word = before
            .iter()
            .rev()
            .take_while(|&&byte| is_word(byte))
            .count();
        let keyword = &before[before.len() - word..];
        [b"return".as_slice(), b"typeof", b"case"].contains(&keyword)
            || before
                .last()
                .is_none_or(|byte| b"(,=:[!&|?{};+-*%<>~^".contains(byte))
    }

    fn regular_expression(&self) -> usize {
        let (mut at, mut in_class) = (self.at + 1, false);
        while at < self.bytes.len() && (in_class || self.bytes[at] != b'/') {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                _ => {}
            }
            at += 1;
        }
        at + 1
    }

    fn find(&self, from: usize, word: &[u8]) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.windows(word.len())
            .position(|window| window == word)
            .map(|at| from + at)
    }
}

/// Whether a byte belongs to an identifier.
pub(crate) fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}
