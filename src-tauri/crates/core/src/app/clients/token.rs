//! The tokens themselves.

use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

/// SHA-256 of a token.
pub(super) type TokenHash = [u8; 32];

/// The digest under which a token is kept.
pub(super) fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// A new token of 256 bits.
pub(super) fn generate_token() -> SecretString {
    let mut token = String::with_capacity(3 + 64);
    token.push_str("fk-");
    token.push_str(&random_digits::<32>());
    SecretString::from(token)
}

/// So many random bytes as hexadecimal digits.
pub(super) fn random_digits<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let digit = |half: u8| char::from_digit(u32::from(half), 16);
    bytes
        .into_iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| digit(half).expect("four bits are a hex digit"))
        .collect()
}
