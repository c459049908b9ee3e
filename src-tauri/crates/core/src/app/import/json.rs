//! JSON: strings or objects in an array, under `keys`, or one after the other.

use serde_json::{Map, Value};

use super::entry::{Draft, Field, Line, Malformed, Rejected};
use super::lines;

/// How deep entries may be wrapped.
const DEPTH: usize = 3;

/// Reads the entries, numbered from 1; text under `keys` keeps its line numbers.
pub(super) fn read(text: &str) -> Vec<Line> {
    let mut read = Reading::default();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match value {
            Ok(value) => read.take(&value, DEPTH),
            Err(error) => read.lines.push(Err(Rejected {
                line: u32::try_from(error.line()).unwrap_or(u32::MAX),
                masked: String::new(),
                why: Malformed::Json(error.to_string()),
            })),
        }
    }
    read.lines
}

#[derive(Default)]
struct Reading {
    lines: Vec<Line>,
    /// Entries so far.
    count: u32,
}

impl Reading {
    fn take(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Array(values) if depth > 0 => {
                for value in values {
                    self.take(value, depth - 1);
                }
            }
            Value::Object(object) if depth > 0 && object.contains_key("keys") => {
                match &object["keys"] {
                    Value::String(text) => self.lines.extend(lines::read(text)),
                    keys => self.take(keys, depth - 1),
                }
            }
            Value::Object(object) => {
                self.count += 1;
                self.lines.push(draft(object).into_line(self.count));
            }
            Value::String(text) => {
                self.count += 1;
                self.lines.extend(lines::read_line(text, self.count));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                self.count += 1;
                self.lines.push(Draft::default().into_line(self.count));
            }
        }
    }
}

fn draft(object: &Map<String, Value>) -> Draft {
    let mut draft = Draft::default();
    for (name, value) in object {
        let Some(field) = Field::named(name) else {
            continue;
        };
        match value {
            Value::String(text) => draft.set(field, text),
            Value::Number(number) => draft.set(field, &number.to_string()),
            Value::Bool(is_so) => draft.set(field, if *is_so { "1" } else { "0" }),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
    draft
}

#[cfg(test)]
mod tests;
