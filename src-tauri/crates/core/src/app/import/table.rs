//! CSV with a header, as spreadsheets and other pools write it.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::entry::{Draft, Field, Line};
use crate::model::ApiKey;

const DELIMITERS: [u8; 4] = *b",;\t|";

/// How a table is written, when the text is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    delimiter: u8,
    columns: Vec<Option<Field>>,
}

impl Layout {
    /// Takes the first line that says something for a header if it names a column
    /// of keys and holds none.
    pub(super) fn of(text: &str) -> Option<Self> {
        let is_said = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
        let header = text.lines().find(is_said)?;
        let delimiter = DELIMITERS
            .into_iter()
            .max_by_key(|&delimiter| {
                let count = header.bytes().filter(|&byte| byte == delimiter).count();
                // The first of several that are equally frequent.
                (count, std::cmp::Reverse(delimiter_rank(delimiter)))
            })
            .unwrap_or(b',');
        let record = records(header, delimiter).next()?;
        if record.iter().any(|cell| ApiKey::parse(cell).is_ok()) {
            return None;
        }
        let columns: Vec<_> = record.iter().map(Field::named).collect();
        columns
            .contains(&Some(Field::Key))
            .then_some(Self { delimiter, columns })
    }

    /// Reads what stands below the header.
    pub(super) fn read(&self, text: &str) -> Vec<Line> {
        let mut count = LineCount {
            text,
            at: 0,
            line: 1,
        };
        records(text, self.delimiter)
            .map(|record| (count.line_of(&record), record))
            .skip_while(|(_, record)| says_nothing(record))
            .skip(1)
            .filter(|(_, record)| !says_nothing(record))
            .filter_map(|(line, record)| self.line(line, &record))
            .collect()
    }

    fn line(&self, line: u32, record: &StringRecord) -> Option<Line> {
        let mut draft = Draft::default();
        for (field, cell) in self.columns.iter().zip(record) {
            if let Some(field) = field {
                draft.set(*field, cell);
            }
        }
        (!draft.is_blank()).then(|| draft.into_line(line))
    }
}

/// Counts lines up to a record; the library's own count is one short after CRLF.
struct LineCount<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl LineCount<'_> {
    fn line_of(&mut self, record: &StringRecord) -> u32 {
        let begin = record.position().map_or(0, csv::Position::byte);
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        let bytes = self.text.as_bytes();
        // A record begins with the line breaks before it.
        let breaks = bytes.get(begin..).unwrap_or_default().iter();
        let begin = begin
            + breaks
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
        let passed = bytes.get(self.at..begin).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = begin.max(self.at);
        self.line
    }
}

/// Blank, or a comment.
fn says_nothing(record: &StringRecord) -> bool {
    record.iter().all(str::is_empty) || record.get(0).is_some_and(|cell| cell.starts_with('#'))
}

fn delimiter_rank(delimiter: u8) -> usize {
    DELIMITERS
        .iter()
        .position(|&one| one == delimiter)
        .unwrap_or(DELIMITERS.len())
}

/// A record that is no text cannot occur: the text is one already.
fn records(text: &str, delimiter: u8) -> impl Iterator<Item = StringRecord> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes())
        .into_records()
        .filter_map(Result::ok)
}

#[cfg(test)]
mod tests;
