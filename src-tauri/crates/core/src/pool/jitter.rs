//! Small random delays, so that accounts do not come back all at once.

/// Xorshift64*: spreads delays, protects nothing.
#[derive(Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        // An all-zero state would stay zero for ever.
        Self(seed ^ 0x9E37_79B9_7F4A_7C15 | 1)
    }

    /// `delay_ms` and up to a tenth more, but at most `ceiling_ms` more.
    pub(super) fn stretch(&mut self, delay_ms: u64, ceiling_ms: u64) -> u64 {
        let room = (delay_ms / 10).min(ceiling_ms);
        delay_ms.saturating_add(self.next() % (room + 1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
}
