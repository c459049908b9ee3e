//! The ten accounts, with the simulator's windows.

use flowkeep_simulator::{Load, Metric, NANO, RateLimit, Windows};

/// The one model that is asked for.
pub(crate) const MODEL: &str = "deepseek-ai/DeepSeek-V3";
/// Tokens of an average request, prompt and answer.
const TOKENS_EACH: u64 = 1_200;

/// Requests a minute that each account takes, and its balance in units of the
/// currency. The last two are limited by tokens instead.
const ACCOUNTS: [(u64, i64); 10] = [
    (500, 12),
    (30, 480),
    (240, 3),
    (60, 95),
    (1_000, 60),
    (120, 7),
    (300, 220),
    (60, 31),
    (150, 140),
    (90, 18),
];
const LIMITED_BY_TOKENS: usize = 2;

/// One account upstream.
pub(crate) struct Customer {
    pub(crate) balance_nano: i64,
    limits: Vec<RateLimit>,
    windows: Windows,
}

impl Customer {
    /// All ten.
    pub(crate) fn all() -> Vec<Self> {
        let by_requests = ACCOUNTS.len() - LIMITED_BY_TOKENS;
        let customer = |(index, (per_minute, balance)): (usize, (u64, i64))| {
            let (metric, limit) = if index < by_requests {
                (Metric::Rpm, per_minute)
            } else {
                (Metric::Tpm, per_minute * TOKENS_EACH)
            };
            Self {
                balance_nano: balance * NANO,
                limits: vec![RateLimit {
                    model: MODEL.to_owned(),
                    metric,
                    limit,
                }],
                windows: Windows::default(),
            }
        };
        ACCOUNTS.into_iter().enumerate().map(customer).collect()
    }

    /// What all of them take in a minute.
    pub(crate) fn capacity() -> u64 {
        ACCOUNTS.iter().map(|(per_minute, _)| per_minute).sum()
    }

    /// A request arrives; the window that is full, if one is.
    pub(crate) fn admit(&mut self, prompt_tokens: u64, now_ms: u64) -> Option<Metric> {
        let load = Load::tokens(prompt_tokens);
        self.windows.admit(&self.limits, MODEL, (load, now_ms))
    }

    /// An answer was given; it counts as well, and costs.
    pub(crate) fn answered(&mut self, tokens: u64, price_nano: i64, now_ms: u64) {
        let load = Load::tokens(tokens);
        self.windows.add(&self.limits, MODEL, (load, now_ms));
        self.balance_nano -= price_nano;
    }
}
