//! The words of `flowkeep logs show`: those of the window, in English. A test
//! compares them with the window's file of messages.

use flowkeep_contract::{Choice, CostState, Left, LeftOut, Outcome};

/// `requests_tokens_unknown`.
pub(super) const TOKENS_UNKNOWN: &str = "SiliconFlow did not tell the usage";
/// `requests_no_attempts`.
pub(super) const NO_ATTEMPTS: &str =
    "Flowkeep answered by itself; nothing was sent to SiliconFlow.";

/// `requests_cost_…`: what is to be said of a cost, or in its place.
pub(super) const fn cost(state: CostState) -> Option<&'static str> {
    match state {
        CostState::Known => None,
        CostState::Free => Some("Free of charge"),
        CostState::Incomplete => {
            Some("At least this much: a part that has a price was not counted")
        }
        CostState::Unknown => Some("Not known: the price or the usage is missing"),
        CostState::Unbilled => Some("Not charged"),
        CostState::Priceless => Some("Has no price"),
    }
}

/// `outcome_…`.
pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "Success",
        Outcome::Rejected => "Rejected",
        Outcome::Refused => "No key available",
        Outcome::UpstreamFailed => "Upstream failed",
        Outcome::Interrupted => "Cut off",
        Outcome::ClientClosed => "Client left",
    }
}

/// `choice_…`: why an account was chosen.
pub(super) const fn choice(choice: Choice) -> &'static str {
    match choice {
        Choice::Owner => "It owns the file, voice or job that the request names",
        Choice::Session => "It had this conversation before",
        Choice::Strategy => "It was next by the strategy",
        Choice::Retry => {
            "It had been out of service, and this request found out whether it works again"
        }
    }
}

/// `left_…_hint`, or `attempt_answered`: why an account was left.
pub(super) const fn left(left: Option<Left>) -> &'static str {
    let Some(left) = left else {
        return "Answered";
    };
    match left {
        Left::Rejected => {
            "SiliconFlow found fault with the request itself, so another key would not help"
        }
        Left::KeyUnauthorized => "SiliconFlow does not accept this key",
        Left::AccountExhausted => "The account had no balance left",
        Left::PaidOnly => "This balance does not pay for Pro models",
        Left::ModelRestricted => "The account may not use this model",
        Left::AccountRestricted => "The account is restricted as a whole",
        Left::RateLimited => "The account's limit for this model was reached",
        Left::ModelBusy => "The model had no capacity for anybody",
        Left::UpstreamFailed => "SiliconFlow answered with an error of its own",
        Left::Broken => "The answer was none that a client could use",
        Left::Redirected => "The answer pointed elsewhere, and redirects are never followed",
        Left::NotSent => "The connection could not be made, so nothing was sent",
        Left::NoAnswer => "The connection closed before any answer came",
        Left::TimedOut => "No answer came in time",
        Left::ClientGone => "The client closed the connection first",
    }
}

/// Why the words of a body were not kept.
pub(super) const fn left_out(why: LeftOut) -> &'static str {
    match why {
        LeftOut::Binary => "not kept: it is no text",
        LeftOut::Compressed => "not kept: it came compressed",
        LeftOut::Crowded => "not kept: too many bodies were being kept at the same time",
    }
}

#[cfg(test)]
mod tests;
