//! F21: a client that does not read holds the upstream up, not the memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flowkeep_tests::BareUpstream;
use tokio::io::AsyncReadExt as _;

use crate::world::{World, drain};

const LENGTH: u64 = 200 << 20;
/// No byte for so long: the upstream waits for us.
const STANDSTILL: Duration = Duration::from_millis(500);

/// A stream of events of any length; counts the bytes that were taken.
async fn talker(length: Arc<AtomicU64>) -> (BareUpstream, Arc<AtomicU64>) {
    let taken: Arc<AtomicU64> = Arc::default();
    let count = Arc::clone(&taken);
    let text = "x".repeat(900);
    let event = format!(
        "data: {{\"id\":\"x\",\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}],\
         \"usage\":{{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}}}\n\n"
    );
    let events: Arc<str> = event.repeat(16).into();
    let upstream = BareUpstream::start(move |mut asked| {
        let (count, events, length) = (Arc::clone(&count), Arc::clone(&events), Arc::clone(&length));
        async move {
            asked.skip_body().await?;
            asked
                .say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
                .await?;
            while count.load(Ordering::Relaxed) < length.load(Ordering::Relaxed) {
                asked.say_chunk(events.as_bytes()).await?;
                count.fetch_add(events.len() as u64, Ordering::Relaxed);
            }
            asked.say_chunk(b"data: [DONE]\n\n").await?;
            asked.say("0\r\n\r\n").await?;
            asked.close().await
        }
    })
    .await;
    (upstream, taken)
}

/// Waits until the upstream gets rid of no more bytes; how many it got rid of.
async fn standstill(taken: &AtomicU64) -> u64 {
    let mut before = u64::MAX;
    loop {
        let now = taken.load(Ordering::Relaxed);
        if now == before {
            return now;
        }
        before = now;
        tokio::time::sleep(STANDSTILL).await;
    }
}

/// A stream of 200 MB to a client that reads nothing, then little, then all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_costs_less_than_two_mebibytes() {
    let length = Arc::new(AtomicU64::new(64 * 1024));
    let (upstream, taken) = talker(Arc::clone(&length)).await;
    let world = World::before(upstream);
    // What the first streams of a process cost in code and tables.
    for _ in 0..3 {
        taken.store(0, Ordering::Relaxed);
        assert_eq!(world.chat(true).await.0, 200);
    }
    taken.store(0, Ordering::Relaxed);
    length.store(LENGTH, Ordering::Relaxed);

    let watch = world.watch();
    let mut reader = world.ask(true).await;
    let first = standstill(&taken).await;
    // What the kernel holds on both sides, and no more.
    assert!(first < LENGTH / 8, "{first} bytes went somewhere");
    let mut read = 0;
    for _ in 0..1024 {
        let mut little = [0; 1024];
        read += reader.read(&mut little).await.unwrap() as u64;
    }
    let second = standstill(&taken).await;
    assert!(second < LENGTH / 8, "{second} bytes went somewhere");
    let (_, rest) = drain(reader).await;
    read += rest;
    let growth = watch.growth();
    println!("slow reader: {growth} KiB more; paused after {first} bytes");
    assert!(read > LENGTH, "all of it came: {read}");
    assert!(growth < 2 * 1024, "{growth} KiB more");
}
