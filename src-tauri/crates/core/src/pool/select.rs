//! The strategies: which of several good keys.
//!
//! A strategy sees only keys that may serve now. Ties go to the account, then
//! the key, with the fewest requests under way, then to the least recently used.

use std::sync::atomic::Ordering;

use super::state::{Account, Place, Slot};
use super::strategy::Strategy;

/// Balances closer than this are a tie: one unit of the currency.
const NEAR_NANO: i64 = 1_000_000_000;
/// Or closer than this part of the highest.
const NEAR_PART: i64 = 20;

/// Chooses one of `candidates`, which are in the order of the accounts.
pub(super) fn choose(
    strategy: Strategy,
    accounts: &mut [Account],
    candidates: &[Place],
) -> Option<Place> {
    match strategy {
        Strategy::HighestBalance => highest_balance(accounts, candidates),
        Strategy::RoundRobin => least_recent(accounts, candidates),
        Strategy::FillFirst => fill_first(accounts, candidates),
        Strategy::Weighted => weighted(accounts, candidates),
        Strategy::LeastUsed => least_used(accounts, candidates),
    }
}

fn highest_balance(accounts: &[Account], candidates: &[Place]) -> Option<Place> {
    let near = candidates
        .iter()
        .filter_map(|place| known_balance(&accounts[place.account]))
        .max()
        .map(|best| best - NEAR_NANO.max(best / NEAR_PART));
    least(accounts, candidates, |account| match near {
        Some(near) => known_balance(account).is_none_or(|balance| balance < near),
        None => false,
    })
}

/// A balance of nothing or less says nothing: vouchers are invisible (D5).
fn known_balance(account: &Account) -> Option<i64> {
    account.balance_nano.filter(|&balance| balance > 0)
}

fn fill_first(accounts: &[Account], candidates: &[Place]) -> Option<Place> {
    let first = candidates.first()?.account;
    least(accounts, candidates, |account| {
        account.id != accounts[first].id
    })
}

fn least_recent(accounts: &[Account], candidates: &[Place]) -> Option<Place> {
    candidates.iter().copied().min_by_key(|place| {
        let (account, slot) = at(accounts, *place);
        (account.last_used, slot.last_used)
    })
}

fn least_used(accounts: &[Account], candidates: &[Place]) -> Option<Place> {
    least(accounts, candidates, |account| account.served)
}

/// Smooth weighted round robin: each key is owed its weight at every pick, the
/// one that is owed most serves and pays what all were given.
fn weighted(accounts: &mut [Account], candidates: &[Place]) -> Option<Place> {
    let mut given = 0;
    for place in candidates {
        let slot = &mut accounts[place.account].slots[place.slot];
        let weight = i64::from(slot.member.weight);
        slot.credit += weight;
        given += weight;
    }
    let chosen = candidates.iter().copied().min_by_key(|place| {
        let (_, slot) = at(accounts, *place);
        (-slot.credit, slot.last_used)
    })?;
    accounts[chosen.account].slots[chosen.slot].credit -= given;
    Some(chosen)
}

/// The candidate with the least rank, ties as the module says.
fn least<R: Ord>(
    accounts: &[Account],
    candidates: &[Place],
    rank: impl Fn(&Account) -> R,
) -> Option<Place> {
    candidates.iter().copied().min_by_key(|place| {
        let (account, slot) = at(accounts, *place);
        (
            rank(account),
            account.in_flight.load(Ordering::Relaxed),
            account.last_used,
            slot.in_flight.load(Ordering::Relaxed),
            slot.last_used,
        )
    })
}

fn at(accounts: &[Account], place: Place) -> (&Account, &Slot) {
    let account = &accounts[place.account];
    (account, &account.slots[place.slot])
}
