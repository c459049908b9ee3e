//! Client tokens: who may use the gateway (S7).

use std::sync::Arc;

use flowkeep_contract::{ApiError, ClientToken, Empty, ErrorCode};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::App;

/// The id of the token that is made at the first start.
pub(super) const DEFAULT_CLIENT: &str = "default";
/// The id under which requests without a token are counted.
const ANONYMOUS: &str = "local";

/// SHA-256 of a token.
pub(super) type TokenHash = [u8; 32];

/// A presented token is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied;

/// Who asks, or why not.
pub type TokenCheck = Result<Arc<str>, Denied>;

/// All tokens that are valid now, by their digests.
#[derive(Debug, Default)]
pub(super) struct ClientTokens {
    pub(super) entries: Vec<(Arc<str>, TokenHash)>,
    pub(super) required: bool,
}

/// The digest under which a token is kept.
pub(super) fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// A new token of 256 bits.
pub(super) fn generate_token() -> SecretString {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let mut token = String::with_capacity(3 + 64);
    token.push_str("fk-");
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            token.push(char::from_digit(u32::from(digit), 16).expect("four bits are a hex digit"));
        }
    }
    SecretString::from(token)
}

impl ClientTokens {
    /// Compares with every digest, in a time that does not tell which matched.
    fn check(&self, presented: Option<&str>) -> TokenCheck {
        let digest = presented.map(token_hash);
        let mut found = None;
        if let Some(digest) = digest {
            for (client, hash) in &self.entries {
                let same: Choice = digest.ct_eq(hash);
                if bool::from(same) {
                    found = Some(Arc::clone(client));
                }
            }
        }
        match found {
            Some(client) => Ok(client),
            None if !self.required => Ok(ANONYMOUS.into()),
            None => Err(Denied),
        }
    }
}

impl App {
    /// Whose token this is. Without a token only when the user allowed it.
    ///
    /// # Errors
    /// When a token is needed and this is none.
    pub fn check_token(&self, presented: Option<&str>) -> TokenCheck {
        self.live(|live| Arc::clone(&live.clients)).check(presented)
    }

    /// The default token, to put into tools.
    ///
    /// # Errors
    /// When the vault that keeps it is locked or does not answer.
    pub async fn client_token(&self, _: Empty) -> Result<ClientToken, ApiError> {
        if let Some(token) = &self.0.client_token {
            return Ok(ClientToken {
                token: token.expose_secret().to_owned(),
            });
        }
        self.blocking(|app| {
            let contents = app.0.vault.load()?;
            let token = contents
                .token
                .ok_or_else(|| ApiError::new(ErrorCode::VaultUnavailable, "no client token yet"))?;
            Ok(ClientToken {
                token: token.expose_secret().to_owned(),
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests;
