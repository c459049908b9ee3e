//! `GET /api/stats/…`: what was used, in the older pool's shapes.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use flowkeep_core::app::{Overview, Period, Series};
use http::{HeaderMap, Response};
use serde::Serialize;

use super::figures::amount;
use super::{authorize, done, failed};
use crate::router::Shared;

#[derive(Debug, Serialize)]
struct OverviewAnswer {
    key_count: u32,
    usable_key_count: u32,
    /// Null when no balance is known, or when they are of several currencies.
    total_balance: Option<f64>,
    /// By currency.
    balances: BTreeMap<String, f64>,
    accounts_without_balance: usize,
    total_calls: i64,
    failed_calls: i64,
    total_tokens: i64,
    input_tokens: i64,
    output_tokens: i64,
    /// Successful calls whose tokens nobody told: `total_tokens` lacks theirs.
    calls_without_usage: i64,
}

#[derive(Debug, Serialize)]
struct SeriesAnswer {
    labels: Vec<String>,
    calls: Vec<i64>,
    input_tokens: Vec<i64>,
    output_tokens: Vec<i64>,
    model_labels: Vec<String>,
    model_tokens: Vec<i64>,
}

/// `GET /api/stats/overview`.
pub(crate) async fn overview(State(shared): State<Shared>, headers: HeaderMap) -> Response<Body> {
    if let Err(error) = authorize(&shared, &headers) {
        return failed(&error);
    }
    match shared.app.overview().await {
        Ok(overview) => done(&OverviewAnswer::of(overview)),
        Err(error) => failed(&error),
    }
}

/// `GET /api/stats/daily`: today, by the hour.
pub(crate) async fn daily(State(shared): State<Shared>, headers: HeaderMap) -> Response<Body> {
    series(&shared, &headers, Period::Today).await
}

/// `GET /api/stats/monthly`: this month, by the day.
pub(crate) async fn monthly(State(shared): State<Shared>, headers: HeaderMap) -> Response<Body> {
    series(&shared, &headers, Period::ThisMonth).await
}

async fn series(shared: &Shared, headers: &HeaderMap, period: Period) -> Response<Body> {
    if let Err(error) = authorize(shared, headers) {
        return failed(&error);
    }
    match shared.app.series(period).await {
        Ok(series) => done(&SeriesAnswer::of(series)),
        Err(error) => failed(&error),
    }
}

impl OverviewAnswer {
    fn of(overview: Overview) -> Self {
        let balances: BTreeMap<String, f64> = overview
            .balances
            .into_iter()
            .map(|(currency, nano)| (currency, amount(nano)))
            .collect();
        let only = balances.values().next().filter(|_| balances.len() == 1);
        Self {
            key_count: overview.keys,
            usable_key_count: overview.usable_keys,
            total_balance: only.copied(),
            balances,
            accounts_without_balance: overview.accounts_without_balance,
            total_calls: overview.calls,
            failed_calls: overview.failed,
            total_tokens: overview.prompt_tokens + overview.completion_tokens,
            input_tokens: overview.prompt_tokens,
            output_tokens: overview.completion_tokens,
            calls_without_usage: overview.calls_without_usage,
        }
    }
}

impl SeriesAnswer {
    fn of(series: Series) -> Self {
        let (model_labels, model_tokens) = series.models.into_iter().unzip();
        Self {
            labels: series.labels,
            calls: series.calls,
            input_tokens: series.prompt_tokens,
            output_tokens: series.completion_tokens,
            model_labels,
            model_tokens,
        }
    }
}

#[cfg(test)]
mod tests;
