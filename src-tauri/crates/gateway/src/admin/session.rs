//! Who the admin is, and the sessions of the console (design §4).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flowkeep_core::clock::Moment;
use http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

const LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;
const MAX_SESSIONS: usize = 64;

/// Name and password of the admin.
#[derive(Clone, Debug)]
pub struct AdminAccess {
    /// Name, `admin` unless set.
    pub username: String,
    /// Password.
    pub password: SecretString,
}

/// Sessions by the digest of their token; they do not survive a restart.
pub(crate) struct Admin {
    access: AdminAccess,
    sessions: Mutex<HashMap<[u8; 32], u64>>,
}

/// The answer to a login.
#[derive(Serialize)]
pub(crate) struct Session {
    token: String,
    /// Unix seconds.
    expires_at: i64,
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl Admin {
    pub(crate) fn new(access: AdminAccess) -> Self {
        Self {
            access,
            sessions: Mutex::default(),
        }
    }

    /// Both are compared in full, so that the time does not tell which is wrong.
    fn knows(&self, username: &str, password: &str) -> bool {
        let name = digest(username).ct_eq(&digest(&self.access.username));
        let secret = digest(password).ct_eq(&digest(self.access.password.expose_secret()));
        bool::from(name & secret)
    }

    pub(crate) fn login(&self, username: &str, password: &str, now: Moment) -> Option<Session> {
        if !self.knows(username, password) {
            return None;
        }
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        let mut token = String::from("fka-");
        for byte in bytes {
            write!(token, "{byte:02x}").ok()?;
        }
        let expires = now.monotonic_ms + LIFETIME_MS;
        let mut sessions = self.lock();
        sessions.retain(|_, until| *until > now.monotonic_ms);
        if sessions.len() >= MAX_SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, until)| **until);
            let oldest = oldest.map(|(token, _)| *token);
            oldest.map(|token| sessions.remove(&token));
        }
        sessions.insert(digest(&token), expires);
        Some(Session {
            token,
            expires_at: (now.unix_ms + i64::try_from(LIFETIME_MS).ok()?) / 1000,
        })
    }

    pub(crate) fn logout(&self, headers: &HeaderMap) {
        if let Some(("bearer", token)) = credentials(headers) {
            self.lock().remove(&digest(&token));
        }
    }

    /// A session token, or name and password with each request.
    pub(crate) fn admits(&self, headers: &HeaderMap, now: Moment) -> bool {
        match credentials(headers) {
            Some(("bearer", token)) => {
                let until = self.lock().get(&digest(&token)).copied();
                until.is_some_and(|until| until > now.monotonic_ms)
            }
            Some((_, pair)) => self.knows_pair(&pair),
            None => false,
        }
    }

    /// Name and password with this very request; no session (S27).
    pub(crate) fn admits_by_password(&self, headers: &HeaderMap) -> bool {
        match credentials(headers) {
            Some(("basic", pair)) => self.knows_pair(&pair),
            _ => false,
        }
    }

    fn knows_pair(&self, pair: &str) -> bool {
        pair.split_once(':')
            .is_some_and(|(username, password)| self.knows(username, password))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], u64>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The scheme, `bearer` or `basic`, and what follows it, decoded.
fn credentials(headers: &HeaderMap) -> Option<(&'static str, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(("bearer", rest.trim().to_owned()));
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let bytes = STANDARD.decode(rest.trim()).ok()?;
        return Some(("basic", String::from_utf8(bytes).ok()?));
    }
    None
}

#[cfg(test)]
mod tests;
