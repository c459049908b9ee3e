//! Identifiers in the vendor's formats, unique within a simulator.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A source of identifiers; not random enough to be a secret.
#[derive(Debug)]
pub(crate) struct Ids {
    state: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        let millis = unix_time().as_millis();
        Self {
            state: AtomicU64::new(u64::try_from(millis).unwrap_or_default()),
        }
    }

    /// The next step of `SplitMix64`: a bijection, so values do not repeat.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self
            .state
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A version 7 UUID without dashes, as in `id` of chat answers.
    pub(crate) fn uuid7(&self) -> String {
        let millis = unix_time().as_millis() & 0xffff_ffff_ffff;
        let random = self.next();
        let mut id = String::with_capacity(32);
        let written = write!(
            id,
            "{millis:012x}7{:03x}{:x}{:015x}",
            random >> 52,
            8 | (random >> 50 & 3),
            self.next() >> 4
        );
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        id
    }

    /// `x-siliconcloud-trace-id`.
    pub(crate) fn trace(&self) -> String {
        self.letters("ti_", 16, BASE36)
    }

    /// `id` of an Anthropic message.
    pub(crate) fn message(&self) -> String {
        self.letters("msg_", 24, ALPHANUMERIC)
    }

    /// `signature` of a thinking block.
    pub(crate) fn signature(&self) -> String {
        self.letters("", 10, &BASE36[10..])
    }

    fn letters(&self, prefix: &str, count: usize, alphabet: &[u8]) -> String {
        let mut id = String::with_capacity(prefix.len() + count);
        id.push_str(prefix);
        let base = alphabet.len() as u64;
        let mut pool = 0;
        for place in 0..count {
            if place % 8 == 0 {
                pool = self.next();
            }
            let digit = usize::try_from(pool % base).unwrap_or_default();
            id.push(char::from(alphabet[digit]));
            pool /= base;
        }
        id
    }
}

/// Seconds since 1970, as in `created`.
pub(crate) fn unix_seconds() -> u64 {
    unix_time().as_secs()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock of core belongs to the product; the simulator imports none of it"
)]
fn unix_time() -> std::time::Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
