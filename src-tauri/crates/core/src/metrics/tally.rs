//! What requests add up to since the start.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Family, Histogram, Kind};
use crate::model::{AccountId, Currency, Left, Outcome, RequestRecord};

/// Different models, clients, accounts and routes that are told apart. A client
/// may ask for as many models as it likes; what is beyond goes under [`OTHERS`].
const MOST_SERIES: usize = 2_000;
/// The model of those that are not told apart.
const OTHERS: &str = "(others)";
/// Longest name of a model, in characters.
const LONGEST_MODEL: usize = 128;

/// What tells requests apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Series {
    route: Arc<str>,
    model: Arc<str>,
    client: Arc<str>,
    account: Option<AccountId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    outcomes: [u64; Outcome::ALL.len()],
    prompt_tokens: u64,
    completion_tokens: u64,
    cached_tokens: u64,
    reasoning_tokens: u64,
    cost_nano: [i64; Currency::ALL.len()],
    saved_nano: [i64; Currency::ALL.len()],
    first_byte: Histogram,
    duration: Histogram,
}

#[derive(Debug, Default)]
struct Sheet {
    series: HashMap<Series, Sums>,
    attempts: HashMap<(AccountId, Option<Left>), u64>,
}

/// Counts finished requests.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Sheet>);

impl Tally {
    /// Counts a finished request.
    pub fn note(&self, record: &RequestRecord) {
        let series = Series::of(record);
        let mut sheet = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for attempt in &record.trail {
            let kind = (attempt.account.clone(), attempt.left);
            *sheet.attempts.entry(kind).or_default() += 1;
        }
        let is_full = sheet.series.len() >= MOST_SERIES && !sheet.series.contains_key(&series);
        let series = if is_full { series.nameless() } else { series };
        sheet.series.entry(series).or_default().add(record);
    }

    /// The families of what was counted. `label` names an account.
    pub fn families(&self, label: impl Fn(&AccountId) -> String) -> Vec<Family> {
        let sheet = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let series: BTreeMap<Series, Sums> = sheet
            .series
            .iter()
            .map(|(series, sums)| (series.clone(), *sums))
            .collect();
        let mut attempts: Vec<_> = sheet
            .attempts
            .iter()
            .map(|((account, left), count)| (label(account), left_text(*left), *count))
            .collect();
        drop(sheet);
        attempts.sort_unstable();
        let mut families = sums(&series, &label);
        families.extend(latencies(&series));
        families.push(of_attempts(attempts));
        families
    }
}

fn left_text(left: Option<Left>) -> &'static str {
    left.map_or("answered", Left::as_str)
}

impl Series {
    fn of(record: &RequestRecord) -> Self {
        let model = record.model_used.as_ref().or(record.model_asked.as_ref());
        let model = model.map_or_else(Arc::default, |model| {
            match model.char_indices().nth(LONGEST_MODEL) {
                Some((end, _)) => Arc::from(&model[..end]),
                None => Arc::clone(model),
            }
        });
        Self {
            route: Arc::from(record.route.as_str()),
            model,
            client: Arc::clone(&record.client),
            account: record.account.clone(),
        }
    }

    fn nameless(self) -> Self {
        Self {
            model: Arc::from(OTHERS),
            ..self
        }
    }

    fn labels(&self, label: &impl Fn(&AccountId) -> String) -> Vec<(&'static str, String)> {
        let account = self.account.as_ref().map(label).unwrap_or_default();
        vec![
            ("account", account),
            ("client", self.client.to_string()),
            ("model", self.model.to_string()),
            ("route", self.route.to_string()),
        ]
    }
}

impl Sums {
    fn add(&mut self, record: &RequestRecord) {
        let outcome = Outcome::ALL.iter().position(|one| *one == record.outcome);
        self.outcomes[outcome.unwrap_or_default()] += 1;
        let usage = record.usage;
        // An upstream may tell counts that cannot be.
        for (sum, told) in [
            (&mut self.prompt_tokens, usage.prompt_tokens),
            (&mut self.completion_tokens, usage.completion_tokens),
            (&mut self.cached_tokens, usage.cached_tokens),
            (&mut self.reasoning_tokens, usage.reasoning_tokens),
        ] {
            *sum = sum.saturating_add(told.unwrap_or(0));
        }
        if let Some(cost) = &record.cost {
            let currency = cost.money.currency() as usize;
            let sum = &mut self.cost_nano[currency];
            *sum = sum.saturating_add(cost.money.nano());
            let saved = &mut self.saved_nano[currency];
            *saved = saved.saturating_add(record.saved_nano.unwrap_or(0));
        }
        if let Some(ms) = record.first_byte_ms {
            self.first_byte.note(ms);
        }
        self.duration.note(record.duration_ms);
    }
}

fn sums(series: &BTreeMap<Series, Sums>, label: &impl Fn(&AccountId) -> String) -> Vec<Family> {
    let mut requests = Family::new(
        "flowkeep_requests_total",
        "Finished requests.",
        Kind::Counter,
    );
    let mut tokens = Family::new(
        "flowkeep_tokens_total",
        "Tokens that the upstream told; reasoning is part of completion, cached of prompt.",
        Kind::Counter,
    );
    let mut cost = Family::new(
        "flowkeep_cost_total",
        "What requests cost, in units of the currency.",
        Kind::Counter,
    );
    let mut saved = Family::new(
        "flowkeep_saved_by_cache_total",
        "What prompts would have cost more without the cache, in units of the currency.",
        Kind::Counter,
    );
    for (series, sums) in series {
        let labels = || series.labels(label);
        let with = |name: &'static str, value: &str| {
            let mut labels = labels();
            labels.push((name, value.to_owned()));
            labels.sort_unstable();
            labels
        };
        for (outcome, count) in Outcome::ALL.iter().zip(sums.outcomes) {
            if count > 0 {
                requests.push(with("outcome", outcome.as_str()), float(count));
            }
        }
        for (kind, count) in sums.tokens() {
            if count > 0 {
                tokens.push(with("kind", kind), float(count));
            }
        }
        for (index, currency) in Currency::ALL.iter().enumerate() {
            for (family, nano) in [
                (&mut cost, sums.cost_nano[index]),
                (&mut saved, sums.saved_nano[index]),
            ] {
                if nano > 0 {
                    family.push(with("currency", currency.code()), units(nano));
                }
            }
        }
    }
    vec![requests, tokens, cost, saved]
}

impl Sums {
    fn tokens(&self) -> [(&'static str, u64); 4] {
        [
            ("prompt", self.prompt_tokens),
            ("completion", self.completion_tokens),
            ("cached", self.cached_tokens),
            ("reasoning", self.reasoning_tokens),
        ]
    }
}

/// By route and model only: a histogram has many lines.
fn latencies(series: &BTreeMap<Series, Sums>) -> [Family; 2] {
    let mut by_model: BTreeMap<(&str, &str), (Histogram, Histogram)> = BTreeMap::new();
    for (series, sums) in series {
        let (first_byte, duration) = by_model.entry((&series.model, &series.route)).or_default();
        first_byte.add(&sums.first_byte);
        duration.add(&sums.duration);
    }
    let mut first_byte = Family::new(
        "flowkeep_first_byte_seconds",
        "Time until the first byte for the client.",
        Kind::Histogram,
    );
    let mut duration = Family::new(
        "flowkeep_request_duration_seconds",
        "Time until the end of the answer.",
        Kind::Histogram,
    );
    for ((model, route), (first, whole)) in by_model {
        let labels = || vec![("model", model.to_owned()), ("route", route.to_owned())];
        if first.count() > 0 {
            first_byte.push_steps(labels(), first);
        }
        duration.push_steps(labels(), whole);
    }
    [first_byte, duration]
}

fn of_attempts(attempts: Vec<(String, &'static str, u64)>) -> Family {
    let mut family = Family::new(
        "flowkeep_attempts_total",
        "Upstream requests, by what became of them.",
        Kind::Counter,
    );
    for (account, result, count) in attempts {
        let labels = vec![("account", account), ("result", result.to_owned())];
        family.push(labels, float(count));
    }
    family
}

#[expect(
    clippy::cast_precision_loss,
    reason = "both formats carry floats; a sum is exact up to 2^53"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for a chart; the exact sum is in usage.db"
)]
fn units(nano: i64) -> f64 {
    nano as f64 / 1e9
}
