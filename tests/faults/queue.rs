//! More requests than the accounts may have under way (issue 4, Concurrency).

use std::time::{Duration, Instant};

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{MODEL, PATIENCE, RawClient, Rig, RigOptions, Seen};
use reqwest::Response;
use serde_json::{Value, json};

/// One account that takes one request at a time, and a request that holds it.
async fn full(settings: &str) -> (Rig, Response) {
    let account = Account::new("alpha", sample_key("alpha"));
    let rig = Rig::with(RigOptions {
        settings: format!("max_concurrency = 1\n{settings}"),
        ..RigOptions::with_accounts(vec![account])
    })
    .await;
    let holder = rig.stream("sim/stall:2").await;
    assert_eq!(holder.status(), 200);
    (rig, holder)
}

fn question(text: &str) -> Value {
    json!({"model": MODEL, "messages": [{"role": "user", "content": text}]})
}

async fn ask(rig: &Rig, text: &str) -> Seen {
    rig.ask("/v1/chat/completions", &question(text)).await
}

/// Waits until so many requests are under way, the waiting ones included.
async fn under_way(rig: &Rig, count: usize) {
    let begun = Instant::now();
    while rig.app.in_flight() != count {
        assert!(begun.elapsed() < PATIENCE, "{}", rig.app.in_flight());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Nobody is refused for a moment's rush, and who came first is served first.
#[tokio::test]
async fn those_that_wait_are_served_in_their_order() {
    let (rig, holder) = full("").await;
    let first = ask(&rig, "first");
    let second = async {
        under_way(&rig, 2).await;
        ask(&rig, "second").await
    };
    let release = async {
        under_way(&rig, 3).await;
        assert_eq!(rig.simulator.ledger().count(), 1, "one request at a time");
        drop(holder);
    };
    let (first, second, ()) = tokio::join!(first, second, release);
    assert!(first.is_whole() && second.is_whole());
    let hits = rig.upstream_hits().await;
    let asked: Vec<String> = hits[1..]
        .iter()
        .map(|hit| String::from_utf8_lossy(hit.body.as_ref().unwrap()).into_owned())
        .collect();
    assert!(
        asked[0].contains("first") && asked[1].contains("second"),
        "{asked:?}"
    );
    assert_eq!(rig.settled_rows().await.len(), 3);
}

/// The line has an end, and patience too: then 429 in the shape that was asked.
#[tokio::test]
async fn a_line_that_is_full_or_slow_is_a_429() {
    let (rig, _holder) = full("queue_length = 1\nqueue_s = 1\n").await;
    let patient = ask(&rig, "patient");
    let late = async {
        under_way(&rig, 2).await;
        let chat = ask(&rig, "late").await;
        (chat, rig.ask_message(MODEL, true).await)
    };
    let (patient, (chat, message)) = tokio::join!(patient, late);
    for seen in [&patient, &chat, &message] {
        assert_eq!(
            (seen.status, seen.error()),
            (429, "busy"),
            "{}",
            seen.text()
        );
        assert_eq!((seen.header("retry-after"), seen.attempts()), ("2", 0));
    }
    assert!(patient.took >= Duration::from_secs(1), "{:?}", patient.took);
    assert_eq!(chat.json()["error"]["code"], "busy");
    assert_eq!(message.json()["type"], "error");
    assert_eq!(message.json()["error"]["type"], "rate_limit_error");
    assert_eq!(rig.simulator.ledger().count(), 1);
    under_way(&rig, 1).await;
    let rows = rig.rows().await;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.outcome == Outcome::Refused));
}

/// A client that leaves while it waits costs nobody anything.
#[tokio::test]
async fn who_leaves_frees_its_place() {
    let (rig, holder) = full("queue_length = 1\n").await;
    let mut leaver = RawClient::connect(&rig).await;
    let post = rig.raw_post("/v1/chat/completions", &question("leaver"));
    leaver.send(post).await;
    under_way(&rig, 2).await;
    drop(leaver);
    under_way(&rig, 1).await;
    let next = ask(&rig, "next");
    let release = async {
        under_way(&rig, 2).await;
        drop(holder);
    };
    let (next, ()) = tokio::join!(next, release);
    assert!(next.is_whole(), "{}", next.text());
    let hits = rig.upstream_hits().await;
    assert_eq!(hits.len(), 2, "the leaver was never sent");
    let rows = rig.settled_rows().await;
    let closed = rows
        .iter()
        .filter(|row| row.outcome == Outcome::ClientClosed);
    assert_eq!(
        (rows.len(), closed.count()),
        (3, 2),
        "the leaver and the holder"
    );
}

/// Another account is better than a wait.
#[tokio::test]
async fn nobody_waits_while_another_account_has_room() {
    let accounts = ["alpha", "beta"].map(|name| Account::new(name, sample_key(name)));
    let rig = Rig::with(RigOptions {
        settings: "max_concurrency = 1\nqueue_length = 0\n".to_owned(),
        ..RigOptions::with_accounts(accounts.to_vec())
    })
    .await;
    let _holder = rig.stream("sim/stall:2").await;
    for _ in 0..3 {
        assert!(ask(&rig, "hello").await.is_whole());
    }
    let hits = rig.simulator.ledger().entries();
    assert_eq!(hits.len(), 4);
    let busy = hits[0].account.clone();
    assert!(hits[1..].iter().all(|hit| hit.account != busy));
}
