//! A limit of an account's own.

use flowkeep_contract::{ErrorCode, SetAccountRequest};
use flowkeep_simulator::Behaviour;
use flowkeep_tests::{MODEL, Rig};

use super::{NANO, key, on_route, set_balance};

async fn limit(rig: &Rig, label: &str, most: u32) -> Result<(), ErrorCode> {
    let request = SetAccountRequest {
        id: key(&rig.keys().await, label).account_id.clone(),
        max_concurrency: Some(most),
        ..SetAccountRequest::default()
    };
    let set = rig.app.set_account(request).await;
    set.map(|_| ()).map_err(|error| error.code)
}

/// Accounts that four chats at a time went to.
async fn four_at_once(rig: &Rig) -> Vec<String> {
    let chat = || async {
        let seen = rig.ask_chat(MODEL, false).await;
        seen.header("x-flowkeep-account").to_owned()
    };
    let (a, b, c, d) = tokio::join!(chat(), chat(), chat(), chat());
    vec![a, b, c, d]
}

#[tokio::test]
async fn an_account_is_lent_as_often_as_it_may_be() {
    let rig = Rig::start().await;
    set_balance(&rig, "alpha", Some(1_000 * NANO)).await;
    on_route(&rig, "/v1/chat/completions", Behaviour::Delay { ms: 300 });
    let accounts = four_at_once(&rig).await;
    assert_eq!(accounts, ["alpha"; 4], "the richest serves all");
    limit(&rig, "alpha", 1).await.expect("a limit");
    let shown = key(&rig.keys().await, "alpha").max_concurrency;
    assert_eq!(shown, Some(1));
    let accounts = four_at_once(&rig).await;
    let alphas = accounts.iter().filter(|name| *name == "alpha").count();
    assert_eq!(alphas, 1, "{accounts:?}");
    // It is kept when the members are read anew, and taken away by 0.
    set_balance(&rig, "alpha", Some(2_000 * NANO)).await;
    let accounts = four_at_once(&rig).await;
    let alphas = accounts.iter().filter(|name| *name == "alpha").count();
    assert_eq!(alphas, 1, "{accounts:?}");
    limit(&rig, "alpha", 0).await.expect("no limit");
    assert_eq!(key(&rig.keys().await, "alpha").max_concurrency, None);
    assert_eq!(four_at_once(&rig).await, ["alpha"; 4]);
    let refused = limit(&rig, "alpha", 100_001).await;
    assert_eq!(refused, Err(ErrorCode::InvalidRequest));
}
