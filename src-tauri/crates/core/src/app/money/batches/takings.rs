//! The sum over the lines of one file.

use std::sync::Arc;

use crate::meter::ResultLine;
use crate::model::{Cost, Money, Nano, Usage};
use crate::price::{Measured, PriceTable, Purchase, Quote, Site};

/// A batch is for one model; more than this are a mistake.
const MOST_MODELS: usize = 64;
/// Longer names are no model's, in bytes.
const LONGEST_MODEL: usize = 200;

/// What was seen of one file so far.
#[derive(Debug)]
pub(in crate::app) struct Takings {
    file: Arc<str>,
    prices: Arc<PriceTable>,
    site: Site,
    at_ms: i64,
    models: Vec<OfModel>,
    has_lines: bool,
    /// Whether something was used whose cost is not in the sum.
    is_incomplete: bool,
}

/// What one model was used for.
#[derive(Debug)]
struct OfModel {
    name: Arc<str>,
    quote: Option<Quote>,
    usage: Usage,
    cost: Option<Nano>,
    saved: Option<Nano>,
}

/// What a whole file comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Total {
    /// The model with the most tokens.
    pub(in crate::app) model: Arc<str>,
    /// The tokens of all models.
    pub(in crate::app) usage: Usage,
    /// The cost of all models, under the price of the first that has one, by
    /// tokens; `None` when no price is known.
    pub(in crate::app) cost: Option<Cost>,
    /// What the cache saved, in billionths.
    pub(in crate::app) saved_nano: Option<i64>,
}

impl Takings {
    /// Nothing yet, of a file that is paid for at a site by the prices of a moment
    /// in Unix milliseconds.
    pub(super) fn of(file: &str, prices: Arc<PriceTable>, (site, at_ms): (Site, i64)) -> Self {
        Self {
            file: file.into(),
            prices,
            site,
            at_ms,
            models: Vec::new(),
            has_lines: false,
            is_incomplete: false,
        }
    }

    pub(super) fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Adds a line.
    pub(in crate::app) fn add(&mut self, line: ResultLine) {
        match line {
            ResultLine::Failed => {}
            ResultLine::Strange => self.is_incomplete = true,
            ResultLine::Answered { model, usage } => {
                self.has_lines = true;
                let place = model.and_then(|model| self.place_of(&model));
                let is_priced = match (place, usage) {
                    (Some(place), Some(usage)) => self.models[place].add(usage),
                    (Some(_) | None, _) => false,
                };
                self.is_incomplete |= !is_priced;
            }
        }
    }

    fn place_of(&mut self, model: &str) -> Option<usize> {
        let known = self.models.iter().position(|one| &*one.name == model);
        if known.is_some() {
            return known;
        }
        if self.models.len() >= MOST_MODELS || model.len() > LONGEST_MODEL {
            return None;
        }
        let quote = self.prices.quote(&Purchase {
            site: self.site,
            model,
            at_ms: self.at_ms,
            batch: true,
        });
        self.models.push(OfModel {
            name: model.into(),
            quote,
            usage: Usage::default(),
            cost: None,
            saved: None,
        });
        Some(self.models.len() - 1)
    }

    /// The sums; `None` when no model was used, as far as is known.
    pub(super) fn total(mut self) -> Option<Total> {
        if !self.has_lines {
            return None;
        }
        self.models
            .sort_by_key(|one| std::cmp::Reverse(one.tokens()));
        let model = Arc::clone(&self.models.first()?.name);
        let usage = self.models.iter().map(|one| one.usage);
        let saved = self.models.iter().filter_map(|one| one.saved);
        Some(Total {
            model,
            usage: usage.reduce(plus).unwrap_or_default(),
            cost: self.cost(),
            saved_nano: saved.map(Nano::get).reduce(i64::saturating_add),
        })
    }

    fn cost(&self) -> Option<Cost> {
        let priced = self.models.iter().filter(|one| one.cost.is_some());
        let quote = priced.clone().find_map(|one| one.quote.as_ref())?;
        let sum = priced.filter_map(|one| one.cost);
        let sum = sum.map(Nano::get).fold(0, i64::saturating_add);
        Some(Cost {
            money: Money::new(Nano::new(sum), quote.row().site.currency()),
            price: Arc::clone(quote.id()),
            incomplete: self.is_incomplete,
        })
    }
}

impl OfModel {
    /// Adds what one answer used; `true` when all of it has a known cost.
    fn add(&mut self, usage: Usage) -> bool {
        self.usage = plus(self.usage, usage);
        let Some(quote) = &self.quote else {
            return false;
        };
        let measured = Measured {
            usage,
            ..Measured::default()
        };
        let Some(cost) = quote.cost(&measured) else {
            return false;
        };
        let saved = quote.saved_by_cache(&measured).map(Money::amount);
        self.cost = together(self.cost, Some(cost.money.amount()));
        self.saved = together(self.saved, saved);
        !cost.incomplete
    }

    fn tokens(&self) -> u64 {
        let counts = [self.usage.prompt_tokens, self.usage.completion_tokens];
        counts.into_iter().flatten().fold(0, u64::saturating_add)
    }
}

fn together(one: Option<Nano>, other: Option<Nano>) -> Option<Nano> {
    let sum = |one: Nano, other: Nano| Nano::new(one.get().saturating_add(other.get()));
    match (one, other) {
        (Some(one), Some(other)) => Some(sum(one, other)),
        (one, other) => one.or(other),
    }
}

/// What is known of both.
fn plus(one: Usage, other: Usage) -> Usage {
    let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    };
    Usage {
        prompt_tokens: sum(one.prompt_tokens, other.prompt_tokens),
        completion_tokens: sum(one.completion_tokens, other.completion_tokens),
        cached_tokens: sum(one.cached_tokens, other.cached_tokens),
        reasoning_tokens: sum(one.reasoning_tokens, other.reasoning_tokens),
    }
}

#[cfg(test)]
mod tests;
