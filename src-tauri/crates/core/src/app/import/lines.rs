//! `key [label] [account=…] [site=…] [balance=…] [weight=…]`, with any separators.

use super::entry::{Draft, Field, Line};
use crate::model::ApiKey;

/// Reads a key per line, or several keys on a line; blank lines and `#` comments
/// are skipped.
pub(super) fn read(text: &str) -> Vec<Line> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .zip(1_u32..)
        .flat_map(|(content, line)| read_line(content, line))
        .collect()
}

/// Reads one line; nothing is in it when it is blank.
pub(super) fn read_line(content: &str, line: u32) -> Vec<Line> {
    let content = content.trim_matches(separates);
    if content.is_empty() || content.starts_with('#') {
        return Vec::new();
    }
    let words = || content.split(separates).filter(|word| !word.is_empty());
    if words().all(|word| ApiKey::parse(word).is_ok()) {
        return words()
            .map(|word| Draft::of_key(word).into_line(line))
            .collect();
    }
    let (word, rest) = content.split_once(separates).unwrap_or((content, ""));
    let mut draft = Draft::of_key(word);
    let label = take_attributes(rest, &mut draft);
    draft.set(Field::Label, &label);
    vec![draft.into_line(line)]
}

fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|' | '"' | '\'' | '，' | '；')
}

/// Takes `name=value` out of the text; what is left is the label.
fn take_attributes(text: &str, draft: &mut Draft) -> String {
    let mut label: Vec<&str> = Vec::new();
    let mut left = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if let Some((field, value, length)) = attribute(rest) {
            draft.set(field, value);
            label.push(&text[left..at]);
            at += length;
            left = at;
            continue;
        }
        // To the beginning of the next word.
        let word = rest.find(separates).unwrap_or(rest.len());
        let gap = rest[word..]
            .find(|c| !separates(c))
            .unwrap_or(rest.len() - word);
        at += word + gap;
    }
    label.push(&text[left..]);
    label
        .into_iter()
        .map(|piece| piece.trim_matches(separates))
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The attribute that the text begins with: what it says, and its length.
fn attribute(text: &str) -> Option<(Field, &str, usize)> {
    let (name, rest) = text.split_once('=')?;
    let field = match Field::named(name)? {
        // A second key on a line is none of its attributes.
        Field::Key => return None,
        field => field,
    };
    if name.contains(separates) {
        return None;
    }
    let begins = name.len() + 1;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let quoted = &rest[1..];
        let end = quoted.find(quote).unwrap_or(quoted.len());
        let length = (begins + 1 + end + 1).min(text.len());
        return Some((field, &quoted[..end], length));
    }
    let end = rest.find(separates).unwrap_or(rest.len());
    Some((field, &rest[..end], begins + end))
}

#[cfg(test)]
mod tests;
