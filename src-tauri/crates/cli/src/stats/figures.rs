//! Sums in words and columns.

use flowkeep_contract::{
    Amounts, Percentiles, UsageBreakdown, UsageDimension, UsageOverview, UsageShare,
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
        ("cost", money(totals.cost)),
        ("saved by the cache", money(totals.saved)),
        ("first byte", latency(&overview.first_byte)),
        ("duration", latency(&overview.duration)),
    ];
    for (count, what) in [
        (totals.calls_without_usage, "calls without told tokens"),
        (totals.calls_without_cost, "calls of unknown cost"),
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

/// One line per model, account, key, client, route or outcome.
pub(super) fn table(found: &UsageBreakdown) -> String {
    let head = [
        what(found.by),
        "CALLS",
        "OK",
        "IN",
        "CACHED",
        "OUT",
        "COST",
        "FIRST BYTE",
    ];
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let rows = found.shares.iter().map(row);
    output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
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
        money(totals.cost),
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
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
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
