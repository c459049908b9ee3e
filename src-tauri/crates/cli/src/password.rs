//! A password for the console, made when the user has set none (D15).

use secrecy::SecretString;

/// No look-alikes, so that it can be read from one screen and typed on another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH: usize = 26;

/// A new password of 130 bits.
pub(crate) fn generate() -> SecretString {
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte & 31)]);
    SecretString::from(bytes.iter().map(letter).collect::<String>())
}
