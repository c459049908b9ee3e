//! Sums over finished requests, and what a single request adds to them.

use std::collections::HashMap;

use rusqlite::Row;

use super::history;
use crate::model::{Currency, Outcome, RequestRecord};

/// What a batch gathers by numbers of our own making.
pub(super) type Tally<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Makes [`UsageSums`] of its fields, which are the columns of every table of sums,
/// in their order, and the parts of statements that name all of them.
macro_rules! sums {
    ($(#[$first_doc:meta])* $first:ident $(, $(#[$doc:meta])* $name:ident)* $(,)?) => {
        /// Sums over finished requests. What is unknown is in none of them.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct UsageSums {
            $(#[$first_doc])*
            pub $first: i64,
            /// Of these, not successful. Told by the place in `usage_hourly`.
            pub failed: i64,
            $($(#[$doc])* pub $name: i64,)*
        }

        /// The columns of every table of sums.
        macro_rules! sum_columns {
            () => {
                concat!(stringify!($first), $(", ", stringify!($name)),*)
            };
        }

        /// A parameter for each of the columns, bound by its position.
        macro_rules! sum_parameters {
            () => {
                concat!(":", stringify!($first), $(", :", stringify!($name)),*)
            };
        }

        /// How a second row of the same place is added to the first.
        macro_rules! sum_additions {
            () => {
                concat!(
                    stringify!($first), " = ", stringify!($first), " + excluded.",
                    stringify!($first),
                    $(", ", stringify!($name), " = ", stringify!($name), " + excluded.",
                    stringify!($name)),*
                )
            };
        }

        /// How many columns there are.
        const SUMS: usize = [stringify!($first), $(stringify!($name)),*].len();

        impl UsageSums {
            fn columns_mut(&mut self) -> [&mut i64; SUMS] {
                [&mut self.$first, $(&mut self.$name),*]
            }
        }
    };
}

sums! {
    /// Finished requests.
    calls,
    /// Upstream requests made.
    attempts,
    /// Known prompt tokens.
    prompt_tokens,
    /// Known completion tokens.
    completion_tokens,
    /// Known prompt tokens from the cache.
    cached_tokens,
    /// Known completion tokens spent on reasoning.
    reasoning_tokens,
    /// Calls of [`RequestRecord::has_unknown_usage`].
    calls_without_usage,
    /// Milliseconds in all.
    duration_ms,
    /// Milliseconds until the first byte, of the calls that had one.
    first_byte_ms,
    /// Calls that had a first byte.
    first_byte_calls,
    /// Calls of [`RequestRecord::has_unknown_cost`].
    calls_without_cost,
    /// Known cost of calls billed in CNY, in billionths.
    cost_cny_nano,
    /// Known cost of calls billed in USD, in billionths.
    cost_usd_nano,
    /// What the cache saved in CNY, in billionths.
    saved_cny_nano,
    /// What the cache saved in USD, in billionths.
    saved_usd_nano,
    /// Tokens of pictures read.
    image_tokens,
    /// Pictures made.
    images,
    /// Video clips made.
    clips,
    /// UTF-8 bytes of text spoken.
    bytes,
    /// Milliseconds of sound heard.
    sound_ms,
    /// Calls whose cost is known, all of it or a part.
    calls_with_cost,
    /// Of these, those that cost more than is known.
    calls_cost_incomplete,
    /// Completion tokens of the calls in `writing_ms`.
    written_tokens,
    /// Milliseconds for which a model wrote: from the first byte of a stream on, or
    /// the whole time of any other answer; of calls with known completion tokens.
    writing_ms,
}

pub(super) use {sum_additions, sum_columns, sum_parameters};

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

/// The tokens that a model wrote, and for how many milliseconds; nothing for a call
/// of which either is not known.
fn writing(record: &RequestRecord) -> (i64, i64) {
    let tokens = stored_count(record.usage.completion_tokens).unwrap_or(0);
    if tokens == 0 || record.is_of_batch() || history::is_older_call(record) {
        return (0, 0);
    }
    let before_ms = record.first_byte_ms.filter(|_| record.stream).unwrap_or(0);
    (
        tokens,
        i64::from(record.duration_ms.saturating_sub(before_ms)),
    )
}

impl UsageSums {
    /// Known prompt and completion tokens.
    #[must_use]
    pub const fn tokens(&self) -> i64 {
        self.prompt_tokens + self.completion_tokens
    }

    /// What a request adds.
    pub(super) fn of(record: &RequestRecord) -> Self {
        let count = |count| stored_count(count).unwrap_or(0);
        let (usage, units, cost) = (&record.usage, &record.units, record.cost.as_ref());
        let currency = cost.map(|cost| cost.money.currency());
        let amount = |of: Currency, nano: Option<i64>| match currency {
            Some(currency) if currency == of => stored_nano(nano.unwrap_or(0)),
            _ => 0,
        };
        let nano = cost.map(|cost| cost.money.nano());
        let (written_tokens, writing_ms) = writing(record);
        Self {
            calls: 1,
            failed: i64::from(record.outcome != Outcome::Success),
            attempts: i64::from(record.attempts),
            prompt_tokens: count(usage.prompt_tokens),
            completion_tokens: count(usage.completion_tokens),
            cached_tokens: count(usage.cached_tokens),
            reasoning_tokens: count(usage.reasoning_tokens),
            calls_without_usage: i64::from(record.has_unknown_usage()),
            duration_ms: i64::from(record.duration_ms),
            first_byte_ms: record.first_byte_ms.map_or(0, i64::from),
            first_byte_calls: i64::from(record.first_byte_ms.is_some()),
            calls_without_cost: i64::from(record.has_unknown_cost()),
            cost_cny_nano: amount(Currency::Cny, nano),
            cost_usd_nano: amount(Currency::Usd, nano),
            saved_cny_nano: amount(Currency::Cny, record.saved_nano),
            saved_usd_nano: amount(Currency::Usd, record.saved_nano),
            image_tokens: count(units.image_tokens),
            images: count(units.images),
            clips: count(units.clips),
            bytes: count(units.bytes),
            sound_ms: count(units.sound_ms),
            calls_with_cost: i64::from(cost.is_some()),
            calls_cost_incomplete: i64::from(cost.is_some_and(|cost| cost.incomplete)),
            written_tokens,
            writing_ms,
        }
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
