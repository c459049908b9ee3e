//! Clients that leave before the end.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;

use super::{PATIENCE, ask_raw, ended, hello, raw_request, read_until, start};
use crate::{Entry, Simulator};

/// How soon a hang-up must be noticed: milliseconds, but test machines are busy.
const SOON: Duration = Duration::from_secs(1);

async fn closed(simulator: &Simulator) -> (Entry, Duration) {
    let left = Instant::now();
    let entry = ended(simulator, 1).await.remove(0);
    assert!(
        entry.client_closed_at_ms.is_some() && !entry.completed,
        "{entry:?}"
    );
    assert_eq!(simulator.ledger().in_flight(), 0);
    (entry, left.elapsed())
}

#[tokio::test]
async fn mid_stream_only_what_was_sent_is_paid() {
    let simulator = start().await;
    let mut socket = ask_raw(&simulator, &hello("sim/stall:5", true)).await;
    let mut seen = read_until(&mut socket, "data: ").await;
    while seen.matches("data: ").count() < 5 {
        seen += &read_until(&mut socket, "data: ").await;
    }
    assert_eq!(simulator.ledger().in_flight(), 1);
    drop(socket);
    let (entry, took) = closed(&simulator).await;
    assert!(took < SOON, "{took:?}");
    assert_eq!(entry.told.unwrap().completion, 4);
    assert_eq!(entry.cost_nano, 2 * 1_000 + 4 * 2_000);
    let total = simulator.accounts()[0].total_nano();
    assert_eq!(total, 100 * crate::NANO - entry.cost_nano);
}

#[tokio::test]
async fn before_the_first_byte() {
    let simulator = start().await;
    let socket = ask_raw(&simulator, &hello("sim/delay:60000", true)).await;
    let read = simulator
        .ledger()
        .wait_for(
            |entries| entries.iter().any(|e| e.body_sha256.is_some()),
            PATIENCE,
        )
        .await;
    assert!(read);
    drop(socket);
    let (entry, took) = closed(&simulator).await;
    assert!(took < SOON, "{took:?}");
    assert_eq!((entry.status, entry.cost_nano), (0, 0));
}

#[tokio::test]
async fn in_the_middle_of_an_upload() {
    let simulator = start().await;
    let request = raw_request(&hello("sim/ok", true));
    let mut socket = tokio::net::TcpStream::connect(simulator.addr())
        .await
        .unwrap();
    let half = &request.as_bytes()[..request.len() - 10];
    socket.write_all(half).await.unwrap();
    let begun = simulator
        .ledger()
        .wait_for(|entries| entries.iter().any(|e| e.body_bytes > 0), PATIENCE)
        .await;
    assert!(begun);
    drop(socket);
    let (entry, took) = closed(&simulator).await;
    assert!(took < SOON, "{took:?}");
    assert_eq!((entry.body_sha256, entry.account), (None, None));
}

#[tokio::test]
async fn a_slow_reader_leaves_bytes_in_flight() {
    let simulator = start().await;
    // 64 MiB, far more than the socket buffers hold.
    let body = hello("sim/sse:64:0:1048576", true);
    let mut socket = ask_raw(&simulator, &body).await;
    read_until(&mut socket, "data: ").await;
    let ledger = simulator.ledger();
    let stuck = ledger
        .wait_for(|entries| entries[0].bytes_in_flight > 0, PATIENCE)
        .await;
    assert!(stuck, "{:?}", ledger.entries());
    let sent = ledger.entries()[0].bytes_sent;
    assert!(sent < 64 << 20, "the rest waits for the reader: {sent}");
    drop(socket);
    let (entry, _) = closed(&simulator).await;
    assert_eq!(entry.bytes_in_flight, 0);
    assert!(entry.told.unwrap().completion < 64 * 262_144);
}
