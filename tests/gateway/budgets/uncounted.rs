//! Calls that a budget cannot count are told.

use flowkeep_contract::BudgetSpent;
use flowkeep_simulator::{Account, NANO, Script, Simulator, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};

use super::{FREE, budget, chat_as, long_chat, noon, priced};
use crate::clients::{ask_as, create, listed};

/// Has no price.
const UNKNOWN: &str = "sim/ok";
const YUAN: i64 = 1_000_000_000;

async fn ask(rig: &Rig, token: &str, model: &str) {
    let seen = ask_as(rig, token, "/v1/chat/completions", &long_chat(model, 0)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
}

/// What the only token with a budget has spent.
async fn spent(rig: &Rig) -> BudgetSpent {
    // The roll-ups are a moment behind.
    rig.settled_rows().await;
    let views = listed(rig).await;
    views.iter().find_map(|view| view.spent).expect("a budget")
}

#[tokio::test]
async fn what_has_no_known_cost_is_counted_also_after_a_restart() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", None, Some(YUAN))).await;
    let token = thrifty.token.as_str();
    assert_eq!(spent(&rig).await.uncounted_calls, 0);
    for model in [UNKNOWN, MODEL, FREE, UNKNOWN] {
        ask(&rig, token, model).await;
    }
    // Nothing was charged for these.
    for model in ["acme/unheard-of", "sim/status-500"] {
        let body = long_chat(model, 0);
        let seen = ask_as(&rig, token, "/v1/chat/completions", &body).await;
        assert_ne!(seen.status, 200);
    }
    let models = rig.client.get(rig.url("/v1/models")).bearer_auth(token);
    assert_eq!(models.send().await.unwrap().status(), 200);
    // Another token's calls are not this one's.
    assert_eq!(rig.chat(UNKNOWN).await.status(), 200);
    assert_eq!(spent(&rig).await.uncounted_calls, 2);
    let rig = rig.restart().await;
    assert_eq!(spent(&rig).await.uncounted_calls, 2);
    ask(&rig, token, UNKNOWN).await;
    assert_eq!(spent(&rig).await.uncounted_calls, 3);
}

#[tokio::test]
async fn what_is_paid_in_another_currency_is_counted() {
    let abroad = Account::new("abroad", sample_key("abroad")).with_balance(0, 1_000 * NANO);
    let line = format!("{} abroad site=com", abroad.keys[0]);
    let com = Simulator::start(Script::with_accounts(vec![abroad]))
        .await
        .expect("a simulator");
    let rig = Rig::with(RigOptions {
        com: Some(com.base_url()),
        clock: Some(noon()),
        more_keys: vec![line],
        ..RigOptions::with_accounts(Vec::new())
    })
    .await;
    let yuan = create(&rig, "yuan", budget("CNY", None, Some(YUAN))).await;
    for number in 0..2 {
        assert_eq!(chat_as(&rig, &yuan.token, number).await.status, 200);
    }
    let told = spent(&rig).await;
    assert_eq!((told.month_nano, told.uncounted_calls), (0, 2));
    let change = flowkeep_contract::UpdateClientRequest {
        id: yuan.client.id,
        name: None,
        limits: Some(budget("USD", None, Some(YUAN))),
        capture_minutes: None,
    };
    rig.app.update_client(change).await.unwrap();
    let told = spent(&rig).await;
    assert!(told.month_nano > 0, "{told:?}");
    assert_eq!(told.uncounted_calls, 0);
}
