//! S12: a path that means the same to everyone who reads it.

use std::borrow::Cow;

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// `.` or `..`, plain or encoded.
    #[error("the path has a dot segment")]
    Dots,
    /// `//`.
    #[error("the path has an empty segment; check the base URL for a doubled slash")]
    Empty,
    /// A character that other parsers may read differently, plain or encoded.
    #[error("the path has a character that is not allowed")]
    Character,
}

/// Judges the raw path.
///
/// # Errors
/// Names the trick.
pub fn check_path(path: &str) -> Result<(), PathError> {
    let path = with_plain_model(path)?;
    let Some(segments) = path.strip_prefix('/') else {
        return Err(PathError::Character);
    };
    let mut segments = segments.split('/').peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some() {
            return Err(PathError::Empty);
        }
        check_segment(segment)?;
    }
    Ok(())
}

/// SDKs encode the slash in the name of a model. Only there it is one, is judged
/// as one and is sent on as one (`Route::Model`).
fn with_plain_model(path: &str) -> Result<Cow<'_, str>, PathError> {
    let is_model = ["/v1/models/", "/models/"]
        .iter()
        .any(|prefix| path.starts_with(prefix));
    if !is_model || !path.contains('%') {
        return Ok(path.into());
    }
    let plain = path.replace("%2F", "/").replace("%2f", "/");
    if plain.ends_with('/') && !path.ends_with('/') {
        return Err(PathError::Empty);
    }
    Ok(plain.into())
}

/// Decodes percent escapes for the check only; what is sent on stays as it came.
fn check_segment(segment: &str) -> Result<(), PathError> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
            return Err(PathError::Character);
        };
        let value = u8::try_from(high * 16 + low).map_err(|_| PathError::Character)?;
        // An escape of an escape means something else one parser later.
        if value == b'%' {
            return Err(PathError::Character);
        }
        decoded.push(value);
    }
    if decoded == b"." || decoded == b".." {
        return Err(PathError::Dots);
    }
    let forbidden = |byte: &u8| byte.is_ascii_control() || b"/\\;@".contains(byte);
    if decoded.iter().any(forbidden) {
        return Err(PathError::Character);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
