//! Requests in columns that stay where they are, or as JSON lines.

use flowkeep_contract::RequestView;
use flowkeep_core::model::{Currency, Money, Nano};
use jiff::{Timestamp, tz::TimeZone};

use crate::failure::Failure;
use crate::output::{self, Columns};

const HEAD: [&str; 10] = [
    "ID", "TIME", "STATUS", "MODEL", "ACCOUNT", "CLIENT", "IN", "OUT", "COST", "TOOK",
];

/// Prints rows; the head comes before the first ones.
pub(super) struct Rows {
    json: bool,
    zone: TimeZone,
    columns: Columns,
    begun: bool,
}

impl Rows {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            zone: TimeZone::system(),
            columns: Columns::default(),
            begun: false,
        }
    }

    /// Prints rows, oldest first.
    pub(super) fn print<'a>(
        &mut self,
        requests: impl Iterator<Item = &'a RequestView>,
    ) -> Result<(), Failure> {
        if self.json {
            for request in requests {
                output::json_line(request)?;
            }
            return Ok(());
        }
        let mut lines: Vec<Vec<String>> = requests.map(|row| cells(row, &self.zone)).collect();
        if lines.is_empty() {
            return Ok(());
        }
        if !std::mem::replace(&mut self.begun, true) {
            let head = HEAD.iter().map(|&name| name.to_owned()).collect();
            lines.insert(0, head);
        }
        output::line(&self.columns.lines(&lines))
    }
}

fn cells(row: &RequestView, zone: &TimeZone) -> Vec<String> {
    let started = Timestamp::from_millisecond(row.started_at_ms).unwrap_or_default();
    let started = started.to_zoned(zone.clone());
    let mut cells = vec![
        row.id.to_string(),
        started.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        row.status.to_string(),
        model(row),
        row.account.clone().unwrap_or_default(),
        row.client.clone(),
        count(row.prompt_tokens),
        count(row.completion_tokens),
        cost(row),
        format!("{} ms", row.duration_ms),
    ];
    // Without a column of its own: most rows have none, and it is long.
    if let Some(error) = &row.error {
        cells.push(error.replace('\n', " "));
    }
    cells
}

/// The model that was asked for, and the one that answered in its place.
pub(super) fn model(row: &RequestView) -> String {
    let asked = row.model.clone().unwrap_or_default();
    match &row.model_used {
        Some(used) if *used != asked => format!("{asked} → {used}"),
        _ => asked,
    }
}

fn count(tokens: Option<i64>) -> String {
    tokens.map_or_else(|| "-".to_owned(), |tokens| tokens.to_string())
}

fn cost(row: &RequestView) -> String {
    let cost = row.cost.as_ref();
    let money = cost.and_then(|cost| money(cost.nano, &cost.currency));
    money.unwrap_or_else(|| "-".to_owned())
}

/// An amount with the sign of its currency, when that is known.
pub(super) fn money(nano: i64, currency: &str) -> Option<String> {
    let currency = Currency::parse(currency)?;
    Some(Money::new(Nano::new(nano), currency).to_string())
}

#[cfg(test)]
mod tests;
