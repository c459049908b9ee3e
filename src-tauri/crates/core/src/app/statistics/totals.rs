//! Sums of the store as they travel, and what follows from them.

use flowkeep_contract::{Amounts, Percentiles, UsageRates, UsageTotals};

use crate::store::{self, UsageSums};

pub(super) fn totals(sums: &UsageSums) -> UsageTotals {
    UsageTotals {
        calls: sums.calls,
        failed: sums.failed,
        attempts: sums.attempts,
        prompt_tokens: sums.prompt_tokens,
        completion_tokens: sums.completion_tokens,
        cached_tokens: sums.cached_tokens,
        reasoning_tokens: sums.reasoning_tokens,
        calls_without_usage: sums.calls_without_usage,
        calls_without_cost: sums.calls_without_cost,
        calls_with_cost: sums.calls_with_cost,
        calls_cost_incomplete: sums.calls_cost_incomplete,
        cost: Amounts {
            cny_nano: sums.cost_cny_nano,
            usd_nano: sums.cost_usd_nano,
        },
        saved: Amounts {
            cny_nano: sums.saved_cny_nano,
            usd_nano: sums.saved_usd_nano,
        },
        images: sums.images,
        clips: sums.clips,
        bytes: sums.bytes,
        sound_ms: sums.sound_ms,
    }
}

/// Adds to sums what another part of the same time came to.
pub(super) fn add(to: &mut UsageTotals, sums: &UsageSums) {
    let more = totals(sums);
    for (sum, part) in [
        (&mut to.calls, more.calls),
        (&mut to.failed, more.failed),
        (&mut to.attempts, more.attempts),
        (&mut to.prompt_tokens, more.prompt_tokens),
        (&mut to.completion_tokens, more.completion_tokens),
        (&mut to.cached_tokens, more.cached_tokens),
        (&mut to.reasoning_tokens, more.reasoning_tokens),
        (&mut to.calls_without_usage, more.calls_without_usage),
        (&mut to.calls_without_cost, more.calls_without_cost),
        (&mut to.calls_with_cost, more.calls_with_cost),
        (&mut to.calls_cost_incomplete, more.calls_cost_incomplete),
        (&mut to.cost.cny_nano, more.cost.cny_nano),
        (&mut to.cost.usd_nano, more.cost.usd_nano),
        (&mut to.saved.cny_nano, more.saved.cny_nano),
        (&mut to.saved.usd_nano, more.saved.usd_nano),
        (&mut to.images, more.images),
        (&mut to.clips, more.clips),
        (&mut to.bytes, more.bytes),
        (&mut to.sound_ms, more.sound_ms),
    ] {
        *sum = sum.saturating_add(part);
    }
}

pub(super) fn rates(sums: &UsageSums) -> UsageRates {
    UsageRates {
        success_rate: share(sums.calls - sums.failed, sums.calls),
        cached_share: share(sums.cached_tokens, sums.prompt_tokens),
        tokens_per_second: share(sums.written_tokens, sums.writing_ms)
            .map(|per_ms| per_ms * 1_000.0),
    }
}

/// A part of a whole; absent when there is no whole.
#[expect(
    clippy::cast_precision_loss,
    reason = "a rate to look at needs no more than 15 digits"
)]
pub(super) fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

pub(super) fn percentiles(found: store::Percentiles) -> Percentiles {
    Percentiles {
        calls: found.calls,
        p50_ms: found.p50_ms,
        p90_ms: found.p90_ms,
        p95_ms: found.p95_ms,
        p99_ms: found.p99_ms,
    }
}

#[cfg(test)]
mod tests;
