//! Requests per minute: a bucket that holds a minute's worth and fills evenly.

use std::time::Duration;

const MINUTE_US: u64 = 60_000_000;

/// When the bucket will be full again, in microseconds of the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Pace {
    full_at_us: u64,
}

impl Pace {
    /// Takes one request out of the bucket.
    ///
    /// # Errors
    /// When there is none in it: how long until there is, in whole seconds.
    pub(super) fn take(&mut self, per_minute: u32, monotonic_ms: u64) -> Result<(), Duration> {
        let now = monotonic_ms.saturating_mul(1_000);
        let one = MINUTE_US / u64::from(per_minute.max(1));
        let full_at = self.full_at_us.max(now) + one;
        match (full_at - now).checked_sub(MINUTE_US) {
            None | Some(0) => {
                self.full_at_us = full_at;
                Ok(())
            }
            Some(over) => Err(Duration::from_secs(over.div_ceil(1_000_000))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_at_once_and_then_evenly() {
        let mut pace = Pace::default();
        for _ in 0..30 {
            assert_eq!(pace.take(30, 5_000), Ok(()));
        }
        assert_eq!(pace.take(30, 5_000), Err(Duration::from_secs(2)));
        assert_eq!(pace.take(30, 6_000), Err(Duration::from_secs(1)));
        assert_eq!(pace.take(30, 7_000), Ok(()));
        assert_eq!(pace.take(30, 7_000), Err(Duration::from_secs(2)));
        // A refused one costs nothing.
        assert_eq!(pace.take(30, 9_000), Ok(()));
    }

    #[test]
    fn rest_fills_the_bucket_and_no_more() {
        let mut pace = Pace::default();
        assert_eq!(pace.take(1, 0), Ok(()));
        assert_eq!(pace.take(1, 59_000), Err(Duration::from_secs(1)));
        assert_eq!(pace.take(1, 60_000), Ok(()));
        let mut full = Pace::default();
        let later = 24 * 3_600_000;
        let taken = (0..100).filter(|_| full.take(7, later).is_ok()).count();
        assert_eq!(taken, 7);
    }

    #[test]
    fn a_lower_limit_counts_at_once() {
        let mut pace = Pace::default();
        for _ in 0..60 {
            assert_eq!(pace.take(60, 0), Ok(()));
        }
        assert!(pace.take(1, 0).is_err());
        assert_eq!(pace.take(1_000_000, 1), Ok(()));
    }
}
