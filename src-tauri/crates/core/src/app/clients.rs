//! Client tokens: who may use the gateway (S7), what for and for how much.
//!
//! Guarantees: only digests are kept, but for the default token, which the user
//! may see again and which lives in the vault; a token that was revoked stays so
//! whatever is started again; limits are judged in one place ([`admission`]) and
//! without a look at the disk.

mod admission;
mod budget;
mod capture;
mod edits;
mod expectation;
mod names;
mod naming;
mod pace;
mod product;
mod reservation;
mod token;
mod view;
mod window;

use std::sync::{Arc, Mutex};

use flowkeep_contract::{ApiError, ClientToken, Empty, ErrorCode};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::{Choice, ConstantTimeEq as _};

pub(in crate::app) use self::product::product;
pub use self::reservation::Reservation;

use self::budget::Told;
use self::expectation::AnswerLength;
use self::pace::Pace;
use self::token::{TokenHash, generate_token, token_hash};
use super::{App, locked};
use crate::model::{Amounts, ClientLimits};
use crate::store::ClientRow;
use crate::vault::VaultState;

/// The id and name of the token that is made at the first start.
const DEFAULT_CLIENT: &str = "default";
/// The id under which requests without a token are counted.
const ANONYMOUS: &str = "local";

/// A presented token is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied;

/// Who asks, or why not.
pub type TokenCheck = Result<Arc<str>, Denied>;

/// All clients that are valid now.
#[derive(Debug, Default)]
pub(super) struct Clients {
    pub(super) entries: Vec<Arc<Client>>,
    /// Digests of tokens that were taken back: these are not even `local`.
    pub(super) revoked: Arc<[TokenHash]>,
    pub(super) required: bool,
}

/// A client and how it stands.
#[derive(Debug)]
pub(super) struct Client {
    id: Arc<str>,
    name: Arc<str>,
    hash: TokenHash,
    limits: ClientLimits,
    capture_until_ms: Option<i64>,
    /// Lives on when the row is read again.
    standing: Arc<Standing>,
}

/// What is remembered of a client while the program runs.
#[derive(Debug, Default)]
struct Standing {
    pace: Mutex<Pace>,
    told: Mutex<Told>,
    /// What requests under way hold back of its budget.
    reserved: Mutex<Amounts>,
    answers: Mutex<AnswerLength>,
}

impl Clients {
    /// Compares with every digest, in a time that does not tell which matched.
    fn check(&self, presented: Option<&str>) -> TokenCheck {
        let digest = presented.map(token_hash);
        let mut found = None;
        if let Some(digest) = digest {
            for client in &self.entries {
                let same: Choice = digest.ct_eq(&client.hash);
                if bool::from(same) {
                    found = Some(Arc::clone(&client.id));
                }
            }
        }
        let was_revoked = || digest.is_some_and(|digest| self.revoked.contains(&digest));
        match found {
            Some(client) => Ok(client),
            None if !self.required && !was_revoked() => Ok(ANONYMOUS.into()),
            None => Err(Denied),
        }
    }

    /// Whether this is a client's token, in force or revoked. Compares with every
    /// digest, in a time that does not tell which matched.
    fn has_issued(&self, presented: &str) -> bool {
        let digest = token_hash(presented);
        let in_force = self.entries.iter().map(|client| &client.hash);
        let issued = in_force.chain(self.revoked.iter());
        issued
            .fold(Choice::from(0), |found, hash| found | digest.ct_eq(hash))
            .into()
    }

    fn find(&self, id: &str) -> Option<&Arc<Client>> {
        self.entries.iter().find(|client| *client.id == *id)
    }

    /// Those rows that are in force. `given` is the digest of a default token
    /// that a variable names; it goes before the row's.
    fn of_rows(rows: Vec<ClientRow>, given: Option<TokenHash>, before: &Self) -> Vec<Arc<Client>> {
        rows.into_iter()
            .filter_map(|row| {
                let given = given.filter(|_| row.client_id == DEFAULT_CLIENT);
                if row.revoked_at_ms.is_some() && given.is_none() {
                    return None;
                }
                let known = before.find(&row.client_id);
                let standing = known.map(|client| Arc::clone(&client.standing));
                Some(Arc::new(Client {
                    id: row.client_id.into(),
                    name: row.name.into(),
                    hash: given.unwrap_or(row.token_hash),
                    limits: row.limits,
                    capture_until_ms: row.capture_until_ms,
                    standing: standing.unwrap_or_default(),
                }))
            })
            .collect()
    }
}

/// Said instead of a token that nothing accepts.
const NOT_IN_FORCE: &str = "the default token in force is not in this vault: name the gateway's vault with \
    --vault, or make the token anew with `flowkeep token create default`";

impl App {
    /// Whose token this is. Without a token only when the user allowed it.
    ///
    /// # Errors
    /// When a token is needed and this is none.
    pub fn check_token(&self, presented: Option<&str>) -> TokenCheck {
        let checked = self.live(|live| Arc::clone(&live.clients)).check(presented);
        if checked.is_ok() {
            self.0.neighbours.client_came();
        }
        checked
    }

    /// Whether this is the token of a client, in force or revoked: whoever shows it
    /// where it does not help guesses nothing (S9).
    #[must_use]
    pub fn has_issued_token(&self, presented: &str) -> bool {
        self.live(|live| Arc::clone(&live.clients))
            .has_issued(presented)
    }

    /// The default token, to put into tools.
    ///
    /// # Errors
    /// When it was revoked, or the vault that keeps it is locked or does not
    /// answer.
    pub async fn client_token(&self, _: Empty) -> Result<ClientToken, ApiError> {
        if let Some(token) = &self.0.client_token {
            return Ok(ClientToken {
                token: token.expose_secret().to_owned(),
            });
        }
        self.blocking(|app| {
            let row = app.default_row()?;
            if row.as_ref().is_some_and(is_revoked) {
                return Err(ApiError::new(
                    ErrorCode::TokenRevoked,
                    "the default token was revoked; make it anew with \
                     `flowkeep token create default`, or use another one",
                ));
            }
            let token = app.0.vault.load()?.token;
            let in_force = |token: &SecretString| {
                let hash = token_hash(token.expose_secret());
                row.as_ref().is_none_or(|row| row.token_hash == hash)
            };
            let token = token
                .filter(in_force)
                .ok_or_else(|| ApiError::new(ErrorCode::VaultUnavailable, NOT_IN_FORCE))?;
            Ok(ClientToken {
                token: token.expose_secret().to_owned(),
            })
        })
        .await
    }

    /// Makes the default token at the first start, and notes its digest. That
    /// stands in the database as well, so that a client is recognised while the
    /// vault is locked.
    pub(super) fn ensure_default_client(&self) -> Result<(), ApiError> {
        let row = self.default_row()?;
        if row.is_some() && !self.0.serves {
            return Ok(());
        }
        if self.0.client_token.is_some() {
            if row.is_none() {
                // The variable's token is kept nowhere; this one nobody has.
                self.put_default(&token_hash(generate_token().expose_secret()))?;
            }
            return Ok(());
        }
        if row.as_ref().is_some_and(is_revoked) || self.note_vault_state() == VaultState::Locked {
            return Ok(());
        }
        let token = match self.0.vault.load()?.token {
            Some(token) => token,
            // Another process may be at its first start as well: its token counts,
            // or the digest noted here would be of one that is nowhere.
            None => self.0.vault.token_or(generate_token())?,
        };
        let hash = token_hash(token.expose_secret());
        // Also when the vault was lost or exchanged and the row is an older token's.
        if row.is_none_or(|row| row.token_hash != hash) {
            self.put_default(&hash)?;
        }
        Ok(())
    }

    fn put_default(&self, hash: &TokenHash) -> Result<(), ApiError> {
        Ok(self
            .0
            .store
            .put_client(DEFAULT_CLIENT, DEFAULT_CLIENT, hash)?)
    }

    fn default_row(&self) -> Result<Option<ClientRow>, ApiError> {
        let rows = self.0.store.clients()?;
        Ok(rows.into_iter().find(|row| row.client_id == DEFAULT_CLIENT))
    }

    /// Puts the clients of the database in force.
    pub(super) fn reload_clients(&self) -> Result<(), ApiError> {
        // The last one read must win.
        let _reloading = locked(&self.0.reloading);
        let rows = self.0.store.clients()?;
        let given = self.0.client_token.as_ref();
        let given = given.map(|token| token_hash(token.expose_secret()));
        let revoked = rows.iter().filter(|row| is_revoked(row));
        let revoked = revoked.map(|row| row.token_hash).collect();
        self.change_live(|live| {
            live.clients = Arc::new(Clients {
                revoked,
                entries: Clients::of_rows(rows, given, &live.clients),
                required: live.settings.require_token,
            });
        });
        Ok(())
    }
}

fn is_revoked(row: &ClientRow) -> bool {
    row.revoked_at_ms.is_some()
}

#[cfg(test)]
mod tests;
