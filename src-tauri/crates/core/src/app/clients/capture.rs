//! For whom the bodies of requests are kept, and for how long (D17).
//!
//! It ends by itself: a token whose bodies are kept for ever is one that somebody
//! forgot.

use flowkeep_contract::{ApiError, ErrorCode};

use super::Client;
use crate::app::App;
use crate::app::relay::Call;

/// A week.
const MOST_MINUTES: u32 = 10_080;
const MINUTE_MS: i64 = 60_000;

/// Unix milliseconds until which bodies are kept from now on; `None` ends it.
pub(super) fn until(minutes: u32, now_ms: i64) -> Result<Option<i64>, ApiError> {
    if minutes > MOST_MINUTES {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "bodies are kept for at most 10080 minutes, which is a week; 0 ends it",
        ));
    }
    Ok((minutes > 0).then(|| now_ms + i64::from(minutes) * MINUTE_MS))
}

/// The same, as long as it has not passed.
pub(super) fn in_force(until_ms: Option<i64>, now_ms: i64) -> Option<i64> {
    until_ms.filter(|until| now_ms < *until)
}

impl App {
    /// Notes whether the bodies of a request are kept. Reads the time only for a
    /// client that had this asked for.
    pub(super) fn note_capture(&self, client: &Client, call: &mut Call) {
        call.captured = client.capture_until_ms.is_some()
            && in_force(client.capture_until_ms, self.now().unix_ms).is_some();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_by_itself_and_with_zero() {
        assert_eq!(until(0, 5).unwrap(), None);
        assert_eq!(until(1, 5).unwrap(), Some(60_005));
        assert_eq!(until(MOST_MINUTES, 0).unwrap(), Some(604_800_000));
        let error = until(MOST_MINUTES + 1, 0).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        assert_eq!(in_force(Some(10), 9), Some(10));
        assert_eq!(in_force(Some(10), 10), None);
        assert_eq!(in_force(None, 0), None);
    }
}
