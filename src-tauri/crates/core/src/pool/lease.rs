//! A key on loan for one attempt.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{AccountId, ApiKey, Choice, KeyId};

use super::Shared;
use super::state::Place;

/// What a lease shares with the pool. Replaced as a whole when the key's data
/// is read again.
pub(super) struct Seat {
    pub(super) key: KeyId,
    pub(super) account: AccountId,
    pub(super) account_label: Arc<str>,
    pub(super) last_four: Arc<str>,
    pub(super) secret: ApiKey,
}

/// Which key and account count a lease as theirs; others may have their ids later.
#[derive(Clone, Copy)]
pub(super) struct Home {
    /// Where it stands, for as long as the members are the same.
    pub(super) place: Place,
    /// How often the members had been exchanged.
    pub(super) edition: u64,
    pub(super) key_born: u64,
    pub(super) account_born: u64,
}

/// Lets one lease at a time through a closed door. Holds the ticket of the
/// lease that is through, 0 for none.
#[derive(Clone, Default)]
pub(super) struct Probe(Arc<AtomicU64>);

impl Probe {
    pub(super) fn is_out(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }

    pub(super) fn send(&self, ticket: u64) {
        self.0.store(ticket, Ordering::Release);
    }

    /// Only the lease that holds the probe can give it back, and only once.
    fn bring_back(&self, ticket: u64) {
        let _someone_else_has_it =
            self.0
                .compare_exchange(ticket, 0, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// A key on loan. It counts as in flight until this is dropped.
///
/// Dropping it asks for the pool's lock, so none is ever dropped under it.
#[must_use = "a dropped lease is a finished attempt"]
pub struct Lease {
    shared: Arc<Shared>,
    seat: Arc<Seat>,
    home: Home,
    /// Number of the pick: says whether something happened before or after it.
    ticket: u64,
    probe: Option<Probe>,
    choice: Choice,
}

impl Lease {
    pub(super) fn new(
        shared: Arc<Shared>,
        (seat, home, ticket): (Arc<Seat>, Home, u64),
        (probe, choice): (Option<Probe>, Choice),
    ) -> Self {
        if let Some(probe) = &probe {
            probe.send(ticket);
        }
        Self {
            shared,
            seat,
            home,
            ticket,
            probe,
            choice,
        }
    }

    /// Which key.
    #[must_use]
    pub fn key(&self) -> &KeyId {
        &self.seat.key
    }

    /// Its account.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.seat.account
    }

    /// The account's name, for `x-flowkeep-account`.
    #[must_use]
    pub fn account_label(&self) -> Arc<str> {
        Arc::clone(&self.seat.account_label)
    }

    /// Last four characters of the key.
    #[must_use]
    pub fn last_four(&self) -> Arc<str> {
        Arc::clone(&self.seat.last_four)
    }

    /// The key itself.
    #[must_use]
    pub fn secret(&self) -> &ApiKey {
        &self.seat.secret
    }

    /// Whether this attempt tests an account that would otherwise be left alone.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.probe.is_some()
    }

    /// Why this account was chosen.
    #[must_use]
    pub fn choice(&self) -> Choice {
        self.choice
    }

    pub(super) fn ticket(&self) -> u64 {
        self.ticket
    }

    /// The outcome is known: the next probe may go, however long this body takes.
    pub(super) fn end_probe(&self) {
        if let Some(probe) = &self.probe {
            probe.bring_back(self.ticket);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.end_probe();
        self.shared.returned(&self.seat, self.home);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("key", &self.seat.key)
            .field("account", &self.seat.account)
            .field("probe", &self.is_probe())
            .finish_non_exhaustive()
    }
}
