//! What the user reads: lines and tables for people, JSON for programs.
//!
//! Nothing from outside reaches a terminal with its control characters (S38).

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// Prints a line to stdout.
///
/// # Errors
/// When nobody reads any more.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::unwritten(&error))
}

/// Tells the user something that is no result, on stderr.
pub(crate) fn note(text: &str) {
    // Whoever closed stderr does not want to know.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says why the command failed, on stderr.
pub(crate) fn complain(text: &str) {
    note(&format!("flowkeep: {}", plain(text)));
}

/// Overwrites the line that says how far it is, on a terminal's stderr.
pub(crate) fn progress(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
}

/// Prints JSON to stdout, indented.
///
/// # Errors
/// When nobody reads any more.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(value).map_err(|error| Failure::because(&error))?;
    line(&escaped(&json))
}

/// Prints JSON to stdout, on one line.
///
/// # Errors
/// When nobody reads any more.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string(value).map_err(|error| Failure::because(&error))?;
    line(&escaped(&json))
}

/// What a terminal would obey instead of showing it.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text without control characters and without what turns the direction of
/// writing around.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !steers(*c)).collect()
}

/// JSON that means the same and steers no terminal: JSON itself escapes only
/// some of these characters.
pub(crate) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && steers(c) {
            write!(text, "\\u{:04x}", u32::from(c)).expect("a String takes all writes");
        } else {
            text.push(c);
        }
    }
    text
}

/// Rows in columns, two blanks apart, without blanks at line ends.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    Columns::default().lines(rows)
}

/// Columns that only grow, for rows that come one after the other.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    widths: Vec<usize>,
}

impl Columns {
    /// Rows in these columns, two blanks apart, without blanks at line ends.
    pub(crate) fn lines(&mut self, rows: &[Vec<String>]) -> String {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| plain(cell)).collect())
            .collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        self.widths.resize(columns.max(self.widths.len()), 0);
        for (at, widest) in self.widths.iter_mut().enumerate() {
            let cells = rows.iter().filter_map(|row| row.get(at));
            *widest = cells.map(|cell| width(cell)).fold(*widest, usize::max);
        }
        let lines = rows.iter().map(|row| {
            let mut text = String::new();
            for (cell, wide) in row.iter().zip(&self.widths) {
                text.push_str(cell);
                text.extend(std::iter::repeat_n(' ', wide - width(cell) + 2));
            }
            text.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Columns of a terminal that a text takes: Chinese characters take two.
fn width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
            | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests;
