//! The words of `flowkeep keys list`: those of the window, in English. A test
//! compares them with the window's file of messages.

use flowkeep_contract::{BalanceSource, KeyState};

/// `common_unknown`.
pub(super) const UNKNOWN: &str = "unknown";
/// `state_cooling`.
pub(super) const COOLING: &str = "Cooling down";
/// `keys_balance_stale_mark`.
pub(super) const STALE: &str = "not renewed";
/// `keys_cooling_all`.
pub(super) const ALL_MODELS: &str = "all models";
/// `keys_cooling_paid`.
pub(super) const PAID_MODELS: &str = "paid models";
/// `keys_retry_now`.
pub(super) const RETRY_NOW: &str = "tried again with the next request";

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
const MONTH_MS: i64 = 30 * DAY_MS;
const YEAR_MS: i64 = 365 * DAY_MS;
/// Clocks of two processes differ a little.
const NOW_MS: i64 = 5 * SECOND_MS;

/// `state_…`.
pub(super) const fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Usable => "Usable",
        KeyState::Unchecked => "Unchecked",
        KeyState::Exhausted => "Out of balance",
        KeyState::Restricted => "Restricted",
        KeyState::Unauthorized => "Invalid",
        KeyState::Unreadable => "Unreadable",
        KeyState::Disabled => "Switched off",
    }
}

/// `state_…_hint`: why, when nothing more exact is known.
pub(super) const fn hint(state: KeyState) -> &'static str {
    match state {
        KeyState::Usable => "Answers, as far as we know",
        KeyState::Unchecked => "Could not be checked when it was added",
        KeyState::Exhausted => "The account has no balance left",
        KeyState::Restricted => "The account may not use what was asked for",
        KeyState::Unauthorized => {
            "SiliconFlow does not accept this key. Keys of its .cn and .com sites are not \
             interchangeable."
        }
        KeyState::Unreadable => "The key could not be read from the vault",
        KeyState::Disabled => "You switched this key off",
    }
}

/// `keys_balance_…_mark`.
pub(super) const fn source(source: BalanceSource) -> &'static str {
    match source {
        BalanceSource::Reported => "reported",
        BalanceSource::Manual => "manual",
        BalanceSource::Estimated => "estimated",
    }
}

/// `keys_retry_at` and `keys_retry_in`: when it is tried again by itself.
pub(super) fn retry(at_ms: i64, now_ms: i64) -> String {
    let left_ms = at_ms.saturating_sub(now_ms);
    if left_ms <= 0 {
        return RETRY_NOW.to_owned();
    }
    if left_ms > HOUR_MS {
        return retry_at(&ahead(left_ms));
    }
    let seconds = left_ms.saturating_add(SECOND_MS - 1) / SECOND_MS;
    retry_in(&format!("{}:{:02}", seconds / 60, seconds % 60))
}

/// `keys_retry_at`.
pub(super) fn retry_at(time: &str) -> String {
    format!("tried again {time}")
}

/// `keys_retry_in`.
pub(super) fn retry_in(time: &str) -> String {
    format!("tried again in {time}")
}

/// More than an hour ahead, as `in 3 hours`.
fn ahead(ms: i64) -> String {
    let (count, unit) = match ms {
        ms if ms < DAY_MS => (ms / HOUR_MS, "hour"),
        ms if ms < MONTH_MS => (ms / DAY_MS, "day"),
        ms if ms < YEAR_MS => (ms / MONTH_MS, "month"),
        ms => (ms / YEAR_MS, "year"),
    };
    match (count, unit) {
        (1, "day") => "tomorrow".to_owned(),
        (1, "hour") => "in 1 hour".to_owned(),
        (1, unit) => format!("next {unit}"),
        (count, unit) => format!("in {count} {unit}s"),
    }
}

/// How old something is, as `5m ago`.
pub(super) fn age(at_ms: i64, now_ms: i64) -> String {
    let ms = now_ms.saturating_sub(at_ms);
    let (count, unit) = match ms {
        ms if ms < NOW_MS => return "now".to_owned(),
        ms if ms < MINUTE_MS => (ms / SECOND_MS, "s"),
        ms if ms < HOUR_MS => (ms / MINUTE_MS, "m"),
        ms if ms < DAY_MS => (ms / HOUR_MS, "h"),
        ms if ms < MONTH_MS => (ms / DAY_MS, "d"),
        ms if ms < YEAR_MS => (ms / MONTH_MS, "mo"),
        ms => (ms / YEAR_MS, "y"),
    };
    match (count, unit) {
        (1, "d") => "yesterday".to_owned(),
        (1, "mo") => "last mo.".to_owned(),
        (1, "y") => "last yr.".to_owned(),
        (count, unit) => format!("{count}{unit} ago"),
    }
}

#[cfg(test)]
mod tests;
