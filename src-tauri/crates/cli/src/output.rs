//! What the user reads: lines and tables for people, JSON for programs.
//!
//! Nothing from outside reaches a terminal with its control characters (S38).

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Prints a line to stdout.
///
/// # Errors
/// When nobody reads any more.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::Failed(format!("write to the standard output: {error}")))
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

/// The text without control characters and without what turns the direction of
/// writing around.
pub(crate) fn plain(text: &str) -> String {
    let hidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| *c == '\n' || !hidden(c)).collect()
}

/// Rows in columns, two blanks apart, without blanks at line ends.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| plain(cell)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let lines = rows.iter().map(|row| {
        let mut text = String::new();
        for (cell, wide) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', wide - width(cell) + 2));
        }
        text.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
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
