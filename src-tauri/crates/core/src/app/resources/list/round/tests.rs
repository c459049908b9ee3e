use std::future::{pending, ready};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::*;

/// More accounts that never answer than are asked at once.
#[tokio::test]
async fn those_that_never_answer_end_with_the_round() {
    let mut all: Vec<BoxFuture<'_, u8>> = vec![ready(1).boxed()];
    all.extend((0..20).map(|_| pending().boxed()));
    let told = within(Duration::ZERO, 8, all).await;
    assert_eq!((told.len(), told[0]), (21, Some(1)));
    assert!(told[1..].iter().all(Option::is_none));
}

#[tokio::test]
async fn what_is_told_in_time_keeps_its_order() {
    let all: Vec<_> = (0..20).map(ready).collect();
    let told = within(Duration::from_mins(1), 8, all).await;
    assert_eq!(told, (0..20).map(Some).collect::<Vec<_>>());
}

#[test]
fn a_budget_is_spent_once_it_is_overdrawn() {
    let budget = Budget::new(10);
    budget.spend(9);
    assert!(!budget.is_spent());
    budget.spend(5);
    assert!(budget.is_spent());
}
