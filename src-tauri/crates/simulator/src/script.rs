//! What a simulator is started with.

use serde::{Deserialize, Serialize};

use crate::account::{Account, Metric, NANO, Region};
use crate::behaviour::{Behaviour, Scope};
use crate::model::{Model, default_catalogue};

/// Accounts, catalogue, faults and switches of one simulator.
///
/// Every field may be left out of a JSON file; the default is
/// [`Script::sample`].
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each named after what it turns on"
)]
pub struct Script {
    /// The customers.
    pub accounts: Vec<Account>,
    /// The catalogue, in the order of `GET /models`.
    pub models: Vec<Model>,
    /// Faults that are there from the start; see
    /// [`Simulator::set_behaviour`](crate::Simulator::set_behaviour).
    pub behaviours: Vec<(Scope, Behaviour)>,
    /// How `GET /user/info` answers.
    pub user_info: UserInfoMode,
    /// Answer 401 as in 2024–25, with a bare JSON string.
    pub legacy_auth: bool,
    /// Keep request bodies in the ledger.
    pub record_bodies: bool,
    /// Entries the ledger keeps; older ones are dropped, 0 = counters only.
    pub ledger_capacity: usize,
    /// Which site this is; keys of the other one are unknown here.
    pub region: Region,
    /// Status of an exhausted account, 402 today, 403 until mid 2026.
    pub exhausted_status: u16,
    /// Which generation of the 429 body is sent.
    pub rate_limit_body: RateLimitBody,
    /// End the streams of `/messages` with `data: [DONE]` too.
    pub messages_done: bool,
    /// Answer unknown paths with `404 page not found`, as older gateways do.
    pub legacy_not_found: bool,
    /// Repeat the images of an answer as `data`, with `created`.
    pub image_data: bool,
    /// Call the list of voices `results`, as the documentation does.
    pub voice_results: bool,
    /// How fast videos and batches are made.
    pub progress: Progress,
    /// What every batch leaves behind, as JSONL, under `files/{id}/content`. The
    /// vendor documents no such path; without this it is unknown here too.
    pub batch_results: Option<String>,
}

/// How fast work that takes a while goes from one state to the next.
///
/// Both may count; with neither it stays in its first state.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Progress {
    /// Calls that see a state before the next one begins; 0 = not by calls.
    pub calls: u32,
    /// Milliseconds a state lasts; 0 = not by time.
    pub ms: u64,
}

impl Default for Progress {
    fn default() -> Self {
        Self { calls: 1, ms: 0 }
    }
}

impl Script {
    /// Three verified accounts with balance and room, one key each.
    ///
    /// The keys are `sk-test` + the account's name padded with zeros, see
    /// [`sample_key`].
    #[must_use]
    pub fn sample() -> Self {
        let account = |id: &str, gift: i64, charge: i64| {
            Account::new(id, sample_key(id))
                .with_balance(gift * NANO, charge * NANO)
                .with_limit("*", Metric::Rpm, 100_000)
        };
        Self::with_accounts(vec![
            account("alpha", 14, 86),
            account("beta", 14, 20),
            account("gamma", 2, 5),
        ])
    }

    /// The default catalogue and switches with these accounts.
    #[must_use]
    pub fn with_accounts(accounts: Vec<Account>) -> Self {
        Self {
            accounts,
            models: default_catalogue(),
            behaviours: Vec::new(),
            user_info: UserInfoMode::default(),
            legacy_auth: false,
            record_bodies: false,
            ledger_capacity: 100_000,
            region: Region::default(),
            exhausted_status: 402,
            rate_limit_body: RateLimitBody::default(),
            messages_done: false,
            legacy_not_found: false,
            image_data: true,
            voice_results: false,
            progress: Progress::default(),
            batch_results: None,
        }
    }

    /// Reads a script from JSON, as `flowkeep simulate --script FILE` does.
    ///
    /// # Errors
    /// When the text is not JSON or has fields a script does not know.
    pub fn from_json(text: &str) -> Result<Self, ScriptError> {
        serde_json::from_str(text).map_err(ScriptError::Parse)
    }
}

impl Default for Script {
    fn default() -> Self {
        Self::sample()
    }
}

/// Why a script could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The text is not a script.
    #[error("parse simulator script")]
    Parse(#[source] serde_json::Error),
}

/// A well-formed test key (`sk-` and 48 characters) for an account name.
#[must_use]
pub fn sample_key(name: &str) -> String {
    format!("sk-{:0<48}", format!("test{name}"))
}

/// How `GET /user/info` answers a valid key.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub enum UserInfoMode {
    /// 410 with code 20092, as on `.cn` since 2026-08-14.
    #[default]
    #[serde(rename = "410")]
    Gone,
    /// 200 with the balances as strings, as before.
    #[serde(rename = "legacy200")]
    Legacy200,
}

/// Generations of the 429 body (siliconflow-api.md §5).
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub enum RateLimitBody {
    /// 2025: no code.
    #[serde(rename = "no-code")]
    NoCode,
    /// 2026: code 50602.
    #[serde(rename = "50602")]
    Code50602,
    /// 2026: code 50603, the one that 503 uses too.
    #[default]
    #[serde(rename = "50603")]
    Code50603,
}
