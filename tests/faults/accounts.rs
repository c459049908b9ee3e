//! Accounts and keys that the upstream refuses.

use flowkeep_contract::{KeyState, Outcome};
use flowkeep_simulator::{Account, Behaviour, Metric, NANO, Scope, Script, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use futures_util::stream::{self, StreamExt as _};

use crate::ledger::{OTHER_MODEL, by_hand, is_unpenalised, key, of, serves, with_status};

/// One revoked key, one account without balance, one at its limit, a good one.
async fn mixed() -> Rig {
    let account = |id: &str| Account::new(id, sample_key(id));
    let accounts = vec![
        account("exhausted").with_balance(0, 0),
        account("limited").with_limit("*", Metric::Rpm, 1),
        account("good"),
    ];
    Rig::with(RigOptions {
        more_keys: vec![format!("{} revoked", sample_key("revoked"))],
        ..RigOptions::with_accounts(accounts)
    })
    .await
}

/// Each key of [`mixed`] says what is wrong with it.
async fn reasons_are_named(rig: &Rig) {
    let is_known = |state| state == KeyState::Unauthorized;
    let keys = rig
        .keys_become(|keys| is_known(key(keys, "revoked").state))
        .await;
    let revoked = key(&keys, "revoked").reason.clone().unwrap();
    assert_eq!(
        (revoked.status, revoked.vendor_code),
        (Some(401), Some(30014))
    );
    assert!(revoked.text.contains("Token is invalid"), "{revoked:?}");

    let exhausted = key(&keys, "exhausted");
    assert_eq!(exhausted.state, KeyState::Exhausted);
    let reason = exhausted.reason.clone().unwrap();
    assert_eq!(
        (reason.status, reason.vendor_code),
        (Some(402), Some(30001))
    );
    assert!(reason.next_retry_ms.unwrap() > reason.since_ms);

    let limited = key(&keys, "limited");
    assert!(serves(limited), "{limited:?}");
    assert_eq!(limited.cooling.len(), 1, "{limited:?}");
    assert_eq!(limited.cooling[0].model, MODEL);
    let reason = &limited.cooling[0].reason;
    assert_eq!(reason.status, Some(429));
    assert!(reason.text.contains("RPM"), "{reason:?}");
    assert!(reason.next_retry_ms.unwrap() > reason.since_ms);

    let good = key(&keys, "good");
    assert_eq!((good.state, good.reason.as_ref()), (KeyState::Usable, None));
    assert!(good.cooling.is_empty());
}

/// Done-when 5 (F5, F8, F9): 200 of 200, one wasted request per bad account.
#[tokio::test]
async fn two_hundred_chats_succeed_with_one_good_account_of_four() {
    let rig = mixed().await;
    let mut clients = Vec::new();
    for _ in 0..200 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Success));
    let hits = rig.upstream_hits().await;
    assert_eq!(with_status(&hits, 200), 200);
    for refusal in [401, 402, 429] {
        assert_eq!(with_status(&hits, refusal), 1, "one {refusal} is enough");
    }
    assert_eq!(of(&hits, "limited").len(), 2);
    reasons_are_named(&rig).await;
}

/// Done-when 5, as streams, sixteen at a time.
#[tokio::test]
async fn two_hundred_streams_succeed_sixteen_at_a_time() {
    let rig = mixed().await;
    let clients: Vec<Seen> = stream::iter(0..200)
        .map(|_| rig.ask_chat(MODEL, true))
        .buffer_unordered(16)
        .collect()
        .await;
    assert!(clients.iter().all(Seen::is_whole));
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.stream && row.outcome == Outcome::Success)
    );
    let hits = rig.upstream_hits().await;
    assert_eq!(with_status(&hits, 200), 200);
    // Only what was under way when the first refusals came is wasted.
    assert!(hits.len() <= 200 + 16, "{} upstream requests", hits.len());
    reasons_are_named(&rig).await;
}

/// F5: a 401 in traffic is confirmed by `GET /models`, then the key is out.
#[tokio::test]
async fn a_revoked_key_is_confirmed_once_and_left_alone() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::Key(sample_key("alpha")), Behaviour::status(401));
    let mut clients = Vec::new();
    for _ in 0..30 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    let keys = rig
        .keys_become(|keys| key(keys, "alpha").state == KeyState::Unauthorized)
        .await;
    assert!(serves(key(&keys, "beta")) && serves(key(&keys, "gamma")));
    let hits = rig.upstream_hits().await;
    assert_eq!(with_status(&hits, 401), 1);
    assert_eq!(rig.hits("/v1/models").len(), 1, "one confirming question");
}

/// F5: one hiccup of the upstream's login takes no key out.
#[tokio::test]
async fn a_single_401_that_the_models_do_not_confirm_is_forgiven() {
    let rig = Rig::start().await;
    let hiccup = Behaviour::StatusThenOk {
        status: 401,
        body: None,
        retry_after: None,
        times: 1,
    };
    let alpha = Scope::AccountModel("alpha".into(), MODEL.into());
    rig.simulator.set_behaviour(alpha, hiccup);
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    rig.keys_become(|keys| key(keys, "alpha").state == KeyState::Usable)
        .await;
    for _ in 0..6 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    let hits = rig.upstream_hits().await;
    assert_eq!(with_status(&hits, 401), 1);
    assert!(of(&hits, "alpha").iter().any(|hit| hit.status == 200));
    assert!(is_unpenalised(&rig.keys().await));
}

/// F6: each key is asked once; then nobody is asked any more.
#[tokio::test]
async fn when_all_keys_are_revoked_there_is_no_storm() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::status(401));
    let mut clients = vec![rig.ask_chat(MODEL, false).await];
    assert_eq!(
        (clients[0].status, clients[0].error()),
        (503, "no_usable_key")
    );
    assert_eq!(rig.upstream_hits().await.len(), 3, "one per key");
    let out = |keys: &flowkeep_contract::KeyList| {
        keys.keys
            .iter()
            .all(|key| key.state == KeyState::Unauthorized)
    };
    rig.keys_become(out).await;
    for stream in [false, true].repeat(10) {
        clients.push(rig.ask_chat(MODEL, stream).await);
    }
    for seen in &clients[1..] {
        assert_eq!(
            (seen.status, seen.error(), seen.attempts()),
            (503, "no_usable_key", 0)
        );
        assert!(seen.text().contains("3 unauthorized"), "{}", seen.text());
    }
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Refused));
    assert_eq!(
        rig.hits("/v1/models").len(),
        3,
        "one confirming question per key"
    );
}

/// F7: what one account may not do with one model stays between the two.
#[tokio::test]
async fn a_missing_real_name_cools_one_account_on_one_model() {
    let rig = Rig::start().await;
    let alpha = Scope::AccountModel("alpha".into(), MODEL.into());
    rig.simulator.set_behaviour(alpha, Behaviour::RealName403);
    let mut clients = Vec::new();
    for model in [MODEL, OTHER_MODEL].repeat(9) {
        clients.push(rig.ask_chat(model, false).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    let hits = rig.upstream_hits().await;
    let on = |model: &str| {
        let hits = of(&hits, "alpha");
        hits.into_iter()
            .filter(|hit| hit.model.as_deref() == Some(model))
            .count()
    };
    assert_eq!(on(MODEL), 1);
    assert!(
        on(OTHER_MODEL) > 1,
        "the other model still uses the account"
    );
    let keys = rig.keys().await;
    let alpha = key(&keys, "alpha");
    assert!(serves(alpha), "{alpha:?}");
    assert_eq!(alpha.cooling.len(), 1);
    assert_eq!(alpha.cooling[0].model, MODEL);
    assert_eq!(alpha.cooling[0].reason.status, Some(403));
    assert!(key(&keys, "beta").cooling.is_empty() && key(&keys, "gamma").cooling.is_empty());
}

/// F8: an empty account rests, for all models, and is back after a top-up.
#[tokio::test]
async fn an_exhausted_account_rests_until_it_is_topped_up() {
    for status in [402, 403] {
        let poor = Account::new("poor", sample_key("poor")).with_balance(0, 0);
        let rich = Account::new("rich", sample_key("rich"));
        let mut options = RigOptions::with_accounts(vec![poor.clone(), rich]);
        options.script = Script {
            exhausted_status: status,
            ..options.script
        };
        let (clock, options) = by_hand(options);
        let rig = Rig::with(options).await;
        let mut clients = Vec::new();
        for model in [MODEL, OTHER_MODEL].repeat(5) {
            clients.push(rig.ask_chat(model, false).await);
        }
        let reason = key(&rig.keys().await, "poor").reason.clone().unwrap();
        assert_eq!(
            (reason.status, reason.vendor_code),
            (Some(status), Some(30001))
        );
        assert_eq!(of(&rig.upstream_hits().await, "poor").len(), 1);

        rig.simulator.set_account(poor.with_balance(0, NANO));
        clients.push(rig.ask_chat(MODEL, false).await);
        assert_eq!(
            of(&rig.upstream_hits().await, "poor").len(),
            1,
            "not due yet"
        );
        clock.advance_ms(15 * 60_000);
        clients.push(rig.ask_chat(MODEL, false).await);
        assert_eq!(
            of(&rig.upstream_hits().await, "poor").len(),
            2,
            "due: asked again"
        );
        let keys = rig.keys().await;
        let back = key(&keys, "poor");
        assert_eq!((back.state, back.reason.as_ref()), (KeyState::Usable, None));
        assert!(clients.iter().all(Seen::is_whole));
        rig.agree(&clients).await;
    }
}
