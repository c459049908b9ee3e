//! Estimates: the last known value minus the priced usage since, to the nano-unit.

use flowkeep_contract::{BalanceSource, BalanceView};
use flowkeep_core::vault::VaultChoice;
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use serde_json::Value;

use super::{NANO, key, priced, set_balance};

async fn balance(rig: &Rig) -> BalanceView {
    let keys = rig.keys().await;
    key(&keys, "alpha").balance.clone().expect("a balance")
}

/// What the rows of alpha cost in all, in nano-CNY.
async fn spent(rig: &Rig) -> i64 {
    let rows = rig.settled_rows().await;
    let costs = rows
        .iter()
        .filter(|row| row.account.as_deref() == Some("alpha"));
    costs
        .filter_map(|row| row.cost.as_ref())
        .map(|cost| cost.nano)
        .sum()
}

#[tokio::test]
async fn spending_brings_the_balance_down() {
    let rig = Rig::with(priced()).await;
    assert_eq!(rig.chats(MODEL, 2).await.count(200), 2);
    let before = spent(&rig).await;
    set_balance(&rig, "alpha", Some(50 * NANO)).await;
    let typed = balance(&rig).await;
    assert_eq!(
        (typed.nano, typed.source),
        (50 * NANO, BalanceSource::Manual)
    );
    assert_eq!(rig.chats(MODEL, 5).await.count(200), 5);
    let since = spent(&rig).await - before;
    assert!(since > 0, "a chat has a price");
    let now = balance(&rig).await;
    assert_eq!(now.source, BalanceSource::Estimated);
    assert_eq!(
        now.nano,
        50 * NANO - since,
        "what was spent before does not count"
    );
    assert_eq!((now.known_nano, now.as_of_ms), (50 * NANO, typed.as_of_ms));
    // The sum over the pool is told from it as well.
    let request = rig
        .client
        .get(rig.url("/v1/user/info"))
        .bearer_auth(&rig.token);
    let sent = std::time::Instant::now();
    let seen = Seen::read(request.send().await.expect("an answer"), sent).await;
    let told: Value = seen.json();
    let total = told["data"]["totalBalance"].as_str().expect("an amount");
    let nano: flowkeep_core::model::Nano = total.parse().expect("exact");
    assert_eq!(nano.get(), now.nano);
    // A new value begins anew.
    set_balance(&rig, "alpha", Some(70 * NANO)).await;
    assert_eq!(balance(&rig).await.nano, 70 * NANO);
    set_balance(&rig, "alpha", None).await;
    assert_eq!(key(&rig.keys().await, "alpha").balance, None);
}

/// What was spent before a restart is known from the roll-ups.
#[tokio::test]
async fn an_estimate_survives_a_restart() {
    let rig = Rig::with(RigOptions {
        vault: VaultChoice::File,
        ..priced()
    })
    .await;
    set_balance(&rig, "alpha", Some(50 * NANO)).await;
    assert_eq!(rig.chats(MODEL, 5).await.count(200), 5);
    let before = balance(&rig).await;
    assert_eq!(before.source, BalanceSource::Estimated);
    let rig = rig.restart().await;
    assert_eq!(balance(&rig).await, before);
}
