//! Identifiers in the vendor's formats, unique within a simulator.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A source of identifiers; not random enough to be a secret.
#[derive(Debug)]
pub(crate) struct Ids {
    state: AtomicU64,
}

impl Ids {
    /// A source that shares no value with another one, also of this process.
    pub(crate) fn new() -> Self {
        Self {
            // The system's randomness, which each hasher of the standard
            // library starts with.
            state: AtomicU64::new(RandomState::new().build_hasher().finish()),
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

    /// `id` of a file.
    pub(crate) fn file(&self) -> String {
        self.letters("file-", 10, &BASE36[10..])
    }

    /// `id` of a batch.
    pub(crate) fn batch(&self) -> String {
        self.letters("batch_", 10, &BASE36[10..])
    }

    /// `requestId` of a video.
    pub(crate) fn video(&self) -> String {
        self.letters("", 12, BASE36)
    }

    /// Name of something that is served for download.
    pub(crate) fn output(&self) -> String {
        self.letters("", 24, BASE36)
    }

    /// `uri` of a voice: its name, its account and letters.
    pub(crate) fn voice(&self, name: &str, account: &str) -> String {
        let account = cuid(account);
        self.letters(&format!("speech:{name}:{account}:"), 20, &BASE36[10..])
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

/// What an account is called in its voices: `cm` and 23 characters.
fn cuid(account: &str) -> String {
    let digest = Sha256::digest(account.as_bytes());
    let tail = digest
        .iter()
        .take(23)
        .map(|byte| char::from(BASE36[usize::from(*byte) % BASE36.len()]));
    ['c', 'm'].into_iter().chain(tail).collect()
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
