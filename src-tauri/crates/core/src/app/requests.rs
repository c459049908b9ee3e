//! The request log and today's usage.

use std::collections::HashMap;

use flowkeep_contract::{
    ApiError, DayUsage, Empty, ListRequestsRequest, ModelUsage, Outcome, RequestPage, RequestView,
    UsageToday,
};
use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};

use super::App;
use crate::model;
use crate::store::{RequestRow, UsageSums};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;
const TOP_MODELS: u32 = 10;
const HOUR_MS: i64 = 3_600_000;

impl App {
    /// A page of the log, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_requests(
        &self,
        request: ListRequestsRequest,
    ) -> Result<RequestPage, ApiError> {
        let limit = request.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        self.blocking(move |app| {
            let rows = app.0.store.requests_page(request.before, limit)?;
            let full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
            let next = rows.last().filter(|_| full).map(|row| row.id);
            let accounts: HashMap<_, _> = app
                .0
                .store
                .accounts()?
                .into_iter()
                .map(|row| (row.account_id, row.label))
                .collect();
            let requests = rows
                .into_iter()
                .map(|row| {
                    let account = row.record.account.as_ref();
                    let label = account.and_then(|id| accounts.get(id)).cloned();
                    request_view(row, label)
                })
                .collect();
            Ok(RequestPage { requests, next })
        })
        .await
    }

    /// Sums since local midnight.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn usage_today(&self, _: Empty) -> Result<UsageToday, ApiError> {
        self.blocking(|app| {
            let now_ms = app.now().unix_ms;
            let day = LocalDay::at(now_ms, TimeZone::system());
            let store = &app.0.store;
            let mut today = UsageToday {
                since_ms: day.start_ms,
                total: day_usage(store.usage_between(day.start_ms, day.end_ms)?),
                models: store
                    .usage_by_model(day.start_ms, day.end_ms, TOP_MODELS)?
                    .into_iter()
                    .map(|one| ModelUsage {
                        model: one.model,
                        usage: day_usage(one.sums),
                    })
                    .collect(),
                calls_by_hour: vec![0; 24],
                tokens_by_hour: vec![0; 24],
            };
            for hour in store.usage_by_hour(day.start_ms, day.end_ms)? {
                if let Some(slot) = day.hour_of(hour.hour * HOUR_MS) {
                    today.calls_by_hour[slot] += hour.sums.calls;
                    today.tokens_by_hour[slot] += hour.sums.tokens();
                }
            }
            Ok(today)
        })
        .await
    }
}

/// A day as a person sees it; 23 or 25 hours long when the clocks change.
struct LocalDay {
    start_ms: i64,
    end_ms: i64,
    zone: TimeZone,
}

impl LocalDay {
    fn at(unix_ms: i64, zone: TimeZone) -> Self {
        let local = |ms| {
            Timestamp::from_millisecond(ms)
                .unwrap_or_default()
                .to_zoned(zone.clone())
        };
        let now: Zoned = local(unix_ms);
        let start = now.start_of_day().unwrap_or(now);
        let end = start
            .checked_add(1.day())
            .and_then(|next| next.start_of_day())
            .map_or(unix_ms + 24 * HOUR_MS, |next| {
                next.timestamp().as_millisecond()
            });
        Self {
            start_ms: start.timestamp().as_millisecond(),
            end_ms: end,
            zone,
        }
    }

    /// The local hour in which most of this UTC hour lies.
    fn hour_of(&self, unix_ms: i64) -> Option<usize> {
        let middle = unix_ms.max(self.start_ms);
        let at = Timestamp::from_millisecond(middle).ok()?;
        usize::try_from(at.to_zoned(self.zone.clone()).hour()).ok()
    }
}

fn day_usage(sums: UsageSums) -> DayUsage {
    DayUsage {
        calls: sums.calls,
        failed: sums.failed,
        prompt_tokens: sums.prompt_tokens,
        completion_tokens: sums.completion_tokens,
        cached_tokens: sums.cached_tokens,
        calls_without_usage: sums.calls_without_usage,
    }
}

fn outcome(outcome: model::Outcome) -> Outcome {
    match outcome {
        model::Outcome::Success => Outcome::Success,
        model::Outcome::Rejected => Outcome::Rejected,
        model::Outcome::Refused => Outcome::Refused,
        model::Outcome::UpstreamFailed => Outcome::UpstreamFailed,
        model::Outcome::Interrupted => Outcome::Interrupted,
        model::Outcome::ClientClosed => Outcome::ClientClosed,
    }
}

pub(super) fn request_view(row: RequestRow, account: Option<String>) -> RequestView {
    let record = row.record;
    let count = |tokens: Option<u64>| tokens.and_then(|tokens| i64::try_from(tokens).ok());
    RequestView {
        id: row.id,
        request_id: record.request_id.to_string(),
        started_at_ms: record.started_at_ms,
        route: record.route,
        model: record.model_asked.map(|model| model.to_string()),
        model_used: record.model_used.map(|model| model.to_string()),
        client: record.client.to_string(),
        account,
        key_last_four: record.key_last_four,
        stream: record.stream,
        status: record.status,
        outcome: outcome(record.outcome),
        error: record.error,
        attempts: record.attempts,
        prompt_tokens: count(record.usage.prompt_tokens),
        completion_tokens: count(record.usage.completion_tokens),
        cached_tokens: count(record.usage.cached_tokens),
        first_byte_ms: record.first_byte_ms.map(i64::from),
        duration_ms: i64::from(record.duration_ms),
    }
}

#[cfg(test)]
mod tests;
