//! A row of the log as it is shown.

use flowkeep_contract::{
    ApiError, Choice, CostState, CostView, Left, Outcome, RequestView, UnitsView,
};

use super::super::records::Labels;
use crate::model::{self, Cost, Units};
use crate::store::RequestRow;

/// A count as it travels; nothing that was counted comes near the limit.
pub(super) fn count(counted: Option<u64>) -> Option<i64> {
    counted.and_then(|counted| i64::try_from(counted).ok())
}

pub(in crate::app) fn request_view(
    row: RequestRow,
    labels: &mut Labels,
) -> Result<RequestView, ApiError> {
    let record = row.record;
    let cost_state = cost_state(record.cost_state());
    let account_id = record.account.map(|account| account.to_string());
    let account = account_id.as_deref().map(|id| labels.account(id));
    let saved_nano = record.saved_nano;
    Ok(RequestView {
        id: row.id,
        request_id: record.request_id.to_string(),
        started_at_ms: record.started_at_ms,
        route: record.route,
        model: record.model_asked.map(|model| model.to_string()),
        model_used: record.model_used.map(|model| model.to_string()),
        client: labels.client(&record.client),
        client_id: record.client.to_string(),
        user_agent: record.user_agent.map(|product| product.to_string()),
        account: account.transpose()?,
        account_id,
        key_last_four: record.key_last_four,
        stream: record.stream,
        status: record.status,
        outcome: outcome(record.outcome),
        error: record.error,
        vendor_code: record.vendor_code,
        trace_id: record.trace_id,
        attempts: record.attempts,
        prompt_tokens: count(record.usage.prompt_tokens),
        completion_tokens: count(record.usage.completion_tokens),
        cached_tokens: count(record.usage.cached_tokens),
        reasoning_tokens: count(record.usage.reasoning_tokens),
        estimated_tokens: record.estimated_tokens.map(i64::from),
        units: units(record.units),
        cost: record.cost.map(|cost| cost_view(&cost, saved_nano)),
        cost_state,
        first_byte_ms: record.first_byte_ms.map(i64::from),
        duration_ms: i64::from(record.duration_ms),
    })
}

fn units(units: Units) -> UnitsView {
    UnitsView {
        image_tokens: count(units.image_tokens),
        images: count(units.images),
        clips: count(units.clips),
        bytes: count(units.bytes),
        sound_ms: count(units.sound_ms),
    }
}

fn cost_view(cost: &Cost, saved_nano: Option<i64>) -> CostView {
    CostView {
        nano: cost.money.nano(),
        currency: cost.money.currency().code().to_owned(),
        price: cost.price.to_string(),
        incomplete: cost.incomplete,
        saved_nano,
    }
}

fn cost_state(state: model::CostState) -> CostState {
    match state {
        model::CostState::Known => CostState::Known,
        model::CostState::Free => CostState::Free,
        model::CostState::Incomplete => CostState::Incomplete,
        model::CostState::Unknown => CostState::Unknown,
        model::CostState::Unbilled => CostState::Unbilled,
        model::CostState::Priceless => CostState::Priceless,
    }
}

fn outcome(outcome: model::Outcome) -> Outcome {
    match outcome {
        model::Outcome::Success => Outcome::Success,
        model::Outcome::Rejected => Outcome::Rejected,
        model::Outcome::Refused => Outcome::Refused,
        model::Outcome::UpstreamFailed => Outcome::UpstreamFailed,
        model::Outcome::Interrupted => Outcome::Interrupted,
        model::Outcome::ClientClosed => Outcome::ClientClosed,
    }
}

pub(super) fn model_outcome(outcome: Outcome) -> model::Outcome {
    match outcome {
        Outcome::Success => model::Outcome::Success,
        Outcome::Rejected => model::Outcome::Rejected,
        Outcome::Refused => model::Outcome::Refused,
        Outcome::UpstreamFailed => model::Outcome::UpstreamFailed,
        Outcome::Interrupted => model::Outcome::Interrupted,
        Outcome::ClientClosed => model::Outcome::ClientClosed,
    }
}

pub(super) fn choice(choice: model::Choice) -> Choice {
    match choice {
        model::Choice::Owner => Choice::Owner,
        model::Choice::Session => Choice::Session,
        model::Choice::Strategy => Choice::Strategy,
        model::Choice::Retry => Choice::Retry,
    }
}

pub(super) fn left(left: model::Left) -> Left {
    match left {
        model::Left::Rejected => Left::Rejected,
        model::Left::KeyUnauthorized => Left::KeyUnauthorized,
        model::Left::AccountExhausted => Left::AccountExhausted,
        model::Left::PaidOnly => Left::PaidOnly,
        model::Left::ModelRestricted => Left::ModelRestricted,
        model::Left::AccountRestricted => Left::AccountRestricted,
        model::Left::RateLimited => Left::RateLimited,
        model::Left::ModelBusy => Left::ModelBusy,
        model::Left::UpstreamFailed => Left::UpstreamFailed,
        model::Left::Broken => Left::Broken,
        model::Left::Redirected => Left::Redirected,
        model::Left::NotSent => Left::NotSent,
        model::Left::NoAnswer => Left::NoAnswer,
        model::Left::TimedOut => Left::TimedOut,
        model::Left::ClientGone => Left::ClientGone,
    }
}
