//! Finding the members of a JSON object without parsing what is in them.
//!
//! Meant for JSON that was found valid before; of anything else it makes some
//! sense or none, but never a panic.

/// The members of an object, names without quotes and values as they stand.
pub(super) fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = inside(object, b'{');
    std::iter::from_fn(move || {
        rest = after_separators(rest);
        if rest.first() != Some(&b'"') {
            return None;
        }
        let end = string_end(rest);
        let name = rest.get(1..end.saturating_sub(1))?;
        rest = after_separators(&rest[end..]);
        let value = take_value(&mut rest)?;
        Some((name, value))
    })
}

/// The elements of an array.
pub(super) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = inside(array, b'[');
    std::iter::from_fn(move || {
        rest = after_separators(rest);
        take_value(&mut rest)
    })
}

/// Where the value ends that stands first.
pub(super) fn value_end(text: &[u8]) -> usize {
    let from = text.len() - after_separators(text).len();
    from + bare_value_end(&text[from..])
}

fn inside(text: &[u8], bracket: u8) -> &[u8] {
    let text = text.trim_ascii_start();
    match text.first() {
        Some(first) if *first == bracket => &text[1..],
        Some(_) | None => &[],
    }
}

fn take_value<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (value, after) = rest.split_at(bare_value_end(rest));
    *rest = after;
    (!value.is_empty()).then_some(value)
}

fn after_separators(text: &[u8]) -> &[u8] {
    let is_separator = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b':');
    let from = text.iter().position(|byte| !is_separator(byte));
    &text[from.unwrap_or(text.len())..]
}

fn bare_value_end(text: &[u8]) -> usize {
    match text.first() {
        Some(b'"') => string_end(text),
        Some(b'{' | b'[') => bracket_end(text),
        Some(_) | None => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']');
            text.iter().position(ends).unwrap_or(text.len())
        }
    }
}

/// The end of the string that begins `text`, quotes included.
fn string_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found + 1;
        if text[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// The end of the object or array that begins `text`.
fn bracket_end(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at += string_end(&text[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}
