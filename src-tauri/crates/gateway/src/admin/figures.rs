//! Numbers and keys as the older pool wrote them: decimals and Unix seconds.

use flowkeep_core::model::Nano;

/// Billionths as a decimal number.
pub(super) fn amount(nano: i64) -> f64 {
    // Read from its decimal digits, so that 0.1 is the number nearest to 0.1.
    Nano::new(nano).to_string().parse().unwrap_or_default()
}

/// Unix seconds with their milliseconds.
pub(super) fn seconds(unix_ms: i64) -> f64 {
    amount(unix_ms.saturating_mul(1_000_000))
}

/// A key to recognise, not to use (S27).
pub(super) fn masked(last_four: &str) -> String {
    format!("sk-…{last_four}")
}

#[cfg(test)]
mod tests;
