//! How long things took, in buckets.

/// Upper bounds of the buckets in milliseconds; what took longer is in a last one.
/// From a quick refusal to the ten minutes after which a first byte is given up.
pub const BOUNDS_MS: [u32; 14] = [
    25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000,
];

/// Counts by bucket, and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: [u64; BOUNDS_MS.len() + 1],
    sum_ms: u64,
}

impl Histogram {
    /// Counts one.
    pub fn note(&mut self, ms: u32) {
        let bucket = BOUNDS_MS.partition_point(|bound| *bound < ms);
        self.buckets[bucket] += 1;
        self.sum_ms += u64::from(ms);
    }

    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += more;
        }
        self.sum_ms += other.sum_ms;
    }

    /// How many fell into each bucket, the open one last.
    #[must_use]
    pub fn buckets(&self) -> &[u64] {
        &self.buckets
    }

    /// How many in all.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Milliseconds in all.
    #[must_use]
    pub fn sum_ms(&self) -> u64 {
        self.sum_ms
    }
}
