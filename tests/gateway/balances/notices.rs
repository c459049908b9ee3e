//! What is worth a notification: a low balance, no key left, keys again.

use flowkeep_contract::{Event, Notice};
use flowkeep_simulator::{Account, Behaviour, NANO as YUAN, Scope, sample_key};
use flowkeep_tests::{MODEL, Rig};

use super::{NANO, event, key, priced, refresh, set_balance, tell_balances};

fn is_notice(event: &Event) -> bool {
    matches!(event, Event::Notice(_))
}

/// Notices that come until the engine has looked at everything once more.
async fn notice(events: &mut tokio::sync::broadcast::Receiver<Event>) -> Notice {
    match event(events, is_notice).await {
        Event::Notice(notice) => notice,
        other => unreachable!("only notices were waited for: {other:?}"),
    }
}

/// The default limit is 5 units of the account's currency.
#[tokio::test]
async fn a_low_balance_is_told_once() {
    let rig = Rig::start().await;
    tell_balances(&rig);
    refresh(&rig).await;
    let mut events = rig.app.subscribe();
    let beta = Account::new("beta", sample_key("beta"));
    rig.simulator.set_account(beta.with_balance(YUAN, 4 * YUAN));
    refresh(&rig).await;
    let account_id = key(&rig.keys().await, "beta").account_id.clone();
    let low = Notice::LowBalance {
        account_id,
        account: "beta".to_owned(),
        nano: 5 * NANO,
        currency: "CNY".to_owned(),
    };
    assert_eq!(notice(&mut events).await, low);
    // Told again of the same, nobody hears of it; gamma is the next.
    refresh(&rig).await;
    let gamma = Account::new("gamma", sample_key("gamma"));
    rig.simulator.set_account(gamma.with_balance(0, -YUAN));
    refresh(&rig).await;
    let next = notice(&mut events).await;
    assert!(
        matches!(&next, Notice::LowBalance { account, nano, .. }
            if account == "gamma" && *nano == -NANO),
        "{next:?}"
    );
}

/// Spending alone brings a balance down to the limit.
#[tokio::test]
async fn an_estimate_gets_low_as_well() {
    let rig = Rig::with(priced()).await;
    // A nano-unit above 5: the first chat with a price crosses it.
    set_balance(&rig, "alpha", Some(5 * NANO + 1)).await;
    let mut events = rig.app.subscribe();
    assert_eq!(rig.chats(MODEL, 3).await.count(200), 3);
    let low = notice(&mut events).await;
    assert!(
        matches!(&low, Notice::LowBalance { account, nano, .. }
            if account == "alpha" && *nano < 5 * NANO),
        "{low:?}"
    );
}

#[tokio::test]
async fn a_pool_without_a_key_is_told_and_so_is_its_return() {
    let rig = Rig::start().await;
    let mut events = rig.app.subscribe();
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::Code { code: 30_001 });
    let seen = rig.ask_chat(MODEL, false).await;
    assert!(!seen.is_whole(), "{}", seen.text());
    assert_eq!(notice(&mut events).await, Notice::AllKeysDown { keys: 3 });
    rig.simulator.clear_behaviours();
    set_balance(&rig, "beta", Some(50 * NANO)).await;
    assert_eq!(notice(&mut events).await, Notice::KeysAreBack { usable: 1 });
    assert!(rig.ask_chat(MODEL, false).await.is_whole());
}
