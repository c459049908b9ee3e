//! The 410 test (issue 4, done when 5): whatever becomes of `GET /user/info`, no
//! key changes its state, and balances are unknown or estimated with an age.

use flowkeep_contract::{BalanceFailureReason, BalanceSource, KeyList, KeyState};
use flowkeep_simulator::{Behaviour, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};

use super::{NANO, USER_INFO, key, on_route, priced, refresh};

/// Imports, refreshes, chats a hundred times and refreshes again.
async fn goes_on(behaviour: Option<Behaviour>, reason: BalanceFailureReason) {
    let rig = Rig::with(RigOptions {
        import: false,
        ..priced()
    })
    .await;
    if let Some(behaviour) = behaviour {
        on_route(&rig, USER_INFO, behaviour);
    }
    let request = flowkeep_contract::ImportKeysRequest {
        text: ["alpha balance=50", "beta", "gamma"]
            .map(|line| {
                let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
                format!("{} {name} {rest}\n", sample_key(name))
            })
            .concat(),
        validate: true,
        force: false,
    };
    let report = rig.app.import_keys(request).await.expect("an import");
    assert_eq!((report.added, report.unchecked), (3, 0));

    let first = refresh(&rig).await;
    assert_eq!((first.checked, first.valid), (3, 3));
    assert_eq!((first.failed, first.changed), (0, 0));
    assert_eq!((first.balances, first.balances_failed), (0, 3));
    assert_unharmed(&rig.keys().await, reason);
    let alpha = key(&rig.keys().await, "alpha").balance.clone();
    let alpha = alpha.expect("what was typed");
    assert_eq!(
        (alpha.nano, alpha.source),
        (50 * NANO, BalanceSource::Manual)
    );

    let outcomes = rig.chats(MODEL, 100).await;
    assert_eq!(outcomes.count(200), 100);
    let second = refresh(&rig).await;
    assert_eq!((second.valid, second.changed), (3, 0));
    let keys = rig.keys().await;
    assert_unharmed(&keys, reason);
    let estimated = key(&keys, "alpha").balance.clone().expect("an estimate");
    assert_eq!(estimated.source, BalanceSource::Estimated);
    assert!(estimated.nano < 50 * NANO, "{estimated:?}");
    assert_eq!(estimated.known_nano, 50 * NANO);
    assert_eq!(estimated.as_of_ms, alpha.as_of_ms, "the age only grows");
    assert!(!rig.hits(USER_INFO).is_empty(), "it was asked");
}

fn assert_unharmed(keys: &KeyList, reason: BalanceFailureReason) {
    assert_eq!(keys.keys.len(), 3);
    for key in &keys.keys {
        assert_eq!(key.state, KeyState::Usable, "{key:?}");
        assert_eq!((&key.reason, &key.cooling[..]), (&None, &[][..]));
        let failure = key.balance_failure.as_ref().expect("a stale mark");
        assert_eq!(failure.reason, reason, "{failure:?}");
        assert!(failure.at_ms > 0 && !failure.text.is_empty());
    }
    for label in ["beta", "gamma"] {
        assert_eq!(key(keys, label).balance, None, "unknown is not zero");
    }
}

#[tokio::test]
async fn it_answers_410() {
    goes_on(None, BalanceFailureReason::Retired).await;
}

#[tokio::test]
async fn it_answers_500() {
    let behaviour = Behaviour::status(500);
    goes_on(Some(behaviour), BalanceFailureReason::Status).await;
}

#[tokio::test]
async fn it_answers_a_web_page() {
    goes_on(Some(Behaviour::Html), BalanceFailureReason::Unreadable).await;
}

#[tokio::test]
async fn it_answers_nothing() {
    let behaviour = Behaviour::ResetBeforeHeaders;
    goes_on(Some(behaviour), BalanceFailureReason::Unanswered).await;
}
