//! Refreshing: what it finds, alone and all together, offline, called off.

use flowkeep_contract::{
    BalanceFailureReason, BalanceSource, Empty, ErrorCode, Event, KeyState, RefreshRequest,
};
use flowkeep_simulator::{Account, Behaviour, NANO as YUAN, Scope, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};
use tokio_util::task::TaskTracker;

use super::{MODELS, NANO, USER_INFO, event, import, key, on_route, refresh, tell_balances};

/// Exact, in the site's currency, with the time; the richest account serves next.
#[tokio::test]
async fn reported_balances_are_exact_and_used() {
    let rig = Rig::start().await;
    let mut account = Account::new("beta", sample_key("beta"));
    account = account.with_balance(YUAN / 10, 200 * YUAN + 234_567_891);
    rig.simulator.set_account(account);
    tell_balances(&rig);
    let before_ms = rig.app.now().unix_ms;
    let report = refresh(&rig).await;
    assert_eq!((report.checked, report.valid, report.balances), (3, 3, 3));
    // Three balances, and three keys that were not checked at the import.
    assert_eq!((report.changed, report.balances_failed), (6, 0));
    assert!(!report.cancelled && report.ended_at_ms >= before_ms);
    let keys = rig.keys().await;
    let told: Vec<_> = keys
        .keys
        .iter()
        .map(|key| {
            let balance = key.balance.as_ref().expect("a balance");
            assert_eq!(balance.source, BalanceSource::Reported);
            assert_eq!(balance.currency, "CNY");
            assert!(balance.as_of_ms >= before_ms);
            assert_eq!((key.state, &key.balance_failure), (KeyState::Usable, &None));
            balance.nano
        })
        .collect();
    assert_eq!(told, [100 * NANO, 200_334_567_891, 7 * NANO]);
    let again = refresh(&rig).await;
    assert_eq!((again.valid, again.changed), (3, 0), "all is as it was");
    assert_eq!(
        rig.ask_chat(MODEL, false)
            .await
            .header("x-flowkeep-account"),
        "beta"
    );
}

/// A key that was put back serves again; one that was revoked is asked about
/// twice before it is out.
#[tokio::test]
async fn keys_get_well_and_are_found_out() {
    let rig = Rig::with(RigOptions {
        import: false,
        ..RigOptions::default()
    })
    .await;
    import(&rig, &["alpha", "beta", "later"]).await;
    rig.simulator.ledger().clear();
    let report = refresh(&rig).await;
    assert_eq!((report.valid, report.invalid), (2, 1));
    let keys = rig.keys().await;
    let later = key(&keys, "later");
    assert_eq!(later.state, KeyState::Unauthorized);
    assert_eq!(later.reason.as_ref().and_then(|why| why.status), Some(401));
    assert!(
        later
            .reason
            .as_ref()
            .is_some_and(|why| why.next_retry_ms.is_some())
    );
    let failure = later.balance_failure.as_ref().map(|failure| failure.reason);
    assert_eq!(failure, Some(BalanceFailureReason::Unauthorized));
    assert_eq!(rig.hits(MODELS).len(), 4, "the unknown one was asked twice");

    rig.simulator.ledger().clear();
    let report = refresh(&rig).await;
    assert_eq!(
        (report.invalid, report.changed),
        (1, 0),
        "it is out already"
    );
    assert_eq!(rig.hits(MODELS).len(), 3);

    rig.simulator
        .set_account(Account::new("later", sample_key("later")));
    let report = refresh(&rig).await;
    assert_eq!((report.valid, report.invalid, report.changed), (3, 0, 1));
    assert!(
        rig.keys()
            .await
            .keys
            .iter()
            .all(|key| key.state == KeyState::Usable)
    );
}

/// One hiccup of the upstream's login takes no key out.
#[tokio::test]
async fn one_401_is_asked_about_again() {
    let rig = Rig::start().await;
    let hiccup = Behaviour::StatusThenOk {
        status: 401,
        body: None,
        retry_after: None,
        times: 1,
    };
    rig.simulator
        .set_behaviour(Scope::Account("beta".to_owned()), hiccup);
    let report = refresh(&rig).await;
    assert_eq!((report.valid, report.invalid), (3, 0));
}

/// Offline nothing changes but the ages.
#[tokio::test]
async fn offline_everything_stays_as_it_was() {
    let rig = Rig::start().await;
    tell_balances(&rig);
    refresh(&rig).await;
    let before = rig.keys().await;
    rig.simulator.stop().await;
    let report = refresh(&rig).await;
    assert_eq!((report.checked, report.valid, report.failed), (3, 0, 3));
    assert_eq!((report.changed, report.balances_failed), (0, 3));
    let mut after = rig.keys().await;
    for key in &mut after.keys {
        let failure = key.balance_failure.take().expect("a stale mark");
        assert_eq!(failure.reason, BalanceFailureReason::Unanswered);
    }
    assert_eq!(after, before);
    // Back again, the marks are gone.
    rig.simulator.restart().await.expect("the port again");
    let report = refresh(&rig).await;
    assert_eq!((report.valid, report.balances), (3, 3));
    assert!(
        rig.keys()
            .await
            .keys
            .iter()
            .all(|key| key.balance_failure.is_none())
    );
}

/// F46: the list of models and the balances are down, and chats do not notice.
#[tokio::test]
async fn chats_go_on_while_the_other_routes_are_down() {
    let rig = Rig::start().await;
    tell_balances(&rig);
    refresh(&rig).await;
    for path in [MODELS, USER_INFO] {
        on_route(&rig, path, Behaviour::status(503));
    }
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    let report = refresh(&rig).await;
    assert_eq!((report.failed, report.changed), (3, 0));
    for key in &rig.keys().await.keys {
        assert_eq!(key.state, KeyState::Usable);
        assert!(key.balance.is_some(), "the last value stands");
        let failure = key.balance_failure.as_ref().expect("a stale mark");
        assert!(failure.text.contains("503"), "{failure:?}");
    }
    for _ in 0..10 {
        clients.push(rig.ask_chat(MODEL, true).await);
    }
    assert!(clients.iter().all(flowkeep_tests::Seen::is_whole));
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), clients.len());
    assert!(rows.iter().all(|row| row.attempts == 1));
}

/// Called off in the middle, it ends at once and leaves keys alone.
#[tokio::test]
async fn a_refresh_is_called_off() {
    let rig = Rig::start().await;
    on_route(&rig, MODELS, Behaviour::Delay { ms: 60_000 });
    let mut events = rig.app.subscribe();
    let app = rig.app.clone();
    let tasks = TaskTracker::new();
    let running = tasks.spawn(async move { app.refresh(RefreshRequest::default()).await });
    let begun = |event: &Event| matches!(event, Event::RefreshProgress(_));
    let Event::RefreshProgress(progress) = event(&mut events, begun).await else {
        unreachable!("only that was waited for");
    };
    assert_eq!((progress.done, progress.total), (0, 3));
    let status = rig.app.cancel_refresh(Empty {}).await.expect("a status");
    assert!(status.running.is_some());
    let report = running.await.expect("no panic").expect("a report");
    assert!(report.cancelled);
    assert_eq!((report.checked, report.changed), (0, 0));
    let ended = |event: &Event| matches!(event, Event::RefreshProgress(progress) if progress.report == Some(report));
    event(&mut events, ended).await;
    let status = rig.app.refreshing();
    assert_eq!((status.running, status.last), (None, Some(report)));
    let keys = rig.keys().await;
    assert!(keys.keys.iter().all(|key| key.state == KeyState::Unchecked));
    // With none under way there is nothing to call off.
    rig.app.cancel_refresh(Empty {}).await.expect("a status");
    rig.simulator.clear_behaviours();
    assert_eq!(refresh(&rig).await.valid, 3);
}

/// Two at once are one; one for something else waits for its turn.
#[tokio::test]
async fn there_is_one_refresh_at_a_time() {
    let rig = Rig::start().await;
    on_route(&rig, MODELS, Behaviour::Delay { ms: 200 });
    let alpha = key(&rig.keys().await, "alpha").account_id.clone();
    let only_alpha = || RefreshRequest {
        account_ids: Some(vec![alpha.clone()]),
    };
    let app = &rig.app;
    let (one, two, three) = tokio::join!(
        app.refresh(RefreshRequest::default()),
        app.refresh(RefreshRequest::default()),
        app.refresh(only_alpha()),
    );
    let one = one.expect("a report");
    assert_eq!(one, two.expect("a report"));
    assert_eq!(one, three.expect("a report"), "alpha is among all");
    assert_eq!(rig.hits(MODELS).len(), 3, "each was asked once");

    let (narrow, wide) = tokio::join!(
        app.refresh(only_alpha()),
        app.refresh(RefreshRequest::default()),
    );
    assert_eq!(narrow.expect("a report").checked, 1);
    assert_eq!(wide.expect("a report").checked, 3);
    assert_eq!(rig.hits(MODELS).len(), 7);

    let nobody = RefreshRequest {
        account_ids: Some(vec![alpha.clone(), "nobody".to_owned()]),
    };
    let error = app.refresh(nobody).await.expect_err("there is no such");
    assert_eq!(error.code, ErrorCode::NotFound);
}

/// Keys that the user switched off are left alone.
#[tokio::test]
async fn switched_off_keys_are_not_asked_about() {
    let rig = Rig::start().await;
    let off = flowkeep_contract::SetKeyRequest {
        ids: vec![key(&rig.keys().await, "beta").id.clone()],
        enabled: Some(false),
        ..flowkeep_contract::SetKeyRequest::default()
    };
    rig.app.set_key(off).await.expect("switched off");
    assert_eq!(refresh(&rig).await.checked, 2);
    assert!(rig.simulator.ledger().for_account("beta").is_empty());
}

/// A site that answers nothing is not asked ten thousand times.
#[tokio::test]
async fn a_silent_site_is_given_up() {
    let accounts = (0..40).map(|n| {
        let name = format!("acc{n}x");
        Account::new(&*name, sample_key(&name))
    });
    let rig = Rig::with(RigOptions::with_accounts(accounts.collect())).await;
    on_route(&rig, MODELS, Behaviour::status(503));
    let report = refresh(&rig).await;
    assert_eq!((report.checked, report.failed), (40, 40));
    let asked = rig.hits(MODELS).len();
    // Eight at a time may be under way when it is seen.
    assert!((8..=16).contains(&asked), "{asked}");
    rig.simulator.clear_behaviours();
    assert_eq!(refresh(&rig).await.valid, 40, "the next one asks again");
}
