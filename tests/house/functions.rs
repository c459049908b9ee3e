//! The length of functions: at most 60 lines of code in a body, as clippy counts them.
//!
//! Reads every Rust file, and the scripts that no eslint rule covers.

#[cfg(test)]
mod tests;

use crate::masking::{Language, Strings, code_of, is_word};
use crate::tree::SourceFile;

const MAX_LINES: usize = 60;

/// Complains about each function of a file that is too long.
pub(crate) fn too_long(file: &SourceFile) -> Vec<String> {
    let Some(language) = language_of(file) else {
        return Vec::new();
    };
    bodies(&file.text, language)
        .into_iter()
        .filter(|body| body.lines > MAX_LINES)
        .map(|body| format!("{} has {} lines", file.at(body.start), body.lines))
        .collect()
}

fn language_of(file: &SourceFile) -> Option<Language> {
    let is_script = file.path.starts_with("scripts/") || file.path.starts_with("tests/bench/");
    match file.extension() {
        "rs" => Some(Language::Rust),
        "mjs" if is_script => Some(Language::JavaScript),
        _ => None,
    }
}

/// The body of one function.
struct Body {
    /// Where the function begins.
    start: usize,
    /// Lines between its braces that hold code.
    lines: usize,
}

fn bodies(text: &str, language: Language) -> Vec<Body> {
    let code = code_of(text, language, Strings::Blank);
    let with_strings = code_of(text, language, Strings::Keep);
    let found = match language {
        Language::Rust => rust_functions(code.as_bytes()),
        Language::JavaScript => script_functions(code.as_bytes()),
    };
    let measure = |(start, open)| {
        let close = closing(code.as_bytes(), open);
        let inside = &with_strings[open + 1..close];
        Body {
            start,
            lines: inside
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count(),
        }
    };
    found.into_iter().map(measure).collect()
}

/// Start and opening brace of each `fn` with a body.
fn rust_functions(code: &[u8]) -> Vec<(usize, usize)> {
    let named = keywords(code, b"fn").filter(|&start| {
        let rest = code[start + 2..].trim_ascii_start();
        rest.first().is_some_and(|&byte| is_word(byte))
    });
    named
        .filter_map(|start| Some((start, body_or_end(code, start)?)))
        .collect()
}

/// The brace that opens a body, or nothing when a semicolon ends the declaration first.
fn body_or_end(code: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, &byte) in code.iter().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Start and opening brace of each `function` and of each arrow with a body in braces.
fn script_functions(code: &[u8]) -> Vec<(usize, usize)> {
    let declared = keywords(code, b"function").filter_map(|start| {
        let parameters = start + code[start..].iter().position(|&byte| byte == b'(')?;
        Some((start, next_brace(code, closing(code, parameters) + 1)?))
    });
    let arrows = (0..code.len())
        .filter(|&at| code[at..].starts_with(b"=>"))
        .filter_map(|at| Some((at, next_brace(code, at + 2)?)));
    declared.chain(arrows).collect()
}

/// The brace that follows at once, white space aside.
fn next_brace(code: &[u8], from: usize) -> Option<usize> {
    let space = code
        .get(from..)?
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    (code.get(from + space) == Some(&b'{')).then_some(from + space)
}

fn keywords<'c>(code: &'c [u8], word: &'c [u8]) -> impl Iterator<Item = usize> + 'c {
    (0..code.len()).filter(move |&at| {
        let before = at > 0 && is_word(code[at - 1]);
        let after = code.get(at + word.len()).is_some_and(|&byte| is_word(byte));
        code[at..].starts_with(word) && !before && !after
    })
}

/// The bracket that closes the one at `open`; the end of the text when it is missing.
fn closing(code: &[u8], open: usize) -> usize {
    let (opens, closes) = if code[open] == b'(' {
        (b'(', b')')
    } else {
        (b'{', b'}')
    };
    let mut depth = 0_usize;
    for (at, &byte) in code.iter().enumerate().skip(open) {
        if byte == opens {
            depth += 1;
        } else if byte == closes {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    code.len()
}
