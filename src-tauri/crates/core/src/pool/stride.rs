//! Stride scheduling: each request carries on by the inverse of the weight, and
//! who has passed least is next. So the shares are as the weights.

/// What a key of weight one has passed after one request.
const STRIDE: u64 = 1 << 24;

/// How far a key or an account has gone on.
#[derive(Clone, Copy, Default)]
pub(super) struct Stride {
    pub(super) passed: u64,
    pub(super) weight: u64,
}

impl Stride {
    /// Goes on by one request. Who was away does not catch up: it would get
    /// everything at once.
    pub(super) fn go_on(&mut self, time: &mut u64) {
        *time = (*time).max(self.passed);
        self.passed = time.saturating_add(STRIDE / self.weight.clamp(1, STRIDE));
    }
}
