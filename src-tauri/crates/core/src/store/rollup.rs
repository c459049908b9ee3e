//! Sums per hour, kept in the same transaction as the rows they sum.

use std::collections::HashMap;

use rusqlite::{Transaction, named_params};

use super::columns::outcome_code;
use super::requests::{Words, stored_count, stored_start};
use crate::model::{Outcome, RequestRecord};

/// Milliseconds of an hour.
pub(super) const HOUR_MS: i64 = 3_600_000;

const UPSERT_HOUR: &str = "INSERT INTO usage_hourly (hour, account_id, key_id, model, client,
    route, outcome, calls, attempts, prompt_tokens, completion_tokens, cached_tokens,
    reasoning_tokens, calls_without_usage, duration_ms, first_byte_ms, first_byte_calls)
    VALUES (:hour, :account, :key, :model, :client, :route, :outcome, :calls, :attempts,
    :prompt_tokens, :completion_tokens, :cached_tokens, :reasoning_tokens,
    :calls_without_usage, :duration_ms, :first_byte_ms, :first_byte_calls)
    ON CONFLICT (hour, account_id, key_id, model, client, route, outcome) DO UPDATE SET
    calls = calls + excluded.calls,
    attempts = attempts + excluded.attempts,
    prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens,
    cached_tokens = cached_tokens + excluded.cached_tokens,
    reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
    calls_without_usage = calls_without_usage + excluded.calls_without_usage,
    duration_ms = duration_ms + excluded.duration_ms,
    first_byte_ms = first_byte_ms + excluded.first_byte_ms,
    first_byte_calls = first_byte_calls + excluded.first_byte_calls";
const UPSERT_KEY: &str = "INSERT INTO key_totals (key_id, calls, last_used_ms)
    VALUES (:key, :calls, :last_used)
    ON CONFLICT (key_id) DO UPDATE SET
    calls = calls + excluded.calls,
    last_used_ms = max(last_used_ms, excluded.last_used_ms)";

const DELETE_EMPTY_HOURS: &str = "DELETE FROM usage_hourly WHERE calls <= 0";
const DELETE_EMPTY_KEYS: &str = "DELETE FROM key_totals WHERE calls <= 0";

/// The dimensions of a sum; 0 where a record has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Bucket {
    hour: i64,
    account: i64,
    key: i64,
    model: i64,
    client: i64,
    route: i64,
    outcome: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    calls: i64,
    attempts: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    cached_tokens: i64,
    reasoning_tokens: i64,
    calls_without_usage: i64,
    duration_ms: i64,
    first_byte_ms: i64,
    first_byte_calls: i64,
}

impl Sums {
    fn negated(self) -> Self {
        Self {
            calls: -self.calls,
            attempts: -self.attempts,
            prompt_tokens: -self.prompt_tokens,
            completion_tokens: -self.completion_tokens,
            cached_tokens: -self.cached_tokens,
            reasoning_tokens: -self.reasoning_tokens,
            calls_without_usage: -self.calls_without_usage,
            duration_ms: -self.duration_ms,
            first_byte_ms: -self.first_byte_ms,
            first_byte_calls: -self.first_byte_calls,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct KeyTotal {
    calls: i64,
    last_used_ms: i64,
}

/// The sums of one batch, gathered in memory to make few statements of many rows.
#[derive(Debug, Default)]
pub(super) struct Rollup {
    hours: HashMap<Bucket, Sums>,
    keys: HashMap<i64, KeyTotal>,
}

/// Whether a record should have a usage and has none: answered requests for a
/// model. `GET /models` uses nothing.
fn lacks_usage(record: &RequestRecord) -> bool {
    let model = record.model_used.as_ref().or(record.model_asked.as_ref());
    record.outcome == Outcome::Success && model.is_some() && record.usage.is_unknown()
}

impl Rollup {
    /// Adds a record.
    pub(super) fn add(&mut self, record: &RequestRecord, words: Words) {
        let started = stored_start(record);
        let bucket = Bucket {
            hour: started / HOUR_MS,
            account: words.account.unwrap_or(0),
            key: words.key.unwrap_or(0),
            model: words.model_used.or(words.model_asked).unwrap_or(0),
            client: words.client,
            route: words.route,
            outcome: outcome_code(record.outcome),
        };
        let usage = record.usage;
        let sums = self.hours.entry(bucket).or_default();
        sums.calls += 1;
        sums.attempts += i64::from(record.attempts);
        sums.prompt_tokens += stored_count(usage.prompt_tokens).unwrap_or(0);
        sums.completion_tokens += stored_count(usage.completion_tokens).unwrap_or(0);
        sums.cached_tokens += stored_count(usage.cached_tokens).unwrap_or(0);
        sums.reasoning_tokens += stored_count(usage.reasoning_tokens).unwrap_or(0);
        sums.calls_without_usage += i64::from(lacks_usage(record));
        sums.duration_ms += i64::from(record.duration_ms);
        sums.first_byte_ms += record.first_byte_ms.map_or(0, i64::from);
        sums.first_byte_calls += i64::from(record.first_byte_ms.is_some());
        if let Some(key) = words.key {
            let total = self.keys.entry(key).or_default();
            total.calls += 1;
            total.last_used_ms = total.last_used_ms.max(started);
        }
    }

    /// The sums with their signs turned, to take these records out again.
    pub(super) fn taken_back(mut self) -> Self {
        for sums in self.hours.values_mut() {
            *sums = sums.negated();
        }
        for total in self.keys.values_mut() {
            *total = KeyTotal {
                calls: -total.calls,
                last_used_ms: 0,
            };
        }
        self
    }

    /// Removes sums of nothing.
    pub(super) fn sweep(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute(DELETE_EMPTY_HOURS, [])?;
        tx.execute(DELETE_EMPTY_KEYS, []).map(|_| ())
    }

    /// Writes the sums.
    pub(super) fn save(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut upsert = tx.prepare_cached(UPSERT_HOUR)?;
        for (bucket, sums) in &self.hours {
            upsert.execute(named_params! {
                ":hour": bucket.hour,
                ":account": bucket.account,
                ":key": bucket.key,
                ":model": bucket.model,
                ":client": bucket.client,
                ":route": bucket.route,
                ":outcome": bucket.outcome,
                ":calls": sums.calls,
                ":attempts": sums.attempts,
                ":prompt_tokens": sums.prompt_tokens,
                ":completion_tokens": sums.completion_tokens,
                ":cached_tokens": sums.cached_tokens,
                ":reasoning_tokens": sums.reasoning_tokens,
                ":calls_without_usage": sums.calls_without_usage,
                ":duration_ms": sums.duration_ms,
                ":first_byte_ms": sums.first_byte_ms,
                ":first_byte_calls": sums.first_byte_calls,
            })?;
        }
        let mut upsert = tx.prepare_cached(UPSERT_KEY)?;
        for (key, total) in &self.keys {
            upsert.execute(named_params! {
                ":key": key,
                ":calls": total.calls,
                ":last_used": total.last_used_ms,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
