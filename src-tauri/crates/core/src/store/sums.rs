//! Sums over finished requests, and what a single request adds to them.

use std::collections::HashMap;

use rusqlite::Row;

use crate::model::{Currency, Outcome, RequestRecord};

/// What a batch gathers by numbers of our own making.
pub(super) type Tally<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Sums over finished requests. What is unknown is in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// Finished requests.
    pub calls: i64,
    /// Of these, not successful.
    pub failed: i64,
    /// Upstream requests made.
    pub attempts: i64,
    /// Known prompt tokens.
    pub prompt_tokens: i64,
    /// Known completion tokens.
    pub completion_tokens: i64,
    /// Known prompt tokens from the cache.
    pub cached_tokens: i64,
    /// Known completion tokens spent on reasoning.
    pub reasoning_tokens: i64,
    /// Successful calls of a model whose usage the upstream did not tell.
    pub calls_without_usage: i64,
    /// Milliseconds in all.
    pub duration_ms: i64,
    /// Milliseconds until the first byte, of the calls that had one.
    pub first_byte_ms: i64,
    /// Calls that had a first byte.
    pub first_byte_calls: i64,
    /// Successful calls of a model whose cost is not known.
    pub calls_without_cost: i64,
    /// Known cost of calls billed in CNY, in billionths.
    pub cost_cny_nano: i64,
    /// Known cost of calls billed in USD, in billionths.
    pub cost_usd_nano: i64,
    /// What the cache saved in CNY, in billionths.
    pub saved_cny_nano: i64,
    /// What the cache saved in USD, in billionths.
    pub saved_usd_nano: i64,
    /// Tokens of pictures read.
    pub image_tokens: i64,
    /// Pictures made.
    pub images: i64,
    /// Video clips made.
    pub clips: i64,
    /// UTF-8 bytes of text spoken.
    pub bytes: i64,
    /// Milliseconds of sound heard.
    pub sound_ms: i64,
}

/// The columns of every table of sums, in the order of [`UsageSums::columns`].
macro_rules! sum_columns {
    () => {
        "calls, attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
        calls_without_usage, duration_ms, first_byte_ms, first_byte_calls, calls_without_cost,
        cost_cny_nano, cost_usd_nano, saved_cny_nano, saved_usd_nano, image_tokens, images,
        clips, bytes, sound_ms"
    };
}

/// How a second row of the same place is added to the first.
macro_rules! sum_additions {
    () => {
        "calls = calls + excluded.calls,
        attempts = attempts + excluded.attempts,
        prompt_tokens = prompt_tokens + excluded.prompt_tokens,
        completion_tokens = completion_tokens + excluded.completion_tokens,
        cached_tokens = cached_tokens + excluded.cached_tokens,
        reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
        calls_without_usage = calls_without_usage + excluded.calls_without_usage,
        duration_ms = duration_ms + excluded.duration_ms,
        first_byte_ms = first_byte_ms + excluded.first_byte_ms,
        first_byte_calls = first_byte_calls + excluded.first_byte_calls,
        calls_without_cost = calls_without_cost + excluded.calls_without_cost,
        cost_cny_nano = cost_cny_nano + excluded.cost_cny_nano,
        cost_usd_nano = cost_usd_nano + excluded.cost_usd_nano,
        saved_cny_nano = saved_cny_nano + excluded.saved_cny_nano,
        saved_usd_nano = saved_usd_nano + excluded.saved_usd_nano,
        image_tokens = image_tokens + excluded.image_tokens,
        images = images + excluded.images,
        clips = clips + excluded.clips,
        bytes = bytes + excluded.bytes,
        sound_ms = sound_ms + excluded.sound_ms"
    };
}

pub(super) use {sum_additions, sum_columns};

/// Columns of [`sum_columns!`].
pub(super) const SUMS: usize = 20;

/// A count as it is stored. A single absurd count must not make the sums
/// overflow, so it ends at 2^32 - 1.
pub(super) fn stored_count(count: Option<u64>) -> Option<i64> {
    count.map(|count| i64::from(u32::try_from(count).unwrap_or(u32::MAX)))
}

/// Most that a single request costs or saves: ten thousand of the unit.
const MOST_NANO: i64 = 10_000_000_000_000;

/// An amount as it is stored, for the same reason.
pub(super) fn stored_nano(nano: i64) -> i64 {
    nano.clamp(-MOST_NANO, MOST_NANO)
}

impl UsageSums {
    /// Known prompt and completion tokens.
    #[must_use]
    pub const fn tokens(&self) -> i64 {
        self.prompt_tokens + self.completion_tokens
    }

    /// What a request adds.
    pub(super) fn of(record: &RequestRecord) -> Self {
        let model = record.model_used.as_ref().or(record.model_asked.as_ref());
        // `GET /models` uses nothing and costs nothing, nor does what is answered
        // here (`/v1/messages/count_tokens`).
        let answered = record.outcome == Outcome::Success && model.is_some() && record.attempts > 0;
        let count = |count| stored_count(count).unwrap_or(0);
        let (usage, units) = (&record.usage, &record.units);
        let currency = record.cost.as_ref().map(|cost| cost.money.currency());
        let amount = |of: Currency, nano: Option<i64>| match currency {
            Some(currency) if currency == of => stored_nano(nano.unwrap_or(0)),
            _ => 0,
        };
        let cost = record.cost.as_ref().map(|cost| cost.money.nano());
        Self {
            calls: 1,
            failed: i64::from(record.outcome != Outcome::Success),
            attempts: i64::from(record.attempts),
            prompt_tokens: count(usage.prompt_tokens),
            completion_tokens: count(usage.completion_tokens),
            cached_tokens: count(usage.cached_tokens),
            reasoning_tokens: count(usage.reasoning_tokens),
            calls_without_usage: i64::from(answered && usage.is_unknown()),
            duration_ms: i64::from(record.duration_ms),
            first_byte_ms: record.first_byte_ms.map_or(0, i64::from),
            first_byte_calls: i64::from(record.first_byte_ms.is_some()),
            calls_without_cost: i64::from(answered && cost.is_none()),
            cost_cny_nano: amount(Currency::Cny, cost),
            cost_usd_nano: amount(Currency::Usd, cost),
            saved_cny_nano: amount(Currency::Cny, record.saved_nano),
            saved_usd_nano: amount(Currency::Usd, record.saved_nano),
            image_tokens: count(units.image_tokens),
            images: count(units.images),
            clips: count(units.clips),
            bytes: count(units.bytes),
            sound_ms: count(units.sound_ms),
        }
    }

    fn columns_mut(&mut self) -> [&mut i64; SUMS] {
        [
            &mut self.calls,
            &mut self.attempts,
            &mut self.prompt_tokens,
            &mut self.completion_tokens,
            &mut self.cached_tokens,
            &mut self.reasoning_tokens,
            &mut self.calls_without_usage,
            &mut self.duration_ms,
            &mut self.first_byte_ms,
            &mut self.first_byte_calls,
            &mut self.calls_without_cost,
            &mut self.cost_cny_nano,
            &mut self.cost_usd_nano,
            &mut self.saved_cny_nano,
            &mut self.saved_usd_nano,
            &mut self.image_tokens,
            &mut self.images,
            &mut self.clips,
            &mut self.bytes,
            &mut self.sound_ms,
        ]
    }

    /// The values of the columns of [`sum_columns!`].
    pub(super) fn columns(mut self) -> [i64; SUMS] {
        self.columns_mut().map(|value| *value)
    }

    /// Reads the columns of [`sum_columns!`], the first of which is at `first`.
    /// [`Self::failed`] is not among them.
    pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let mut sums = Self::default();
        for (at, value) in (first..).zip(sums.columns_mut()) {
            *value = row.get(at)?;
        }
        Ok(sums)
    }

    /// Adds other sums to these.
    pub(super) fn add(&mut self, mut other: Self) {
        self.failed += other.failed;
        for (value, more) in self.columns_mut().into_iter().zip(other.columns_mut()) {
            *value += *more;
        }
    }

    /// The sums with their signs turned.
    pub(super) fn negated(mut self) -> Self {
        self.failed = -self.failed;
        for value in self.columns_mut() {
            *value = -*value;
        }
        self
    }
}
