//! What the requests that never were would have cost, who would have asked, and
//! which accounts would have been tried.

use std::sync::Arc;

use flowkeep_core::model::{
    AccountId, AttemptRecord, Choice, KeyState, Left, Money, Outcome, RequestRecord,
};
use flowkeep_core::price::{Measured, PriceTable, Purchase, Site};
use flowkeep_core::store::KeyRow;

/// Tools that share the default token.
const TOOLS: [&str; 3] = ["OpenAI/Python", "Cline", "CherryStudio"];
/// A tool that has a token of its own, and how it calls itself.
pub(super) const OWN: (&str, &str) = ("Claude Code", "claude-cli");

/// Adds to each record what the engine would have added; `own` is the id of the
/// token that one tool has for itself.
pub(super) fn complete(records: &mut [RequestRecord], keys: &[KeyRow], own: &Arc<str>) {
    let prices = PriceTable::shipped();
    for (n, record) in records.iter_mut().enumerate() {
        record.user_agent = Some(TOOLS[n % TOOLS.len()].into());
        if record.route == "messages" {
            record.client = Arc::clone(own);
            record.user_agent = Some(OWN.1.into());
        }
        price(record, &prices);
        let others = keys.iter().cycle().skip(n).take(keys.len());
        let other = others
            .filter(|key| key.state != KeyState::Unauthorized)
            .find(|key| Some(&key.account_id) != record.account.as_ref());
        if let Some(other) = other {
            record.trail = trail(record, &other.account_id);
        }
    }
}

fn price(record: &mut RequestRecord, prices: &PriceTable) {
    let answered = matches!(record.outcome, Outcome::Success | Outcome::Interrupted);
    let Some(model) = record.model_asked.as_deref().filter(|_| answered) else {
        return;
    };
    let purchase = Purchase {
        site: Site::Cn,
        model,
        at_ms: record.started_at_ms,
        batch: false,
    };
    let measured = Measured {
        usage: record.usage,
        units: record.units,
    };
    if let Some(quote) = prices.quote(&purchase) {
        record.saved_nano = quote.saved_by_cache(&measured).map(Money::nano);
        record.cost = quote.cost(&measured);
    }
}

/// The attempts of a request; all but the last found a full quota at `other`.
fn trail(record: &RequestRecord, other: &AccountId) -> Vec<AttemptRecord> {
    let Some(account) = &record.account else {
        return Vec::new();
    };
    let left = match record.outcome {
        Outcome::Success | Outcome::Interrupted => None,
        Outcome::Rejected => Some(Left::Rejected),
        Outcome::Refused => Some(Left::RateLimited),
        Outcome::UpstreamFailed => Some(Left::NotSent),
        Outcome::ClientClosed => Some(Left::ClientGone),
    };
    let before = (1..record.attempts).map(|n| AttemptRecord {
        account: other.clone(),
        model: record.model_asked.as_ref().map(Arc::clone),
        after_ms: n - 1,
        chosen: Choice::Session,
        status: Some(429),
        vendor_code: None,
        headers_ms: Some(40),
        first_byte_ms: Some(41),
        end_ms: Some(42),
        left: Some(Left::RateLimited),
    });
    let spoke = left != Some(Left::NotSent);
    let last = AttemptRecord {
        account: account.clone(),
        model: record.model_asked.as_ref().map(Arc::clone),
        after_ms: 50 * record.attempts.saturating_sub(1),
        chosen: Choice::Strategy,
        status: spoke.then_some(record.status),
        vendor_code: record.vendor_code,
        headers_ms: record.first_byte_ms.filter(|_| spoke),
        first_byte_ms: record.first_byte_ms.filter(|_| spoke),
        end_ms: Some(record.duration_ms),
        left,
    };
    before.chain([last]).collect()
}

#[cfg(test)]
mod tests;
