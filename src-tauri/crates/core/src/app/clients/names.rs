//! What a client may be called, and the id that follows from it.

use flowkeep_contract::{ApiError, ErrorCode};

use super::token::random_digits;
use crate::upstream::redact::redact;

/// Characters of a name.
const LONGEST: usize = 64;
/// Characters of a name that go into its id.
const IN_ID: usize = 24;

/// A name as it may stand in lists and logs.
pub(super) fn checked(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let invalid = |message: &str| Err(ApiError::new(ErrorCode::InvalidRequest, message));
    if name.is_empty() || name.chars().count() > LONGEST {
        return invalid("a token's name has 1 to 64 characters");
    }
    if name.chars().any(char::is_control) {
        return invalid("a token's name has no control characters");
    }
    // Somebody who pastes a key here wants to import it.
    if redact(name, &[]) != name || name.starts_with("fk-") {
        return invalid("a token's name must not be a key; keys are imported");
    }
    Ok(name.to_owned())
}

/// A new id that no other client has, with the name in it to be recognised by.
pub(super) fn new_id(name: &str) -> String {
    let mut id = String::new();
    for letter in name.chars().take(IN_ID) {
        if letter.is_ascii_alphanumeric() {
            id.push(letter.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id.trim_end_matches('-');
    let id = if id.is_empty() { "client" } else { id };
    format!("{id}-{}", random_digits::<4>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_people_write() {
        assert_eq!(checked("  Claude Code ").unwrap(), "Claude Code");
        assert_eq!(checked("编程助手").unwrap(), "编程助手");
        for wrong in ["", "  ", "a\nb", "\u{1b}[0m", &"x".repeat(65)] {
            assert!(checked(wrong).is_err(), "{wrong:?}");
        }
    }

    /// S17: a key that was pasted into the wrong field is not kept.
    #[test]
    fn a_key_is_no_name() {
        let key = format!("sk-test{}", "alpha0".repeat(8));
        let error = checked(&key).unwrap_err();
        assert!(!error.message.contains("alpha"), "{}", error.message);
        assert!(checked("fk-0123").is_err());
    }

    #[test]
    fn ids_tell_the_name_and_differ() {
        let id = new_id("Claude Code!");
        assert!(id.starts_with("claude-code-"), "{id}");
        assert_ne!(id, new_id("Claude Code!"));
        assert!(new_id("编程助手").starts_with("client-"));
        assert!(!new_id("--").starts_with('-'));
    }
}
