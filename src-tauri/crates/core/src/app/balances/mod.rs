//! Balances that stay honest, and the refreshing of keys and balances (D5).
//!
//! A balance is optional knowledge: what the upstream told, what the user typed,
//! or that minus what was spent since. A question that fails changes nothing but
//! the age of what is known; no balance ever takes an account out of service, and
//! one above nothing lets an exhausted account try again.

mod known;
mod notices;
mod question;
mod refresh;
mod round;
mod schedule;
mod taking_up;

pub(super) use self::known::Balances;
pub(super) use self::refresh::Refreshes;

/// A number below `limit`, by chance; 0 when there is no chance to be had.
fn dice(limit: u64) -> u64 {
    let mut bytes = [0_u8; 8];
    // Spreads requests and protects nothing, so a failure is no harm.
    let _ = getrandom::fill(&mut bytes);
    u64::from_ne_bytes(bytes).checked_rem(limit).unwrap_or(0)
}
