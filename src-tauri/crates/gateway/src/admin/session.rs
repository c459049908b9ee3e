//! Who the admin is, and the sessions of the console (design §4).
//!
//! A session ends at its logout, when nobody uses it for some hours, and in any
//! case half a day after the login (S39). The newest of those that have ended are
//! remembered, since a browser that shows one does not guess (S9). There are no
//! cookies: those of `localhost` go to every port.

use std::collections::{HashMap, VecDeque};
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

/// From the login to the end, whatever happens.
const LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;
/// Without a request.
const IDLE_MS: u64 = 4 * 60 * 60 * 1000;
const MAX_SESSIONS: usize = 64;
/// Sessions that have ended and are remembered.
const MAX_ENDED: usize = 256;
/// A password with fewer characters may be guessed by somebody with patience.
const SHORTEST_SAFE: usize = 20;

/// Name and password of the admin.
#[derive(Clone, Debug)]
pub struct AdminAccess {
    /// Name, `admin` unless set.
    pub username: String,
    /// Password.
    pub password: SecretString,
}

/// Who the admin is, and the sessions; these do not survive a restart.
pub(crate) struct Admin {
    access: AdminAccess,
    sessions: Mutex<Sessions>,
}

/// Sessions by the digest of their token.
#[derive(Debug, Default)]
struct Sessions {
    open: HashMap<[u8; 32], Stay>,
    /// The oldest first.
    ended: VecDeque<[u8; 32]>,
}

impl Sessions {
    fn end(&mut self, token: [u8; 32]) {
        if self.open.remove(&token).is_none() {
            return;
        }
        if self.ended.len() >= MAX_ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(token);
    }

    /// Ends those that are over, and the oldest when there are too many.
    fn make_room(&mut self, now: Moment) {
        let over = self.open.iter().filter(|(_, stay)| stay.is_over(now));
        let over: Vec<_> = over.map(|(token, _)| *token).collect();
        for token in over {
            self.end(token);
        }
        if self.open.len() >= MAX_SESSIONS {
            let oldest = self.open.iter().min_by_key(|(_, stay)| stay.since);
            if let Some(token) = oldest.map(|(token, _)| *token) {
                self.end(token);
            }
        }
    }
}

/// When a session began and when it was last used, in monotonic milliseconds.
#[derive(Clone, Copy, Debug)]
struct Stay {
    since: u64,
    seen: u64,
}

impl Stay {
    fn is_over(self, now: Moment) -> bool {
        let now = now.monotonic_ms;
        now >= self.since + LIFETIME_MS || now >= self.seen + IDLE_MS
    }
}

/// The answer to a login.
#[derive(Serialize)]
pub(crate) struct Session {
    token: String,
    /// Unix seconds.
    expires_at: i64,
}

/// What a request shows to be let in.
#[derive(Clone)]
pub(crate) enum Shown {
    /// A session's token.
    Session(String),
    /// Name and password, with a colon between them.
    Password(String),
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
    pub(crate) fn knows(&self, username: &str, password: &str) -> bool {
        let name = digest(username).ct_eq(&digest(&self.access.username));
        let secret = digest(password).ct_eq(&digest(self.access.password.expose_secret()));
        bool::from(name & secret)
    }

    /// Name and password, with a colon between them.
    pub(crate) fn knows_pair(&self, pair: &str) -> bool {
        pair.split_once(':')
            .is_some_and(|(username, password)| self.knows(username, password))
    }

    /// Whether so many guesses as a program can make may find the password.
    pub(crate) fn is_guessable(&self) -> bool {
        let password = self.access.password.expose_secret();
        password.chars().count() < SHORTEST_SAFE
    }

    /// A new session, for somebody whose password was right.
    pub(crate) fn open(&self, now: Moment) -> Option<Session> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        let mut token = String::from("fka-");
        for byte in bytes {
            write!(token, "{byte:02x}").ok()?;
        }
        let mut sessions = self.lock();
        sessions.make_room(now);
        let stay = Stay {
            since: now.monotonic_ms,
            seen: now.monotonic_ms,
        };
        sessions.open.insert(digest(&token), stay);
        Some(Session {
            token,
            expires_at: (now.unix_ms + i64::try_from(LIFETIME_MS).ok()?) / 1000,
        })
    }

    /// Ends the session that is shown, if any.
    pub(crate) fn logout(&self, headers: &HeaderMap) {
        if let Some(Shown::Session(token)) = Shown::of(headers) {
            self.lock().end(digest(&token));
        }
    }

    /// Whether a session of this token is open; from now on it was used now.
    pub(crate) fn uses(&self, token: &str, now: Moment) -> bool {
        let mut sessions = self.lock();
        let Some(stay) = sessions.open.get_mut(&digest(token)) else {
            return false;
        };
        if stay.is_over(now) {
            return false;
        }
        stay.seen = now.monotonic_ms;
        true
    }

    /// Whether this is the token of a session, open or over; by digests, so that the
    /// time tells nothing of a token.
    pub(crate) fn has_opened(&self, token: &str) -> bool {
        let token = digest(token);
        let sessions = self.lock();
        sessions.open.contains_key(&token) || sessions.ended.contains(&token)
    }

    /// Whether what was shown is still good, without using it.
    pub(crate) fn still_admits(&self, shown: &Shown, now: Moment) -> bool {
        match shown {
            Shown::Session(token) => {
                let stay = self.lock().open.get(&digest(token)).copied();
                stay.is_some_and(|stay| !stay.is_over(now))
            }
            Shown::Password(pair) => self.knows_pair(pair),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    /// What is in these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = value.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::Session(rest.trim().to_owned()));
        }
        if scheme.eq_ignore_ascii_case("basic") {
            let bytes = STANDARD.decode(rest.trim()).ok()?;
            return Some(Self::Password(String::from_utf8(bytes).ok()?));
        }
        None
    }
}

#[cfg(test)]
mod tests;
