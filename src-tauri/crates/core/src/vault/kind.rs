//! Which store keeps the secrets, and which one the user asked for.

use std::fmt;
use std::str::FromStr;

/// The store that is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    /// Keychain, Credential Manager or Secret Service.
    Keychain,
    /// `vault.age` in the data folder.
    File,
    /// The process's memory; gone at exit.
    Memory,
}

impl VaultKind {
    /// The name as in `--vault` and `/health`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
            Self::Memory => "memory",
        }
    }
}

impl fmt::Display for VaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What `--vault` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VaultChoice {
    /// The keychain if it answers, else the file, with a warning.
    #[default]
    Auto,
    /// The keychain or nothing.
    Keychain,
    /// The encrypted file.
    File,
    /// Memory, for tests.
    Memory,
}

/// A word that names no vault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown vault {0:?}: choose auto, keychain, file or memory")]
pub struct UnknownVault(String);

impl FromStr for VaultChoice {
    type Err = UnknownVault;

    fn from_str(text: &str) -> Result<Self, UnknownVault> {
        match text {
            "auto" => Ok(Self::Auto),
            "keychain" => Ok(Self::Keychain),
            "file" => Ok(Self::File),
            "memory" => Ok(Self::Memory),
            other => Err(UnknownVault(other.to_owned())),
        }
    }
}
