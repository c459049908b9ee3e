//! What requests add up to since the start.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Family, Histogram, Sample};
use crate::model::{AccountId, Currency, Left, Outcome, RequestRecord};

/// Different models, clients, accounts and routes that are told apart. A client
/// may ask for as many models as it likes; what is beyond loses its model's name.
const MOST_SERIES: usize = 2_000;
/// Different clients, accounts and routes that are told apart after that. What is
/// beyond is counted in one more series, which has none of these names.
const MOST_NAMELESS: usize = 2_000;
/// Different accounts and results of attempts that are told apart: those of a
/// large pool. What is beyond is told apart by its result only.
const MOST_ATTEMPTS: usize = 20_000;
/// The name of those that are not told apart.
const OTHERS: &str = "(others)";
/// Longest name of a model, in characters.
const LONGEST_MODEL: usize = 128;

/// What tells requests apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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

#[derive(Clone, Debug, Default)]
struct Sheet {
    /// At most [`MOST_SERIES`] and [`MOST_NAMELESS`].
    series: HashMap<Series, Sums>,
    /// Of what has no place in `series`.
    rest: Option<Sums>,
    /// By account, absent beyond [`MOST_ATTEMPTS`], and by what became of them.
    attempts: HashMap<(Option<AccountId>, Option<Left>), u64>,
}

impl Sheet {
    /// The sums that requests of this series belong to.
    fn sums_of(&mut self, series: Series) -> &mut Sums {
        if self.has_room(&series, MOST_SERIES) {
            return self.series.entry(series).or_default();
        }
        let nameless = series.nameless();
        if self.has_room(&nameless, MOST_SERIES + MOST_NAMELESS) {
            return self.series.entry(nameless).or_default();
        }
        self.rest.get_or_insert_default()
    }

    fn has_room(&self, series: &Series, most: usize) -> bool {
        self.series.len() < most || self.series.contains_key(series)
    }

    fn note_attempt(&mut self, account: &AccountId, left: Option<Left>) {
        let known = (Some(account.clone()), left);
        let has_room = self.attempts.len() < MOST_ATTEMPTS || self.attempts.contains_key(&known);
        let place = if has_room { known } else { (None, left) };
        *self.attempts.entry(place).or_default() += 1;
    }
}

/// Counts finished requests.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Sheet>);

impl Tally {
    /// Counts a finished request.
    pub fn note(&self, record: &RequestRecord) {
        let series = Series::of(record);
        let mut sheet = self.sheet();
        for attempt in &record.trail {
            sheet.note_attempt(&attempt.account, attempt.left);
        }
        sheet.sums_of(series).add(record);
    }

    /// The families of what was counted. `label` names an account; finished
    /// requests do not wait for it.
    pub fn families(&self, label: impl Fn(&AccountId) -> String) -> Vec<Family> {
        let sheet = self.sheet().clone();
        let rows = rows(&sheet, &label);
        let mut families = sums(&rows);
        families.extend(latencies(&rows));
        families.push(attempts(&sheet, &label));
        families
    }

    fn sheet(&self) -> MutexGuard<'_, Sheet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

    fn tokens(&self) -> [(&'static str, u64); 4] {
        [
            ("prompt", self.prompt_tokens),
            ("completion", self.completion_tokens),
            ("cached", self.cached_tokens),
            ("reasoning", self.reasoning_tokens),
        ]
    }
}

/// A series as it is told.
struct Row<'a> {
    route: &'a str,
    model: &'a str,
    client: &'a str,
    account: String,
    sums: &'a Sums,
}

impl Row<'_> {
    fn names(&self) -> [&str; 4] {
        [self.route, self.model, self.client, &self.account]
    }

    /// A number of this series, told from its others by one more label.
    fn sample(&self, name: &'static str, value: &str, number: f64) -> Sample<f64> {
        let mut labels = vec![
            ("account", self.account.clone()),
            ("client", self.client.to_owned()),
            ("model", self.model.to_owned()),
            ("route", self.route.to_owned()),
            (name, value.to_owned()),
        ];
        labels.sort_unstable();
        Sample::new(labels, number)
    }
}

/// All series in the order of their names.
fn rows<'a>(sheet: &'a Sheet, label: &impl Fn(&AccountId) -> String) -> Vec<Row<'a>> {
    let named = sheet.series.iter().map(|(series, sums)| Row {
        route: &series.route,
        model: &series.model,
        client: &series.client,
        account: series.account.as_ref().map(label).unwrap_or_default(),
        sums,
    });
    let rest = sheet.rest.iter().map(|sums| Row {
        route: OTHERS,
        model: OTHERS,
        client: OTHERS,
        account: OTHERS.to_owned(),
        sums,
    });
    let mut rows: Vec<Row<'_>> = named.chain(rest).collect();
    rows.sort_unstable_by(|one, other| one.names().cmp(&other.names()));
    rows
}

fn sums(rows: &[Row<'_>]) -> Vec<Family> {
    let (mut requests, mut tokens) = (Vec::new(), Vec::new());
    let (mut costs, mut savings) = (Vec::new(), Vec::new());
    for row in rows {
        let sums = row.sums;
        for (outcome, count) in Outcome::ALL.iter().zip(sums.outcomes) {
            if count > 0 {
                requests.push(row.sample("outcome", outcome.as_str(), float(count)));
            }
        }
        for (kind, count) in sums.tokens() {
            if count > 0 {
                tokens.push(row.sample("kind", kind, float(count)));
            }
        }
        for (index, currency) in Currency::ALL.iter().enumerate() {
            for (samples, nano) in [
                (&mut costs, sums.cost_nano[index]),
                (&mut savings, sums.saved_nano[index]),
            ] {
                if nano > 0 {
                    samples.push(row.sample("currency", currency.code(), units(nano)));
                }
            }
        }
    }
    vec![
        Family::counter("flowkeep_requests_total", "Finished requests.", requests),
        Family::counter(
            "flowkeep_tokens_total",
            "Tokens that the upstream told; reasoning is part of completion, cached of prompt.",
            tokens,
        ),
        Family::counter(
            "flowkeep_cost_total",
            "What requests cost, in units of the currency.",
            costs,
        ),
        Family::counter(
            "flowkeep_saved_by_cache_total",
            "What prompts would have cost more without the cache, in units of the currency.",
            savings,
        ),
    ]
}

/// By route and model only: a histogram has many lines.
fn latencies(rows: &[Row<'_>]) -> [Family; 2] {
    let mut by_model: BTreeMap<(&str, &str), (Histogram, Histogram)> = BTreeMap::new();
    for row in rows {
        let (first_byte, duration) = by_model.entry((row.model, row.route)).or_default();
        first_byte.add(&row.sums.first_byte);
        duration.add(&row.sums.duration);
    }
    let (mut first_byte, mut duration) = (Vec::new(), Vec::new());
    for ((model, route), (first, whole)) in by_model {
        let labels = || vec![("model", model.to_owned()), ("route", route.to_owned())];
        if first.count() > 0 {
            first_byte.push(Sample::new(labels(), first));
        }
        duration.push(Sample::new(labels(), whole));
    }
    [
        Family::histogram(
            "flowkeep_first_byte_seconds",
            "Time until the first byte for the client.",
            first_byte,
        ),
        Family::histogram(
            "flowkeep_request_duration_seconds",
            "Time until the end of the answer.",
            duration,
        ),
    ]
}

fn attempts(sheet: &Sheet, label: &impl Fn(&AccountId) -> String) -> Family {
    let told = sheet.attempts.iter().map(|((account, left), count)| {
        let account = account.as_ref().map_or_else(|| OTHERS.to_owned(), label);
        (account, left.map_or("answered", Left::as_str), *count)
    });
    let mut told: Vec<_> = told.collect();
    told.sort_unstable();
    let samples = told.into_iter().map(|(account, result, count)| {
        let labels = vec![("account", account), ("result", result.to_owned())];
        Sample::new(labels, float(count))
    });
    Family::counter(
        "flowkeep_attempts_total",
        "Upstream requests, by what became of them.",
        samples.collect(),
    )
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
