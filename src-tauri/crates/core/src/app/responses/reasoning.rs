//! A chain of thought on its way through a client that keeps no raw thoughts.
//!
//! Codex sends a reasoning item back without its text, but with the
//! `encrypted_content` it asked for. Models that think between tool calls want
//! the text back (API reference §7.5), so it travels there, marked as ours. It
//! is no secret: the client was shown the same text.

/// What ours begins with.
const MARK: &str = "flowkeep-reasoning-1:";

/// `encrypted_content` for a text.
pub(super) fn sealed(text: &str) -> String {
    format!("{MARK}{text}")
}

/// The text in `encrypted_content`, if it is ours.
pub(super) fn unsealed(content: &str) -> Option<&str> {
    content.strip_prefix(MARK)
}
