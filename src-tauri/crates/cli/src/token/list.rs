//! The table of `flowkeep token list`.

use flowkeep_contract::{ClientLimits, ClientView};
use flowkeep_core::model::{Currency, Money, Nano};
use jiff::tz::TimeZone;

use super::capture;
use crate::output;

/// One line per token, with a head; times are of this zone.
pub(super) fn table<'a>(clients: impl Iterator<Item = &'a ClientView>, zone: &TimeZone) -> String {
    let head = ["NAME", "ID", "MODELS", "PER MINUTE", "TODAY", "THIS MONTH"];
    let head = head.iter().map(|&name| name.to_owned()).collect();
    let clients = clients.map(|client| row(client, zone));
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(clients).collect();
    output::table(&rows)
}

fn row(client: &ClientView, zone: &TimeZone) -> Vec<String> {
    let limits = &client.limits;
    let per_minute = limits.requests_per_minute;
    let spent = client.spent.as_ref();
    let budget = limits.budget.as_ref();
    let mut cells = vec![
        client.name.clone(),
        client.id.clone(),
        models(limits),
        per_minute.map_or_else(|| "any".to_owned(), |requests| requests.to_string()),
        money(
            limits,
            spent.map(|spent| spent.day_nano),
            budget.and_then(|budget| budget.day_nano),
        ),
        money(
            limits,
            spent.map(|spent| spent.month_nano),
            budget.and_then(|budget| budget.month_nano),
        ),
    ];
    let uncounted = spent.map_or(0, |spent| spent.uncounted_calls);
    let notes = [
        (uncounted > 0).then(|| not_counted(uncounted)),
        capture::told(client, zone),
    ];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    // Without a column of its own: most tokens have none, and it is long.
    if !notes.is_empty() {
        cells.push(notes.join(" · "));
    }
    cells
}

/// Calls whose cost is in no sum.
fn not_counted(calls: u64) -> String {
    let calls = match calls {
        1 => "1 call".to_owned(),
        calls => format!("{calls} calls"),
    };
    format!("{calls} not counted: cost unknown or other currency")
}

fn models(limits: &ClientLimits) -> String {
    if limits.models.is_empty() {
        return "all".to_owned();
    }
    limits.models.join(",")
}

/// `¥0.31 of ¥5`, or what was spent where nothing limits it.
fn money(limits: &ClientLimits, spent: Option<i64>, limit: Option<i64>) -> String {
    let currency = limits.budget.as_ref().map(|budget| &budget.currency);
    let currency = currency.and_then(|code| Currency::parse(code));
    let (Some(currency), Some(spent)) = (currency, spent) else {
        return String::new();
    };
    let amount = |nano| Money::new(Nano::new(nano), currency);
    match limit {
        Some(limit) => format!("{} of {}", amount(spent), amount(limit)),
        None => amount(spent).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_contract::{Budget, BudgetSpent};

    use super::*;

    #[test]
    fn limits_are_told_in_a_line() {
        let free = ClientView {
            id: "default".to_owned(),
            name: "default".to_owned(),
            is_default: true,
            created_at_ms: 0,
            revoked_at_ms: None,
            limits: ClientLimits::default(),
            spent: None,
            capture_until_ms: None,
        };
        let bound = ClientView {
            id: "cursor-01234567".to_owned(),
            name: "cursor\u{1b}[31m".to_owned(),
            is_default: false,
            limits: ClientLimits {
                models: vec!["a/*".to_owned(), "b".to_owned()],
                requests_per_minute: Some(30),
                budget: Some(Budget {
                    currency: "CNY".to_owned(),
                    day_nano: Some(5_000_000_000),
                    month_nano: None,
                }),
            },
            spent: Some(BudgetSpent {
                day_nano: 310_000_000,
                month_nano: 1_000_000,
                day_resets_at_ms: 0,
                month_resets_at_ms: 0,
                uncounted_calls: 2,
            }),
            capture_until_ms: Some(1_787_400_000_000),
            ..free.clone()
        };
        let lines = table([&free, &bound].into_iter(), &TimeZone::UTC);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(
            lines,
            [
                "NAME        ID               MODELS  PER MINUTE  TODAY        THIS MONTH",
                "default     default          all     any",
                "cursor[31m  cursor-01234567  a/*,b   30          ¥0.31 of ¥5  ¥0.001      2 calls not \
                 counted: cost unknown or other currency · bodies kept until 2026-08-22 12:00",
            ]
        );
    }
}
