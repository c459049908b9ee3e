//! Many secrets in one item (D3): a checked header, then a line for each.
//!
//! ```text
//! flowkeep 1 <16 hexadecimal digits of SHA-256 over the lines>
//! =<the default client token, at most once>
//! <key id> <key>
//! ```
//!
//! A bundle is good as a whole or not at all: the checksum tells a key that lost
//! a letter from one that upstream refuses.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::VaultError;
use crate::model::{ApiKey, KeyId};

const VERSION: &str = "flowkeep 1 ";
const CHECKSUM_BYTES: usize = 8;
/// Bytes of the header line with its end.
const HEADER: usize = VERSION.len() + 2 * CHECKSUM_BYTES + 1;
const TOKEN_MARK: &str = "=";
/// The longest id and token that are taken; ids have 12 characters.
const MAX_WORD: usize = 512;

/// The contents of one item.
#[derive(Clone, Default)]
pub(super) struct Bundle {
    /// The default client token, when it lives here.
    pub(super) token: Option<SecretString>,
    /// Keys in the order they came.
    pub(super) keys: Vec<(KeyId, ApiKey)>,
}

impl Bundle {
    /// Reads an item; `None` when it is not a whole bundle of this version.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (header, lines) = text.split_once('\n')?;
        if header.strip_prefix(VERSION)? != checksum(lines.as_bytes()) {
            return None;
        }
        let mut bundle = Self::default();
        for line in lines.lines() {
            if let Some(token) = line.strip_prefix(TOKEN_MARK) {
                bundle.token = Some(SecretString::from(token));
            } else {
                let (id, key) = line.split_once(' ')?;
                bundle
                    .keys
                    .push((KeyId::from(id), ApiKey::parse(key).ok()?));
            }
        }
        Some(bundle)
    }

    /// The item's bytes.
    pub(super) fn render(&self) -> Zeroizing<Vec<u8>> {
        // Reserved at once: a buffer that grows leaves copies that nobody wipes.
        let mut lines = Zeroizing::new(Vec::with_capacity(self.bytes()));
        if let Some(token) = &self.token {
            push_line(&mut lines, &[TOKEN_MARK, token.expose_secret()]);
        }
        for (id, key) in &self.keys {
            push_line(&mut lines, &[id.as_str(), " ", key.expose()]);
        }
        let mut item = Zeroizing::new(Vec::with_capacity(self.bytes()));
        push_line(&mut item, &[VERSION, &checksum(&lines)]);
        item.extend_from_slice(&lines);
        item
    }

    /// Length of [`Bundle::render`].
    pub(super) fn bytes(&self) -> usize {
        let token = self.token.as_ref().map_or(0, token_bytes);
        let keys: usize = self.keys.iter().map(|(id, key)| key_bytes(id, key)).sum();
        HEADER + token + keys
    }

    /// Adds a key, or replaces the one with this id.
    pub(super) fn put(&mut self, id: KeyId, key: ApiKey) {
        self.keys.retain(|(known, _)| *known != id);
        self.keys.push((id, key));
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.token.is_none() && self.keys.is_empty()
    }
}

/// Bytes that a key takes in a bundle.
pub(super) fn key_bytes(id: &KeyId, key: &ApiKey) -> usize {
    id.as_str().len() + 1 + key.expose().len() + 1
}

/// Bytes that the token takes in a bundle.
pub(super) fn token_bytes(token: &SecretString) -> usize {
    TOKEN_MARK.len() + token.expose_secret().len() + 1
}

/// Refuses an id that would break the lines.
pub(super) fn check_id(id: &KeyId) -> Result<(), VaultError> {
    check_word(id.as_str())?;
    if id.as_str().starts_with(TOKEN_MARK) {
        return Err(VaultError::Malformed);
    }
    Ok(())
}

/// Refuses a token that would break the lines.
pub(super) fn check_token(token: &SecretString) -> Result<(), VaultError> {
    check_word(token.expose_secret())
}

fn check_word(word: &str) -> Result<(), VaultError> {
    if word.len() > MAX_WORD {
        return Err(VaultError::TooLarge);
    }
    if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(VaultError::Malformed);
    }
    Ok(())
}

fn push_line(bytes: &mut Vec<u8>, words: &[&str]) {
    for word in words {
        bytes.extend_from_slice(word.as_bytes());
    }
    bytes.push(b'\n');
}

fn checksum(lines: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 * CHECKSUM_BYTES);
    for byte in &Sha256::digest(lines)[..CHECKSUM_BYTES] {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    text
}
