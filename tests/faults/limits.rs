//! Rate limits: of one account, and above all of them.

use std::time::Duration;

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use futures_util::stream::{self, StreamExt as _};

use crate::ledger::{by_hand, is_unpenalised, key, of, with_status};

fn too_many(body: Option<&str>, retry_after: Option<u64>) -> Behaviour {
    Behaviour::Status {
        status: 429,
        body: body.map(str::to_owned),
        retry_after,
    }
}

/// How a gateway in front of all accounts refuses: without naming a window.
const NAMELESS: Option<&str> = Some(r#"{"message":"Too many requests","data":null}"#);

/// F9: another account answers at once; the limited one is back after 2 to 3 s.
#[tokio::test]
async fn retry_after_is_kept_by_the_one_account_that_got_it() {
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    rig.simulator
        .set_behaviour(Scope::Account("alpha".into()), too_many(None, Some(2)));
    let mut clients = Vec::new();
    for _ in 0..9 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    let moved: Vec<&Seen> = clients.iter().filter(|seen| seen.attempts() == 2).collect();
    assert_eq!(moved.len(), 1, "the account is asked once");
    println!("F9: another account had answered after {:?}", moved[0].took);
    assert!(
        moved[0].took < Duration::from_secs(1),
        "{:?}",
        moved[0].took
    );
    let keys = rig.keys().await;
    assert_eq!(key(&keys, "alpha").cooling[0].model, MODEL);
    assert!(key(&keys, "beta").cooling.is_empty() && key(&keys, "gamma").cooling.is_empty());

    rig.simulator.clear_behaviours();
    clock.advance_ms(1_900);
    for _ in 0..6 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert_eq!(
        of(&rig.upstream_hits().await, "alpha").len(),
        1,
        "too early"
    );
    clock.advance_ms(1_100);
    for _ in 0..6 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert!(
        of(&rig.upstream_hits().await, "alpha").len() > 1,
        "back within 3 s"
    );
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    assert!(is_unpenalised(&rig.keys().await));
}

/// F10: a limit above the accounts is not searched through, and is over with it.
#[tokio::test]
async fn a_limit_on_everybody_costs_two_requests_and_one_second() {
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    rig.simulator
        .set_behaviour(Scope::All, too_many(NAMELESS, None));
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    for seen in &clients {
        assert_eq!(seen.status, 429);
        assert!(seen.attempts() <= 2, "{} attempts", seen.attempts());
        let wait: u64 = seen
            .header("retry-after")
            .parse()
            .expect("when to come back");
        assert!((1..=2).contains(&wait), "retry after {wait} s");
    }
    assert_eq!(clients[0].attempts(), 2);
    assert_eq!(
        clients[0].text(),
        NAMELESS.unwrap(),
        "the upstream's own words"
    );
    assert_eq!(clients[4].error(), "cooling_down", "nobody is left to ask");

    rig.simulator.clear_behaviours();
    clock.advance_ms(1_000);
    for _ in 0..6 {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
    assert!(clients[5..].iter().all(Seen::is_whole));
    let rows = rig.agree(&clients).await;
    assert!(rows[..5].iter().all(|row| row.outcome == Outcome::Refused));
    assert!(is_unpenalised(&rig.keys().await));
}

/// F10, with forty requests at a time.
#[tokio::test]
async fn a_limit_on_everybody_is_not_multiplied_under_load() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, too_many(NAMELESS, None));
    let clients: Vec<Seen> = stream::iter(0..40)
        .map(|number| rig.ask_chat(MODEL, number % 2 == 0))
        .buffer_unordered(40)
        .collect()
        .await;
    assert!(clients.iter().all(|seen| seen.status == 429));
    assert!(clients.iter().all(|seen| seen.attempts() <= 2));
    assert!(
        clients
            .iter()
            .all(|seen| !seen.header("retry-after").is_empty())
    );
    rig.agree(&clients).await;
}

/// Every account at its own limit: each is asked once, then the client is told
/// when to come back and the upstream is spared.
#[tokio::test]
async fn when_all_accounts_are_at_their_limit_the_client_is_told_when() {
    let (_clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::status(429));
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(rig.ask_chat(MODEL, true).await);
    }
    assert!(clients.iter().all(|seen| seen.status == 429));
    for seen in &clients {
        let wait: u64 = seen
            .header("retry-after")
            .parse()
            .expect("when to come back");
        assert!((55..=66).contains(&wait), "a minute's window: {wait} s");
    }
    let hits = rig.upstream_hits().await;
    assert_eq!((hits.len(), with_status(&hits, 429)), (3, 3));
    rig.agree(&clients).await;
}
