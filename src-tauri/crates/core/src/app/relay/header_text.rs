//! Any text as the value of a header.

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// What is not ASCII is encoded in any case.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');
/// No label and no model has a longer name; what a client makes up is cut.
const LONGEST: usize = 512;

/// A text as a header value: what is not visible ASCII is percent-encoded.
#[must_use]
pub fn header_text(text: &str) -> HeaderValue {
    let bytes = text.as_bytes();
    let encoded = percent_encode(&bytes[..bytes.len().min(LONGEST)], ENCODED).to_string();
    HeaderValue::try_from(encoded).unwrap_or_else(|_| HeaderValue::from_static("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_cannot_hold_is_encoded() {
        assert_eq!(header_text("a b~"), "a b~");
        assert_eq!(header_text("100%\r\n\u{7f}"), "100%25%0D%0A%7F");
        assert_eq!(header_text("你"), "%E4%BD%A0");
        assert_eq!(header_text(&"x".repeat(600)).len(), 512);
    }
}
