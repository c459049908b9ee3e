//! What was used between two moments: whole hours from the sums, the rest of
//! an hour at either end from the requests, because local midnight is not on
//! the hour everywhere (India, +5:30).

use std::collections::HashMap;

use rusqlite::{Row, named_params};

use super::rollup::HOUR_MS;
use super::{Store, StoreError};
use crate::model::KeyId;

/// Sums over finished requests. Unknown tokens are not in them.
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
}

impl UsageSums {
    /// Known prompt and completion tokens.
    #[must_use]
    pub const fn tokens(&self) -> i64 {
        self.prompt_tokens + self.completion_tokens
    }
}

/// Sums of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUsage {
    /// Model sent upstream.
    pub model: String,
    /// Its sums.
    pub sums: UsageSums,
}

/// Sums of one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourUsage {
    /// Hours since 1970 in UTC.
    pub hour: i64,
    /// Its sums, as far as they lie between the two moments.
    pub sums: UsageSums,
}

/// How a key was used since it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// Finished requests whose last attempt it made.
    pub calls: i64,
    /// Unix milliseconds of the start of the last one.
    pub last_used_ms: i64,
}

/// The columns of `requests`, named and computed as in `usage_hourly`.
macro_rules! request_columns {
    () => {
        "SELECT started_at_ms / 3600000, coalesce(model_used, model_asked, 0), outcome, 1,
        attempts, coalesce(prompt_tokens, 0), coalesce(completion_tokens, 0),
        coalesce(cached_tokens, 0), coalesce(reasoning_tokens, 0),
        outcome = 1 AND coalesce(model_used, model_asked) IS NOT NULL
        AND coalesce(prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens) IS NULL,
        duration_ms, coalesce(first_byte_ms, 0), first_byte_ms IS NOT NULL
        FROM requests WHERE "
    };
}

/// Everything between two moments, as rows of sums.
macro_rules! span {
    () => {
        concat!(
            "(SELECT hour, model, outcome, calls, attempts, prompt_tokens, completion_tokens,
            cached_tokens, reasoning_tokens, calls_without_usage, duration_ms, first_byte_ms,
            first_byte_calls
            FROM usage_hourly WHERE hour >= :first AND hour < :end
            UNION ALL ",
            request_columns!(),
            "started_at_ms >= :head_from AND started_at_ms < :head_to UNION ALL ",
            request_columns!(),
            "started_at_ms >= :tail_from AND started_at_ms < :tail_to)"
        )
    };
}

macro_rules! sums {
    () => {
        "coalesce(sum(calls), 0) AS calls,
        coalesce(sum(calls) FILTER (WHERE outcome <> 1), 0) AS failed,
        coalesce(sum(attempts), 0) AS attempts,
        coalesce(sum(prompt_tokens), 0) AS prompt_tokens,
        coalesce(sum(completion_tokens), 0) AS completion_tokens,
        coalesce(sum(cached_tokens), 0) AS cached_tokens,
        coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
        coalesce(sum(calls_without_usage), 0) AS calls_without_usage,
        coalesce(sum(duration_ms), 0) AS duration_ms,
        coalesce(sum(first_byte_ms), 0) AS first_byte_ms,
        coalesce(sum(first_byte_calls), 0) AS first_byte_calls"
    };
}

pub(super) const SELECT_SUMS: &str = concat!("SELECT ", sums!(), " FROM ", span!());
pub(super) const SELECT_BY_MODEL: &str = concat!(
    "SELECT names.name AS model, ",
    sums!(),
    " FROM ",
    span!(),
    " AS span JOIN names ON names.name_id = span.model WHERE span.model <> 0
    GROUP BY span.model
    ORDER BY sum(prompt_tokens) + sum(completion_tokens) DESC, sum(calls) DESC, names.name
    LIMIT :limit"
);
pub(super) const SELECT_BY_HOUR: &str = concat!(
    "SELECT hour, ",
    sums!(),
    " FROM ",
    span!(),
    " GROUP BY hour ORDER BY hour"
);
const SELECT_KEYS: &str = "SELECT names.name, calls, last_used_ms
    FROM key_totals JOIN names ON names.name_id = key_totals.key_id";

/// Two moments, cut into whole hours and what is left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    first: i64,
    end: i64,
    head: (i64, i64),
    tail: (i64, i64),
}

impl Span {
    fn between(from_ms: i64, to_ms: i64) -> Self {
        let from = from_ms.max(0);
        let to = to_ms.max(from);
        let first = from.div_euclid(HOUR_MS) + i64::from(from.rem_euclid(HOUR_MS) != 0);
        let end = to.div_euclid(HOUR_MS);
        if first > end {
            // Both in the same hour.
            return Self {
                first: end,
                end,
                head: (from, to),
                tail: (to, to),
            };
        }
        Self {
            first,
            end,
            head: (from, first * HOUR_MS),
            tail: (end * HOUR_MS, to),
        }
    }
}

fn sums(row: &Row<'_>) -> rusqlite::Result<UsageSums> {
    Ok(UsageSums {
        calls: row.get("calls")?,
        failed: row.get("failed")?,
        attempts: row.get("attempts")?,
        prompt_tokens: row.get("prompt_tokens")?,
        completion_tokens: row.get("completion_tokens")?,
        cached_tokens: row.get("cached_tokens")?,
        reasoning_tokens: row.get("reasoning_tokens")?,
        calls_without_usage: row.get("calls_without_usage")?,
        duration_ms: row.get("duration_ms")?,
        first_byte_ms: row.get("first_byte_ms")?,
        first_byte_calls: row.get("first_byte_calls")?,
    })
}

impl Store {
    /// Sums over requests that started from `from_ms` and before `to_ms` (Unix
    /// milliseconds). A `to_ms` in the future, as the end of today, spares a
    /// look at the requests of the current hour.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_between(&self, from_ms: i64, to_ms: i64) -> Result<UsageSums, StoreError> {
        let span = Span::between(from_ms, to_ms);
        self.read_usage("sum the usage", |connection| {
            connection.prepare_cached(SELECT_SUMS)?.query_row(
                named_params! {
                    ":first": span.first, ":end": span.end,
                    ":head_from": span.head.0, ":head_to": span.head.1,
                    ":tail_from": span.tail.0, ":tail_to": span.tail.1,
                },
                sums,
            )
        })
    }

    /// The `limit` models with the most tokens between two moments, as in
    /// [`Store::usage_between`].
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_by_model(
        &self,
        from_ms: i64,
        to_ms: i64,
        limit: u32,
    ) -> Result<Vec<ModelUsage>, StoreError> {
        let span = Span::between(from_ms, to_ms);
        self.read_usage("sum the usage by model", |connection| {
            connection
                .prepare_cached(SELECT_BY_MODEL)?
                .query_map(
                    named_params! {
                        ":first": span.first, ":end": span.end,
                        ":head_from": span.head.0, ":head_to": span.head.1,
                        ":tail_from": span.tail.0, ":tail_to": span.tail.1,
                        ":limit": limit,
                    },
                    |row| {
                        Ok(ModelUsage {
                            model: row.get("model")?,
                            sums: sums(row)?,
                        })
                    },
                )?
                .collect()
        })
    }

    /// Sums per hour between two moments, as in [`Store::usage_between`];
    /// hours without a request are left out.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn usage_by_hour(&self, from_ms: i64, to_ms: i64) -> Result<Vec<HourUsage>, StoreError> {
        let span = Span::between(from_ms, to_ms);
        self.read_usage("sum the usage by hour", |connection| {
            connection
                .prepare_cached(SELECT_BY_HOUR)?
                .query_map(
                    named_params! {
                        ":first": span.first, ":end": span.end,
                        ":head_from": span.head.0, ":head_to": span.head.1,
                        ":tail_from": span.tail.0, ":tail_to": span.tail.1,
                    },
                    |row| {
                        Ok(HourUsage {
                            hour: row.get("hour")?,
                            sums: sums(row)?,
                        })
                    },
                )?
                .collect()
        })
    }

    /// How often and when each key was last used.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub fn key_usage(&self) -> Result<HashMap<KeyId, KeyUsage>, StoreError> {
        self.read_usage("list the usage of keys", |connection| {
            connection
                .prepare_cached(SELECT_KEYS)?
                .query_map([], |row| {
                    let usage = KeyUsage {
                        calls: row.get("calls")?,
                        last_used_ms: row.get("last_used_ms")?,
                    };
                    Ok((row.get("name")?, usage))
                })?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests;
