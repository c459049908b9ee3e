//! What the engine tells its windows without being asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BudgetPeriod, ImportProgress, RecomputeCostsReport, RefreshProgress};

/// A part of the state whose readers should read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Gateway address, state, vault.
    Status,
    /// Keys and their states.
    Keys,
    /// Finished requests and usage.
    Requests,
    /// Settings.
    Settings,
    /// Client tokens.
    Clients,
}

impl Topic {
    /// Everything, for a reader who missed events.
    pub const ALL: [Self; 5] = [
        Self::Status,
        Self::Keys,
        Self::Requests,
        Self::Settings,
        Self::Clients,
    ];
}

/// An event. The desktop emits it as `flowkeep`, the gateway as an SSE message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Something changed.
    Changed {
        /// What to read again.
        topics: Vec<Topic>,
    },
    /// An import moves on.
    ImportProgress(ImportProgress),
    /// A refresh of keys and balances moves on.
    RefreshProgress(RefreshProgress),
    /// Pricing requests anew moves on.
    CostsProgress(RecomputeCostsReport),
    /// Something that the user may want to hear of at once.
    Notice(Notice),
}

/// What is worth a notification. Each is told once, when it begins to be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// An account's balance has come down to the limit of the settings.
    LowBalance {
        /// Account id.
        account_id: String,
        /// Account label.
        account: String,
        /// Billionths of the currency's unit; perhaps estimated.
        #[ts(type = "number")]
        nano: i64,
        /// ISO 4217: `CNY` or `USD`.
        currency: String,
    },
    /// No key can serve any more, and not because the user switched them off.
    AllKeysDown {
        /// Keys there are.
        keys: u32,
    },
    /// After that, one can again.
    KeysAreBack {
        /// Keys that can serve.
        usable: u32,
    },
    /// A client token has spent 80 % of a budget.
    BudgetNear(BudgetNotice),
    /// A client token has spent all of a budget and is refused until it begins anew.
    BudgetSpent(BudgetNotice),
}

/// How it stands with a token's budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetNotice {
    /// Id of the token.
    pub client: String,
    /// Its name.
    pub name: String,
    /// Which of its budgets.
    pub period: BudgetPeriod,
    /// Billionths of the unit spent so far.
    #[ts(type = "number")]
    pub spent_nano: i64,
    /// Billionths of the unit that may be spent.
    #[ts(type = "number")]
    pub limit_nano: i64,
    /// ISO 4217: `CNY` or `USD`.
    pub currency: String,
    /// Unix milliseconds when the budget begins anew.
    #[ts(type = "number")]
    pub resets_at_ms: i64,
}

impl Event {
    /// For a reader who missed events: everything is read again.
    #[must_use]
    pub fn everything_changed() -> Self {
        Self::Changed {
            topics: Topic::ALL.to_vec(),
        }
    }
}
