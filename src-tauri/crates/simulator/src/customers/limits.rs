//! Sliding windows per model (siliconflow-api.md §4).

use std::collections::{HashMap, VecDeque};

use crate::account::{Metric, RateLimit};

/// A window is kept in this many slots; older ones slide out one by one.
const SLOTS: u64 = 6_000;

/// What a request takes from the windows beside itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Prompt tokens.
    pub tokens: u64,
    /// Images asked for.
    pub images: u64,
}

impl Load {
    /// A prompt of so many tokens.
    #[must_use]
    pub fn tokens(tokens: u64) -> Self {
        Self { tokens, images: 0 }
    }
}

/// The windows of one account, by model.
#[derive(Debug, Default)]
pub struct Windows {
    by_model: HashMap<String, HashMap<Metric, Window>>,
}

impl Windows {
    /// Counts a request and its prompt; returns the first window it overfills.
    ///
    /// A refused request counts as a request, but its load does not count.
    pub fn admit(
        &mut self,
        limits: &[RateLimit],
        model: &str,
        (load, now_ms): (Load, u64),
    ) -> Option<Metric> {
        let Load { tokens, images } = load;
        let mut full = None;
        for limit in matching(limits, model) {
            let window = self.window(model, limit.metric);
            let used = window.sum(limit.metric, now_ms);
            let over = match limit.metric {
                Metric::Rpm | Metric::Rph | Metric::Rpd => {
                    window.add(limit.metric, 1, now_ms);
                    used + 1 > limit.limit
                }
                Metric::Tpm | Metric::Tpd => used >= limit.limit || used + tokens > limit.limit,
                Metric::Ipm | Metric::Ipd => images > 0 && used + images > limit.limit,
            };
            if over {
                full = full.or(Some(limit.metric));
            }
        }
        if full.is_none() {
            self.add(limits, model, (load, now_ms));
        }
        full
    }

    /// Counts what a request that was admitted takes.
    pub fn add(&mut self, limits: &[RateLimit], model: &str, (load, now_ms): (Load, u64)) {
        for limit in matching(limits, model) {
            let amount = match limit.metric {
                Metric::Rpm | Metric::Rph | Metric::Rpd => continue,
                Metric::Tpm | Metric::Tpd => load.tokens,
                Metric::Ipm | Metric::Ipd => load.images,
            };
            self.window(model, limit.metric)
                .add(limit.metric, amount, now_ms);
        }
    }

    fn window(&mut self, model: &str, metric: Metric) -> &mut Window {
        if !self.by_model.contains_key(model) {
            self.by_model.insert(model.to_owned(), HashMap::new());
        }
        self.by_model
            .get_mut(model)
            .expect("the model was inserted above")
            .entry(metric)
            .or_default()
    }
}

fn matching<'a>(limits: &'a [RateLimit], model: &'a str) -> impl Iterator<Item = &'a RateLimit> {
    limits
        .iter()
        .filter(move |limit| glob_matches(&limit.model, model))
}

/// Amounts of the last window length, oldest first.
#[derive(Debug, Default)]
struct Window {
    /// Start of the slot in milliseconds, and what fell into it.
    slots: VecDeque<(u64, u64)>,
    sum: u64,
}

impl Window {
    fn sum(&mut self, metric: Metric, now_ms: u64) -> u64 {
        while let Some(&(at, amount)) = self.slots.front() {
            if at + metric.window_ms() > now_ms {
                break;
            }
            self.sum -= amount;
            self.slots.pop_front();
        }
        self.sum
    }

    fn add(&mut self, metric: Metric, amount: u64, now_ms: u64) {
        let width = metric.window_ms() / SLOTS;
        let slot = now_ms - now_ms % width;
        self.sum += amount;
        match self.slots.back_mut() {
            Some((at, total)) if *at >= slot => *total += amount,
            Some(_) | None => self.slots.push_back((slot, amount)),
        }
    }
}

/// Whether `text` fits the pattern, in which `*` is any run of characters.
pub(super) fn glob_matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.len() >= tail.len() && left.ends_with(tail)
}
