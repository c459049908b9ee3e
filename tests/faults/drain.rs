//! Stopping while requests run.

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use flowkeep_contract::{GatewayState, Outcome};
use flowkeep_gateway::{Gateway, GatewayOptions};
use flowkeep_tests::{PATIENCE, Rig, RigOptions, Seen};
use futures_util::future::join_all;
use rusqlite::{Connection, OpenFlags};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// About a third of a second long.
const SHORT: &str = "sim/sse:8:40000";
/// Longer than any test.
const LONG: &str = "sim/sse:1000:500000";

async fn with_drain(seconds: u32) -> Rig {
    Rig::with(RigOptions {
        settings: format!("drain_s = {seconds}\n"),
        ..RigOptions::default()
    })
    .await
}

/// Waits until all these streams have begun to flow.
async fn all_flow(rig: &Rig, count: usize) {
    let ledger = rig.simulator.ledger();
    let flowing = ledger.wait_for(
        |entries| entries.iter().filter(|entry| entry.bytes_sent > 0).count() == count,
        PATIENCE,
    );
    assert!(flowing.await, "{:?}", ledger.entries());
}

/// Waits until connecting is refused; how long that took.
async fn refused(rig: &Rig) -> Duration {
    let asked = Instant::now();
    loop {
        match TcpStream::connect(("127.0.0.1", rig.port())).await {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return asked.elapsed(),
            _ => assert!(asked.elapsed() < PATIENCE, "the port stays open"),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn rows_on_disk(folder: &Path) -> (i64, i64) {
    let path = folder.join("usage.db");
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "SELECT count(*), coalesce(sum(attempts), 0) FROM requests";
    database
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

/// An answer that was ended by the stop says so and has no end mark.
fn was_ended(seen: &Seen) -> bool {
    let text = seen.text();
    seen.status == 200 && text.contains("\"error\"") && !text.contains("[DONE]")
}

/// F28: the port closes at once, short streams finish, long ones are told.
#[tokio::test]
async fn stopping_lets_short_streams_finish_and_tells_long_ones() {
    let rig = with_drain(1).await;
    let streams = (0..50).map(|number| {
        let model = if number % 2 == 0 { SHORT } else { LONG };
        rig.ask_chat(model, true)
    });
    let stopping = async {
        all_flow(&rig, 50).await;
        let begun = Instant::now();
        rig.begin_stop();
        let closed = refused(&rig).await;
        rig.stopped().await;
        (closed, begun.elapsed())
    };
    let (clients, (closed, stopped)) = tokio::join!(join_all(streams), stopping);
    println!("F28: port closed after {closed:?}, all over after {stopped:?}");
    assert!(closed < Duration::from_millis(500), "{closed:?}");
    let limits = Duration::from_secs(1)..Duration::from_secs(3);
    assert!(limits.contains(&stopped), "{stopped:?}");
    for (number, seen) in clients.iter().enumerate() {
        if number % 2 == 0 {
            assert!(seen.is_whole(), "{}", seen.text());
        } else {
            assert!(was_ended(seen), "{}", seen.text());
        }
    }
    let rows = rig.agree(&clients).await;
    let interrupted = rows
        .iter()
        .filter(|row| row.outcome == Outcome::Interrupted)
        .count();
    assert_eq!(interrupted, 25);
    assert_eq!(rig.simulator.ledger().totals().client_closed, 25);
    let folder = rig.stop().await;
    assert_eq!(rows_on_disk(folder.path()), (50, 50), "rows are flushed");
}

/// F28: idle keep-alive connections do not hold the stop up.
#[tokio::test]
async fn an_idle_connection_does_not_hold_the_stop_up() {
    let rig = with_drain(25).await;
    let seen = rig.ask_chat("sim/ok", false).await;
    assert!(seen.is_whole());
    let begun = Instant::now();
    rig.begin_stop();
    rig.stopped().await;
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let folder = rig.stop().await;
    assert_eq!(rows_on_disk(folder.path()), (1, 1));
}

/// F29: a second signal cuts the drain short.
#[tokio::test]
async fn a_second_signal_ends_the_drain_within_a_second() {
    let rig = with_drain(25).await;
    let streams = (0..10).map(|_| rig.ask_chat(LONG, true));
    let stopping = async {
        all_flow(&rig, 10).await;
        rig.begin_stop();
        refused(&rig).await;
        let hurried = Instant::now();
        rig.hurry();
        rig.stopped().await;
        hurried.elapsed()
    };
    let (clients, took) = tokio::join!(join_all(streams), stopping);
    println!("F29: all over {took:?} after the second signal");
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(clients.iter().all(was_ended));
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Interrupted));
}

/// The desktop moves to another port: the new gateway has nothing to do with how
/// the old one ends.
#[tokio::test]
async fn a_gateway_that_ends_leaves_the_one_after_it_alone() {
    let rig = with_drain(0).await;
    let next = TaskTracker::new();
    let stop = CancellationToken::new();
    let moving = async {
        all_flow(&rig, 1).await;
        let gateway = Gateway::bind(rig.app.clone(), GatewayOptions::default()).unwrap();
        let port = gateway.port();
        next.spawn(gateway.run(stop.clone(), CancellationToken::new()));
        rig.begin_stop();
        rig.stopped().await;
        port
    };
    let (old, port) = tokio::join!(rig.ask_chat(LONG, true), moving);
    assert!(was_ended(&old), "{}", old.text());
    let status = rig.app.status();
    assert_eq!(status.gateway, GatewayState::Running);
    assert_eq!(status.base_url, format!("http://localhost:{port}/v1"));

    let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
    let request = rig.client.post(url).bearer_auth(&rig.token);
    let request = request
        .header("content-type", "application/json")
        .body(Rig::chat_body(SHORT, true).to_string());
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("[DONE]"), "{text}");
    stop.cancel();
    next.close();
    next.wait().await;
}
