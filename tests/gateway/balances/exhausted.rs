//! F8: an account without balance is drained, and picked again when it has some.

use flowkeep_contract::{KeyState, SetBalanceRequest};
use flowkeep_core::vault::VaultChoice;
use flowkeep_simulator::{Account, NANO as YUAN, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};

use super::{NANO, key, refresh, set_balance, tell_balances};

fn account(name: &str, yuan: i64) -> Account {
    Account::new(name, sample_key(name)).with_balance(0, yuan * YUAN)
}

/// `empty` is tried first and found exhausted; `full` answers.
async fn drained() -> Rig {
    let rig = Rig::with(RigOptions {
        settings: "strategy = \"fill-first\"".to_owned(),
        ..RigOptions::with_accounts(vec![account("empty", 0), account("full", 100)])
    })
    .await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.attempts()), (200, 2));
    assert_eq!(state(&rig).await, KeyState::Exhausted);
    rig
}

async fn state(rig: &Rig) -> KeyState {
    key(&rig.keys().await, "empty").state
}

async fn account_of_a_chat(rig: &Rig) -> String {
    let seen = rig.ask_chat(MODEL, false).await;
    assert!(seen.is_whole(), "{}", seen.text());
    seen.header("x-flowkeep-account").to_owned()
}

#[tokio::test]
async fn a_reported_balance_lets_an_account_try_again() {
    let rig = drained().await;
    tell_balances(&rig);
    refresh(&rig).await;
    assert_eq!(
        state(&rig).await,
        KeyState::Exhausted,
        "nothing is told of it"
    );
    assert_eq!(account_of_a_chat(&rig).await, "full");
    rig.simulator.set_account(account("empty", 20));
    refresh(&rig).await;
    assert_eq!(state(&rig).await, KeyState::Usable);
    assert_eq!(account_of_a_chat(&rig).await, "empty");
}

/// The upstream tells a balance and refuses all the same: it is tried once per
/// value, not with every refresh.
#[tokio::test]
async fn the_same_balance_is_no_news() {
    let rig = drained().await;
    tell_balances(&rig);
    // Told is 20; asked for a chat, the upstream says that there is nothing.
    rig.simulator.set_account(account("empty", 20));
    let refused = flowkeep_simulator::Behaviour::Code { code: 30_001 };
    let chats = flowkeep_simulator::Scope::AccountModel("empty".to_owned(), MODEL.to_owned());
    rig.simulator.set_behaviour(chats, refused);
    refresh(&rig).await;
    assert_eq!(state(&rig).await, KeyState::Usable);
    assert_eq!(account_of_a_chat(&rig).await, "full");
    assert_eq!(state(&rig).await, KeyState::Exhausted);
    refresh(&rig).await;
    assert_eq!(state(&rig).await, KeyState::Exhausted, "20 was tried");
    for yuan in [0, 20] {
        rig.simulator.set_account(account("empty", yuan));
        refresh(&rig).await;
    }
    assert_eq!(state(&rig).await, KeyState::Usable, "topped up again");
}

#[tokio::test]
async fn a_typed_balance_lets_an_account_try_again() {
    let rig = drained().await;
    rig.simulator.set_account(account("empty", 20));
    set_balance(&rig, "empty", Some(0)).await;
    assert_eq!(state(&rig).await, KeyState::Exhausted, "0 is none");
    set_balance(&rig, "empty", Some(-NANO)).await;
    assert_eq!(state(&rig).await, KeyState::Exhausted);
    set_balance(&rig, "empty", None).await;
    assert_eq!(state(&rig).await, KeyState::Exhausted, "unknown");
    set_balance(&rig, "empty", Some(20 * NANO)).await;
    // As it was imported; nobody has asked about it yet.
    assert_eq!(state(&rig).await, KeyState::Unchecked);
    assert_eq!(account_of_a_chat(&rig).await, "empty");
}

/// What was known when it was found exhausted is no news after a restart.
#[tokio::test]
async fn a_restart_is_no_reason_to_try_again() {
    let rig = Rig::with(RigOptions {
        vault: VaultChoice::File,
        settings: "strategy = \"fill-first\"".to_owned(),
        ..RigOptions::with_accounts(vec![account("empty", 0), account("full", 100)])
    })
    .await;
    set_balance(&rig, "empty", Some(20 * NANO)).await;
    assert_eq!(account_of_a_chat(&rig).await, "full");
    let before = key(&rig.keys().await, "empty").clone();
    assert_eq!(before.state, KeyState::Exhausted);
    let rig = rig.restart().await;
    let after = key(&rig.keys().await, "empty").clone();
    assert_eq!((after.state, after.reason), (before.state, before.reason));
    assert_eq!(after.balance, before.balance);
}

/// No balance takes an account out: vouchers are invisible to the API.
#[tokio::test]
async fn nothing_left_takes_no_account_out() {
    let rig = Rig::start().await;
    for label in ["alpha", "beta", "gamma"] {
        set_balance(&rig, label, Some(-5 * NANO)).await;
    }
    assert_eq!(rig.chats(MODEL, 3).await.count(200), 3);
    let keys = rig.keys().await.keys;
    assert!(keys.iter().all(|key| key.state != KeyState::Exhausted));
}

#[tokio::test]
async fn a_balance_is_set_for_an_account_that_is_there() {
    let rig = Rig::start().await;
    let account_id = key(&rig.keys().await, "alpha").account_id.clone();
    let request = |account_id: &str, currency: Option<&str>| SetBalanceRequest {
        account_id: account_id.to_owned(),
        nano: Some(NANO),
        currency: currency.map(str::to_owned),
    };
    for (id, currency) in [("nobody", None), (&*account_id, Some("EUR"))] {
        let set = rig.app.set_balance(request(id, currency)).await;
        assert!(set.is_err(), "{id} {currency:?}");
    }
    assert_eq!(key(&rig.keys().await, "alpha").balance, None);
    rig.app
        .set_balance(request(&account_id, Some("usd")))
        .await
        .expect("set");
    // Typed again without a currency, it stays what it was.
    rig.app
        .set_balance(request(&account_id, None))
        .await
        .expect("set");
    let balance = key(&rig.keys().await, "alpha").balance.clone();
    assert_eq!(
        balance.map(|balance| balance.currency).as_deref(),
        Some("USD")
    );
}
