//! `GET /api/stats/…`: what was used, in the older pool's shapes.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use flowkeep_contract::Amounts;
use flowkeep_core::app::{Overview, Period, Series};
use http::Response;
use serde::Serialize;

use super::figures::amount;
use super::{done, failed};
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
    /// Null when it is in several currencies.
    total_cost: Option<f64>,
    /// By currency; what was spent, and what the cache saved.
    costs: BTreeMap<String, f64>,
    savings: BTreeMap<String, f64>,
    /// Calls of an unknown cost: `costs` lacks theirs.
    calls_without_cost: i64,
    /// Calls of which a part of the cost is unknown: `costs` lacks that.
    calls_cost_incomplete: i64,
}

#[derive(Debug, Serialize)]
struct SeriesAnswer {
    labels: Vec<String>,
    calls: Vec<i64>,
    input_tokens: Vec<i64>,
    output_tokens: Vec<i64>,
    model_labels: Vec<String>,
    model_tokens: Vec<i64>,
    /// By currency, one number per label.
    costs: BTreeMap<&'static str, Vec<f64>>,
}

/// `GET /api/stats/overview`.
pub(crate) async fn overview(State(shared): State<Shared>) -> Response<Body> {
    match shared.app.overview().await {
        Ok(overview) => done(&OverviewAnswer::of(overview)),
        Err(error) => failed(&error),
    }
}

/// `GET /api/stats/daily`: today, by the hour.
pub(crate) async fn daily(State(shared): State<Shared>) -> Response<Body> {
    series(&shared, Period::Today).await
}

/// `GET /api/stats/monthly`: this month, by the day.
pub(crate) async fn monthly(State(shared): State<Shared>) -> Response<Body> {
    series(&shared, Period::ThisMonth).await
}

async fn series(shared: &Shared, period: Period) -> Response<Body> {
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
        let totals = overview.totals;
        let costs = amounts(totals.cost);
        let total_cost = match costs.len() {
            0 => Some(0.0),
            1 => costs.values().next().copied(),
            _ => None,
        };
        Self {
            key_count: overview.keys,
            usable_key_count: overview.usable_keys,
            total_balance: only.copied(),
            balances,
            accounts_without_balance: overview.accounts_without_balance,
            total_calls: totals.calls,
            failed_calls: totals.failed,
            total_tokens: totals.prompt_tokens + totals.completion_tokens,
            input_tokens: totals.prompt_tokens,
            output_tokens: totals.completion_tokens,
            calls_without_usage: totals.calls_without_usage,
            total_cost,
            costs,
            savings: amounts(totals.saved),
            calls_without_cost: totals.calls_without_cost,
            calls_cost_incomplete: totals.calls_cost_incomplete,
        }
    }
}

/// By currency; those in which there is nothing are left out.
fn amounts(amounts: Amounts) -> BTreeMap<String, f64> {
    [("CNY", amounts.cny_nano), ("USD", amounts.usd_nano)]
        .into_iter()
        .filter(|(_, nano)| *nano != 0)
        .map(|(currency, nano)| (currency.to_owned(), amount(nano)))
        .collect()
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
            costs: series
                .costs
                .into_iter()
                .map(|(currency, nanos)| (currency, nanos.into_iter().map(amount).collect()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
