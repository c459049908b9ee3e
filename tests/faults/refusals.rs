//! What the upstream refuses for everybody, and what one model cannot do.

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, Rig, Seen};

use crate::ledger::{OTHER_MODEL, is_unpenalised, with_status};

/// F11: a request's own fault is nobody else's, and comes back word for word.
#[tokio::test]
async fn a_bad_request_is_asked_once_and_penalises_nobody() {
    const WORDS: &str =
        r#"{ "code":20015, "message":"余额不足? suspended, rate limit", "data":null }"#;
    let rig = Rig::start().await;
    let behaviour = Behaviour::Status {
        status: 400,
        body: Some(WORDS.to_owned()),
        retry_after: None,
    };
    rig.simulator.set_behaviour(Scope::All, behaviour);
    let mut clients = Vec::new();
    for number in 0..100 {
        clients.push(rig.ask_chat(MODEL, number % 2 == 0).await);
    }
    for seen in &clients {
        assert_eq!((seen.status, seen.text().as_str()), (400, WORDS));
        assert!(seen.error().is_empty(), "the answer is the upstream's");
    }
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Rejected && row.attempts == 1)
    );
    assert_eq!(with_status(&rig.upstream_hits().await, 400), 100);
    assert!(is_unpenalised(&rig.keys().await));
}

/// F11, for the other statuses that are the request's own.
#[tokio::test]
async fn no_client_error_is_repeated() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for status in [404, 413, 415, 422, 451] {
        rig.simulator
            .set_behaviour(Scope::All, Behaviour::status(status));
        clients.push(rig.ask_chat(MODEL, false).await);
        clients.push(rig.ask_message(MODEL, true).await);
    }
    let statuses: Vec<u16> = clients.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [404, 404, 413, 413, 415, 415, 422, 422, 451, 451]);
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Rejected && row.attempts == 1)
    );
    assert!(is_unpenalised(&rig.keys().await));
}

/// F12: a model that fails is tried twice, and only its own requests suffer.
#[tokio::test]
async fn a_failing_model_does_not_take_others_along() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::Model(MODEL.into()), Behaviour::status(500));
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(rig.ask_chat(MODEL, false).await);
        clients.push(rig.ask_chat(OTHER_MODEL, false).await);
    }
    for pair in clients.chunks(2) {
        assert_eq!((pair[0].status, pair[0].attempts()), (500, 2));
        assert_eq!((pair[1].status, pair[1].attempts()), (200, 1));
    }
    let rows = rig.agree(&clients).await;
    let failed = rows
        .iter()
        .filter(|row| row.outcome == Outcome::UpstreamFailed);
    assert_eq!(failed.count(), 5);
    assert!(is_unpenalised(&rig.keys().await));
}

/// A busy model is asked again twice, never held against an account.
#[tokio::test]
async fn a_busy_model_is_asked_three_times() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::status(503));
    let busy = rig.ask_chat(MODEL, false).await;
    assert_eq!((busy.status, busy.attempts()), (503, 3));
    assert_eq!(busy.json()["code"], 50505, "the upstream's own words");
    let once = Behaviour::StatusThenOk {
        status: 503,
        body: None,
        retry_after: None,
        times: 2,
    };
    rig.simulator.set_behaviour(Scope::All, once);
    let good = rig.ask_chat(MODEL, false).await;
    assert_eq!((good.status, good.attempts()), (200, 3));
    let clients: Vec<Seen> = vec![busy, good];
    rig.agree(&clients).await;
    assert!(is_unpenalised(&rig.keys().await));
}
