//! The customers of the simulated service: keys, balances and rate limits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One nano-CNY is a billionth of a yuan, the unit of every balance here.
pub const NANO: i64 = 1_000_000_000;

/// One customer: what SiliconFlow calls an account.
///
/// Balances and limits belong to the account, never to a key
/// (siliconflow-api.md §1.2, §4).
#[derive(Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Name of the account, unique in a script.
    pub id: String,
    /// Keys that sign in as this account.
    pub keys: Vec<String>,
    /// Gifted balance in nano-CNY; it cannot pay for `Pro/` models.
    pub gift_nano: i64,
    /// Topped-up balance in nano-CNY; may fall below zero.
    pub charge_nano: i64,
    /// Whether the real name is verified; without it every model answers 403.
    pub verified: bool,
    /// Rate limits, each for the models its glob matches, counted per model.
    pub limits: Vec<RateLimit>,
    /// The site that knows the keys; on the other one they are unknown.
    pub region: Region,
}

impl Account {
    /// An account with one key, verified, unlimited, with 10 CNY of each kind.
    #[must_use]
    pub fn new(id: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            keys: vec![key.into()],
            ..Self::default()
        }
    }

    /// The same account with other balances, in nano-CNY.
    #[must_use]
    pub fn with_balance(mut self, gift_nano: i64, charge_nano: i64) -> Self {
        self.gift_nano = gift_nano;
        self.charge_nano = charge_nano;
        self
    }

    /// The same account with one more limit on the models that match `model`.
    #[must_use]
    pub fn with_limit(mut self, model: impl Into<String>, metric: Metric, limit: u64) -> Self {
        self.limits.push(RateLimit {
            model: model.into(),
            metric,
            limit,
        });
        self
    }

    /// Gifted and topped-up balance together, in nano-CNY.
    #[must_use]
    pub fn total_nano(&self) -> i64 {
        self.gift_nano.saturating_add(self.charge_nano)
    }
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: String::new(),
            keys: Vec::new(),
            gift_nano: 10 * NANO,
            charge_nano: 10 * NANO,
            verified: true,
            limits: Vec::new(),
            region: Region::Cn,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(|key| mask(key)).collect();
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("keys", &keys)
            .field("gift_nano", &self.gift_nano)
            .field("charge_nano", &self.charge_nano)
            .field("verified", &self.verified)
            .field("limits", &self.limits)
            .field("region", &self.region)
            .finish()
    }
}

/// A limit on what an account may ask of each model that matches the glob.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Model id, where `*` stands for any run of characters.
    pub model: String,
    /// What is counted, and over which window.
    pub metric: Metric,
    /// The most that fits into one window.
    pub limit: u64,
}

/// What a rate limit counts: requests, tokens or images, over which window.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Metric {
    /// Requests per minute.
    Rpm,
    /// Requests per hour.
    Rph,
    /// Requests per day.
    Rpd,
    /// Tokens per minute.
    Tpm,
    /// Tokens per day.
    Tpd,
    /// Images per minute.
    Ipm,
    /// Images per day.
    Ipd,
}

impl Metric {
    /// The name in the vendor's error texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rpm => "RPM",
            Self::Rph => "RPH",
            Self::Rpd => "RPD",
            Self::Tpm => "TPM",
            Self::Tpd => "TPD",
            Self::Ipm => "IPM",
            Self::Ipd => "IPD",
        }
    }

    /// Length of the sliding window in milliseconds.
    #[must_use]
    pub fn window_ms(self) -> u64 {
        match self {
            Self::Rpm | Self::Tpm | Self::Ipm => 60_000,
            Self::Rph => 3_600_000,
            Self::Rpd | Self::Tpd | Self::Ipd => 86_400_000,
        }
    }
}

/// One of the two sites; they share neither accounts nor keys.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// `api.siliconflow.cn`, billed in CNY.
    #[default]
    Cn,
    /// `api.siliconflow.com`, billed in USD.
    Com,
}

/// The part of a key that may appear in a log.
pub(crate) fn mask(key: &str) -> String {
    let tail: String = key.chars().rev().take(4).collect();
    format!("…{}", tail.chars().rev().collect::<String>())
}
