//! Sums in words and columns.

use flowkeep_contract::{
    AccountBurn, Amounts, BurnRate, Percentiles, UsageBreakdown, UsageDimension, UsageOverview,
    UsageShare, UsageTotals,
};
use flowkeep_core::model::{Currency, Money, Nano};

use crate::output;

/// Digits after the point of an amount.
const PLACES: usize = 4;

/// One line per figure.
pub(super) fn summary(days: u32, overview: &UsageOverview) -> String {
    let totals = &overview.totals;
    let rates = &overview.rates;
    let when = if days == 1 {
        "today".to_owned()
    } else {
        format!("last {days} days")
    };
    let mut rows = vec![
        ("calls", format!("{}  {when}", totals.calls)),
        ("successful", percent(rates.success_rate)),
        ("tokens in", totals.prompt_tokens.to_string()),
        ("of these cached", percent(rates.cached_share)),
        ("tokens out", totals.completion_tokens.to_string()),
        ("cost", cost(totals)),
        ("saved by the cache", money(totals.saved)),
        ("first byte", latency(&overview.first_byte)),
        ("duration", latency(&overview.duration)),
        ("speed", speed(rates.tokens_per_second)),
    ];
    for (count, what) in [
        (totals.calls_without_usage, "calls without told tokens"),
        (totals.calls_without_cost, "calls of unknown cost"),
        (totals.calls_cost_incomplete, "calls costing more"),
    ] {
        if count > 0 {
            rows.push((what, count.to_string()));
        }
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, figure)| vec![name.to_owned(), figure])
        .collect();
    output::table(&rows)
}

/// One line per model, account, key, client, route, outcome or tool, if there is any.
pub(super) fn table(found: &UsageBreakdown) -> Option<String> {
    if found.shares.is_empty() {
        return None;
    }
    let head = [
        what(found.by),
        "CALLS",
        "OK",
        "IN",
        "CACHED",
        "OUT",
        "COST",
        "TOKENS/S",
        "FIRST BYTE",
    ];
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let rows = found.shares.iter().map(row);
    Some(output::table(
        &std::iter::once(head).chain(rows).collect::<Vec<_>>(),
    ))
}

/// One line per account that spends something, or has a balance, if there is any.
pub(super) fn burn_table(found: &BurnRate) -> Option<String> {
    let told = |one: &&AccountBurn| one.per_day_nano != 0 || one.balance_nano.is_some();
    let rows: Vec<Vec<String>> = found.accounts.iter().filter(told).map(burn_row).collect();
    if rows.is_empty() {
        return None;
    }
    let head = ["ACCOUNT", "A DAY", "BALANCE", "DAYS LEFT"].map(str::to_owned);
    Some(output::table(
        &std::iter::once(head.to_vec())
            .chain(rows)
            .collect::<Vec<_>>(),
    ))
}

fn burn_row(one: &AccountBurn) -> Vec<String> {
    let currency = Currency::parse(&one.currency).unwrap_or(Currency::Cny);
    let amount = |nano| Money::new(Nano::new(nano), currency).rounded(PLACES);
    let left = one.days_left.map(|days| match days {
        0.0..1.0 => "less than one".to_owned(),
        _ => format!("{days:.0}"),
    });
    vec![
        one.account.clone(),
        amount(one.per_day_nano),
        one.balance_nano
            .map_or_else(|| "unknown".to_owned(), amount),
        left.unwrap_or_else(|| "-".to_owned()),
    ]
}

fn speed(tokens_per_second: Option<f64>) -> String {
    tokens_per_second.map_or_else(|| "-".to_owned(), |speed| format!("{speed:.1} tokens/s"))
}

fn row(share: &UsageShare) -> Vec<String> {
    let name = if share.label.is_empty() {
        "(none)"
    } else {
        &share.label
    };
    let totals = &share.totals;
    let first_byte = share.first_byte.and_then(|all| all.p50_ms);
    vec![
        name.to_owned(),
        totals.calls.to_string(),
        percent(share.rates.success_rate),
        totals.prompt_tokens.to_string(),
        percent(share.rates.cached_share),
        totals.completion_tokens.to_string(),
        cost(totals),
        share
            .rates
            .tokens_per_second
            .map_or_else(|| "-".to_owned(), |speed| format!("{speed:.1}")),
        first_byte.map_or_else(String::new, |ms| format!("{ms} ms")),
    ]
}

fn what(by: UsageDimension) -> &'static str {
    match by {
        UsageDimension::Model => "MODEL",
        UsageDimension::Account => "ACCOUNT",
        UsageDimension::Key => "KEY",
        UsageDimension::Client => "CLIENT",
        UsageDimension::Route => "ROUTE",
        UsageDimension::Outcome => "OUTCOME",
        UsageDimension::Tool => "TOOL",
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// What calls cost; where some of it is not known, that it is at least this much.
fn cost(totals: &UsageTotals) -> String {
    let known = money(totals.cost);
    let is_whole = totals.calls_without_cost == 0 && totals.calls_cost_incomplete == 0;
    match known.as_str() {
        _ if is_whole => known,
        "0" => "unknown".to_owned(),
        _ => format!("≥ {known}"),
    }
}

/// Currencies stand side by side and are never added up.
pub(super) fn money(amounts: Amounts) -> String {
    let parts: Vec<String> = [
        (Currency::Cny, amounts.cny_nano),
        (Currency::Usd, amounts.usd_nano),
    ]
    .into_iter()
    .filter(|(_, nano)| *nano != 0)
    .map(|(currency, nano)| Money::new(Nano::new(nano), currency).rounded(PLACES))
    .collect();
    if parts.is_empty() {
        return "0".to_owned();
    }
    parts.join(" + ")
}

fn latency(found: &Percentiles) -> String {
    match (found.p50_ms, found.p95_ms) {
        (Some(half), Some(most)) => format!("half within {half} ms, 95 % within {most} ms"),
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests;
