//! API keys and the ids that stand for them.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// Letters of a [`RandomId`]: no vowels and no look-alikes.
const ALPHABET: &[u8; 32] = b"0123456789bcdfghjklmnpqrstvwxyz_";
const RANDOM_LEN: usize = 12;
const MIN_KEY: usize = 20;
const MAX_KEY: usize = 512;

/// Makes a short random id of 60 bits: ids are packed beside the secrets (D3).
#[derive(Clone, Copy, Debug)]
pub struct RandomId;

impl RandomId {
    /// Twelve letters from the system's generator.
    ///
    /// # Panics
    /// When the operating system has no random numbers to give.
    #[must_use]
    pub fn generate() -> String {
        let mut bytes = [0_u8; RANDOM_LEN];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        bytes
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
            .collect()
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// A new one that nothing else has.
            #[must_use]
            pub fn generate() -> Self {
                Self(RandomId::generate().into())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id! {
    /// Stands for a key everywhere but in the vault.
    KeyId
}
id! {
    /// Stands for an account: what limits and balance belong to (D6).
    AccountId
}

/// Why a word is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKey {
    /// Another product's key, or no key at all.
    #[error("a SiliconFlow key starts with sk-")]
    Prefix,
    /// Cut off or glued together.
    #[error("a key has {MIN_KEY} to {MAX_KEY} characters, this has {0}")]
    Length(usize),
    /// Something other than letters, digits, `-` and `_`.
    #[error("a key has only letters, digits, - and _")]
    Character,
}

/// SHA-256 of a key: tells whether two keys are the same without keeping them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// A well-formed API key. It cannot be printed, compared or serialized.
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Reads a key (API reference §1.2).
    ///
    /// # Errors
    /// Names what is wrong, without the word itself.
    pub fn parse(text: &str) -> Result<Self, MalformedKey> {
        let Some(rest) = text.strip_prefix("sk-") else {
            return Err(MalformedKey::Prefix);
        };
        if !rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        {
            return Err(MalformedKey::Character);
        }
        if !(MIN_KEY..=MAX_KEY).contains(&text.len()) {
            return Err(MalformedKey::Length(text.len()));
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The key itself; only for the vault and the `Authorization` header.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// SHA-256 of the key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(self.expose().as_bytes()).into())
    }

    /// The last four characters, to recognise it by.
    #[must_use]
    pub fn last_four(&self) -> &str {
        let key = self.expose();
        &key[key.len() - 4..]
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey(…{})", self.last_four())
    }
}

#[cfg(test)]
mod tests;
