use super::super::{Currency, Money, Nano};
use super::*;

/// A chat that was answered, without a price.
fn answered() -> RequestRecord {
    RequestRecord {
        route: "chat/completions".to_owned(),
        model_asked: Some("acme/new".into()),
        status: 200,
        outcome: Outcome::Success,
        attempts: 1,
        ..RequestRecord::begun(uuid::Uuid::nil(), 0)
    }
}

fn costing(nano: i64, incomplete: bool) -> RequestRecord {
    RequestRecord {
        cost: Some(Cost {
            money: Money::new(Nano::new(nano), Currency::Cny),
            price: "row".into(),
            incomplete,
        }),
        ..answered()
    }
}

#[test]
fn a_cost_is_known_free_or_a_part() {
    assert_eq!(costing(5, false).cost_state(), CostState::Known);
    assert_eq!(costing(0, false).cost_state(), CostState::Free);
    assert_eq!(costing(5, true).cost_state(), CostState::Incomplete);
    // Nothing was counted that costs something: that is not free.
    assert_eq!(costing(0, true).cost_state(), CostState::Incomplete);
}

/// Without a cost it is unknown only where something may have been charged.
#[test]
fn a_missing_cost_tells_why() {
    for (outcome, state) in [
        (Outcome::Success, CostState::Unknown),
        (Outcome::Interrupted, CostState::Unknown),
        (Outcome::ClientClosed, CostState::Unknown),
        (Outcome::Rejected, CostState::Unbilled),
        (Outcome::Refused, CostState::Unbilled),
        (Outcome::UpstreamFailed, CostState::Unbilled),
    ] {
        let ended = RequestRecord {
            outcome,
            ..answered()
        };
        assert_eq!(ended.cost_state(), state, "{outcome:?}");
        assert_eq!(ended.has_unknown_cost(), state == CostState::Unknown);
    }
    let unasked = RequestRecord {
        model_asked: None,
        ..answered()
    };
    let counted_here = RequestRecord {
        attempts: 0,
        ..answered()
    };
    let unpaid_route = RequestRecord {
        route: "messages/count_tokens".to_owned(),
        ..answered()
    };
    for free_of_price in [unasked, counted_here, unpaid_route] {
        assert_eq!(free_of_price.cost_state(), CostState::Priceless);
        assert!(!free_of_price.has_unknown_cost());
    }
}
