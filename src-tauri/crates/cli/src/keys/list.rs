//! The table of `flowkeep keys list`.

use flowkeep_contract::{BalanceFailureReason, KeyState, KeyView, SiteName, SiteView, StateReason};
use flowkeep_core::model::{Currency, Money, Nano};

use super::words;
use crate::output;

/// A cent: less is not seen in two decimals.
const SMALL_NANO: i64 = 10_000_000;

/// One line per key, with a head.
pub(super) fn table(keys: &[KeyView], now_ms: i64) -> String {
    let head = [
        "ID", "LABEL", "ACCOUNT", "SITE", "KEY", "STATE", "BALANCE", "USED", "WHY",
    ];
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let rows = keys.iter().map(|key| row(key, now_ms));
    output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn row(key: &KeyView, now_ms: i64) -> Vec<String> {
    vec![
        key.id.clone(),
        key.label.clone(),
        key.account.clone(),
        site(&key.site),
        format!("sk-…{}", key.last_four),
        words::state(key.state).to_owned(),
        balance(key, now_ms),
        key.usage_count.to_string(),
        why(key, now_ms),
    ]
}

fn site(site: &SiteView) -> String {
    match site.name {
        SiteName::Cn => "cn".to_owned(),
        SiteName::Com => "com".to_owned(),
        SiteName::Custom => site.base.clone(),
    }
}

/// `¥12.50 (estimated · 5m ago)`.
fn balance(key: &KeyView, now_ms: i64) -> String {
    let Some(balance) = &key.balance else {
        return words::UNKNOWN.to_owned();
    };
    let source = words::source(balance.source);
    let age = words::age(balance.as_of_ms, now_ms);
    let stale = match &key.balance_failure {
        // Where the vendor tells no balance, nothing is wrong.
        Some(failure) if failure.reason != BalanceFailureReason::Retired => {
            format!(" · {}", words::STALE)
        }
        Some(_) | None => String::new(),
    };
    let amount = amount(balance.nano, &balance.currency);
    format!("{amount} ({source} · {age}{stale})")
}

/// Two decimals, unless they hide that there is something.
fn amount(nano: i64, currency: &str) -> String {
    let Some(currency) = Currency::parse(currency) else {
        return format!("{} {currency}", Nano::new(nano));
    };
    let money = Money::new(Nano::new(nano), currency);
    if nano != 0 && nano.abs() < SMALL_NANO {
        return money.to_string();
    }
    money.rounded(2)
}

/// Why it is in its state, and when that is tried again; then the models on which
/// it rests.
fn why(key: &KeyView, now_ms: i64) -> String {
    let mut parts = Vec::new();
    match &key.reason {
        Some(reason) => {
            parts.push(reason.text.replace('\n', " "));
            parts.extend(retry(reason, now_ms));
        }
        None if key.state != KeyState::Usable => parts.push(words::hint(key.state).to_owned()),
        None => {}
    }
    for cooling in &key.cooling {
        let model = match cooling.model.as_str() {
            "*" => words::ALL_MODELS,
            "Pro/*" => words::PAID_MODELS,
            model => model,
        };
        parts.push(format!("{}: {model}", words::COOLING));
        parts.extend(retry(&cooling.reason, now_ms));
    }
    parts.join(" · ")
}

fn retry(reason: &StateReason, now_ms: i64) -> Option<String> {
    let at_ms = reason.next_retry_ms?;
    Some(words::retry(at_ms, now_ms))
}

#[cfg(test)]
mod tests;
