//! Connections that cannot be made or end without an answer.

use std::time::{Duration, Instant};

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, Rig, Seen};
use futures_util::future::join_all;
use serde_json::json;

use crate::ledger::{is_unpenalised, of};

/// F1: nothing listens. It is said fast, held against nobody, and over with it.
#[tokio::test]
async fn an_upstream_that_is_not_there_is_said_fast_and_forgotten() {
    let rig = Rig::start().await;
    let before = rig.ask_chat(MODEL, false).await;
    rig.simulator.stop().await;
    let mut clients = Vec::new();
    for stream in [false, true, false, true] {
        clients.push(rig.ask_chat(MODEL, stream).await);
        clients.push(rig.ask_message(MODEL, stream).await);
    }
    for seen in &clients {
        assert_eq!((seen.status, seen.error()), (502, "upstream_unreachable"));
        assert_eq!(seen.attempts(), 3);
        assert!(seen.json()["error"]["message"].is_string());
    }
    let fastest = clients.iter().map(|seen| seen.took).min().unwrap();
    println!("F1: 502 after {fastest:?} at best");
    assert!(fastest <= Duration::from_millis(200), "{fastest:?}");
    assert!(is_unpenalised(&rig.keys().await));

    rig.simulator.restart().await.unwrap();
    let after = rig.ask_chat(MODEL, true).await;
    assert!(before.is_whole() && after.is_whole());
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 10);
    for row in &rows[1..9] {
        assert_eq!(
            (row.outcome, row.status, row.attempts),
            (Outcome::UpstreamFailed, 502, 3)
        );
    }
    assert_eq!((rows[9].outcome, rows[9].attempts), (Outcome::Success, 1));
    assert_eq!(rig.upstream_hits().await.len(), 2, "the good ones");
}

/// F3: a reset instead of an answer: inference once more, then it is told.
#[tokio::test]
async fn a_reset_without_an_answer_is_repeated_once_for_a_chat() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::ResetBeforeHeaders);
    let mut clients = Vec::new();
    for stream in [false, true] {
        clients.push(rig.ask_chat(MODEL, stream).await);
        clients.push(rig.ask_message(MODEL, stream).await);
    }
    for seen in &clients {
        assert_eq!((seen.status, seen.error()), (502, "upstream_no_answer"));
        assert_eq!(seen.attempts(), 2);
    }
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::UpstreamFailed)
    );
    assert_eq!(rig.upstream_hits().await.len(), 8);
    assert!(is_unpenalised(&rig.keys().await));
}

/// F3: the repeat finds an account that answers.
#[tokio::test]
async fn a_reset_of_one_account_is_answered_by_another() {
    let rig = Rig::start().await;
    rig.simulator.set_behaviour(
        Scope::Account("alpha".into()),
        Behaviour::ResetBeforeHeaders,
    );
    let mut clients = Vec::new();
    for _ in 0..9 {
        clients.push(rig.ask_chat(MODEL, true).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    assert!(!of(&rig.upstream_hits().await, "alpha").is_empty());
}

/// F3: what creates something is sent once and no more.
#[tokio::test]
async fn a_reset_without_an_answer_is_not_repeated_for_what_creates() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::ResetBeforeHeaders);
    let routes = [
        "files",
        "batches",
        "video/submit",
        "uploads/audio/voice",
        "fine_tuning/jobs",
    ];
    let mut clients = Vec::new();
    for route in routes {
        let path = format!("/v1/{route}");
        let seen = match route {
            "files" => upload(&rig, &path).await,
            _ => rig.ask(&path, &json!({"model": MODEL, "x": 1})).await,
        };
        clients.push(seen);
        assert_eq!(rig.hits(&path).len(), 1, "{route}");
    }
    for seen in &clients {
        assert_eq!((seen.status, seen.error()), (502, "upstream_no_answer"));
        assert_eq!(seen.attempts(), 1);
    }
    rig.agree(&clients).await;
}

async fn upload(rig: &Rig, path: &str) -> Seen {
    let request = rig.client.post(rig.url(path)).bearer_auth(&rig.token);
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    let sent = Instant::now();
    let response = request.body("--b\r\n\r\n\r\n--b--\r\n").send().await;
    Seen::read(response.unwrap(), sent).await
}

/// F4: the upstream closes idle connections just when the next request comes.
#[tokio::test]
async fn a_connection_that_closes_while_it_is_reused_costs_nobody_an_answer() {
    const IDLE_MS: u64 = 20;
    const REQUESTS: usize = 50;
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::CloseIdle { ms: IDLE_MS });
    // Four at a time, each connection reused at the moment of its end.
    let lane = async || {
        let mut seen = Vec::new();
        for number in 0..REQUESTS {
            seen.push(rig.ask_chat(MODEL, false).await);
            // Now a little before the end, now a little after.
            let early = u64::try_from(number % 5).unwrap();
            tokio::time::sleep(Duration::from_millis(IDLE_MS - early)).await;
        }
        seen
    };
    let clients = join_all([lane(), lane(), lane(), lane()]).await.concat();
    assert_eq!(
        clients.iter().filter(|seen| seen.is_whole()).count(),
        4 * REQUESTS
    );
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), clients.len());
    assert!(rows.iter().all(|row| row.outcome == Outcome::Success));
    let attempts: u32 = rows.iter().map(|row| row.attempts).sum();
    let hits = rig.upstream_hits().await;
    let completed = hits.iter().filter(|hit| hit.completed).count();
    println!(
        "F4: {} requests, {attempts} attempts, {} hits",
        clients.len(),
        hits.len()
    );
    assert_eq!(completed, clients.len(), "none is answered twice");
    assert!(hits.len() <= attempts as usize);
}

/// F4: what creates something is not repeated, so it does not go over a
/// connection that may be closing.
#[tokio::test]
async fn what_creates_something_has_a_connection_of_its_own() {
    const IDLE_MS: u64 = 10;
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::CloseIdle { ms: IDLE_MS });
    let mut clients = Vec::new();
    for number in 0..50 {
        clients.push(rig.ask_chat(MODEL, false).await);
        tokio::time::sleep(Duration::from_millis(IDLE_MS - number % 4)).await;
        clients.push(rig.ask("/v1/batches", &json!({"number": number})).await);
    }
    // The upstream refuses the order; what counts is that it was asked.
    let created = clients.iter().skip(1).step_by(2);
    assert!(created.clone().all(|seen| seen.status == 400));
    assert!(created.clone().all(|seen| seen.attempts() == 1));
    assert_eq!(rig.hits("/v1/batches").len(), 50);
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 100);
}
