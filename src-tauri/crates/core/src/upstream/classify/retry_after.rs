//! The `Retry-After` header.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

/// Nothing upstream waits longer for.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// Seconds, or an HTTP date, which may have passed already.
pub(super) fn read(value: &str, now_unix_ms: i64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        let seconds = if seconds.is_finite() { seconds } else { 0.0 };
        let seconds = seconds.clamp(0.0, LONGEST.as_secs_f64());
        return Some(Duration::from_secs_f64(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(value).ok()?;
    let left_ms = date.as_millisecond().saturating_sub(now_unix_ms).max(0);
    let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
    Some(left.min(LONGEST))
}
