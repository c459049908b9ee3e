mod amounts;
mod checks;
mod lookup;
mod properties;
mod shipped;
mod times;

use super::{Measured, PriceRow, PriceTable, Purchase, Site};
use crate::model::{Units, Usage};

/// A moment after every change that the shipped table knows.
const LATER: &str = "2026-10-15T12:00:00+08:00";

fn ms(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// A purchase on `.cn`.
fn of(model: &str) -> Purchase<'_> {
    Purchase {
        site: Site::Cn,
        model,
        at_ms: ms(LATER),
        batch: false,
    }
}

fn at<'a>(model: &'a str, time: &str) -> Purchase<'a> {
    Purchase {
        at_ms: ms(time),
        ..of(model)
    }
}

fn tokens(prompt: u64, cached: u64, completion: u64) -> Measured {
    Measured {
        usage: Usage {
            prompt_tokens: Some(prompt),
            completion_tokens: Some(completion),
            cached_tokens: Some(cached),
            reasoning_tokens: None,
        },
        ..Measured::default()
    }
}

/// What is not counted in tokens.
fn counted(units: Units) -> Measured {
    Measured {
        units,
        ..Measured::default()
    }
}

/// Nano-units by the shipped table.
fn nano(purchase: &Purchase<'_>, measured: &Measured) -> i64 {
    let cost = PriceTable::shipped().cost(purchase, measured).unwrap();
    assert!(!cost.incomplete);
    cost.money.nano()
}

fn row(json: &str) -> PriceRow {
    serde_json::from_str(json).unwrap()
}

fn with(rows: &[&str]) -> PriceTable {
    let rows: Vec<_> = rows.iter().map(|json| row(json)).collect();
    PriceTable::shipped().with_overrides(&rows).unwrap()
}
