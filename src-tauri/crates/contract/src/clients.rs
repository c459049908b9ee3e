//! Client tokens: who may use the gateway, what for and for how much.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a token may do; what is absent is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct ClientLimits {
    /// Models, or patterns with `*`; empty allows all.
    pub models: Vec<String>,
    /// Requests per minute, 1 to 1000000.
    pub requests_per_minute: Option<u32>,
    /// Money.
    pub budget: Option<Budget>,
}

/// How much money a token may spend. Only spending in this currency counts: what
/// is free, and what has no known price, counts as nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// ISO 4217: `CNY` or `USD`.
    pub currency: String,
    /// Billionths of the unit per day, above 0.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub day_nano: Option<i64>,
    /// Billionths of the unit per calendar month, above 0.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub month_nano: Option<i64>,
}

/// What a token has spent in the currency of its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetSpent {
    /// Billionths of the unit, today.
    #[ts(type = "number")]
    pub day_nano: i64,
    /// Billionths of the unit, this month.
    #[ts(type = "number")]
    pub month_nano: i64,
    /// Unix milliseconds when the day's budget begins anew.
    #[ts(type = "number")]
    pub day_resets_at_ms: i64,
    /// Unix milliseconds when the month's budget begins anew.
    #[ts(type = "number")]
    pub month_resets_at_ms: i64,
    /// Calls of this month whose cost is not in these sums: it is not known (no
    /// price, or the usage was not told), or it is in another currency.
    #[ts(type = "number")]
    pub uncounted_calls: u64,
}

/// A client token, without the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientView {
    /// Id, as requests name it.
    pub id: String,
    /// The user's name for the tool.
    pub name: String,
    /// Whether it is the one that was made at the first start.
    pub is_default: bool,
    /// Unix milliseconds.
    #[ts(type = "number")]
    pub created_at_ms: i64,
    /// Unix milliseconds; absent while it may be used.
    #[ts(type = "number | null")]
    pub revoked_at_ms: Option<i64>,
    /// What it may do.
    pub limits: ClientLimits,
    /// Absent without a budget.
    pub spent: Option<BudgetSpent>,
    /// Unix milliseconds until which the bodies of its requests are kept; absent
    /// when they are not.
    #[ts(type = "number | null")]
    pub capture_until_ms: Option<i64>,
}

/// All tokens in the order of their creation, revoked ones included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientList {
    /// The tokens.
    pub clients: Vec<ClientView>,
}

/// Makes a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateClientRequest {
    /// Name of the tool, 1 to 64 characters; no other live token has it.
    pub name: String,
    /// What it may do.
    #[serde(default)]
    pub limits: ClientLimits,
}

/// A new token: it is told this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CreatedClient {
    /// Its row.
    pub client: ClientView,
    /// The token itself.
    pub token: String,
}

impl std::fmt::Debug for CreatedClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedClient")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// Changes a token; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateClientRequest {
    /// Id of the token.
    pub id: String,
    /// Another name.
    #[ts(optional)]
    pub name: Option<String>,
    /// All limits, instead of the present ones.
    #[ts(optional)]
    pub limits: Option<ClientLimits>,
    /// For how many minutes from now the bodies of its requests are kept, at most
    /// 10080 (a week); 0 ends it.
    #[ts(optional)]
    pub capture_minutes: Option<u32>,
}

/// Takes a token back, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevokeClientRequest {
    /// Id of the token.
    pub id: String,
}

/// A stretch of time that has a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriod {
    /// A day of the user's time zone.
    Day,
    /// A calendar month of the user's time zone.
    Month,
}
