//! Signals while streams run (F28, F29).

use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::clock::SystemClock;
use flowkeep_core::model::Outcome;
use flowkeep_core::store::Store;
use reqwest::Response;

use crate::program::Running;
use crate::world::{World, sample_lines};

const STREAMS: usize = 20;

/// A gateway with keys, and streams of this model that have all begun.
async fn streaming(world: &World, model: &str) -> (Running, String, Vec<Stream>) {
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve();
    let token = world.token();
    let mut streams = Vec::new();
    for _ in 0..STREAMS {
        let answer = world.chat(&address, &token, (model, true)).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200);
        let mut stream = Stream {
            answer,
            text: String::new(),
        };
        assert!(stream.more().await, "a stream begins");
        streams.push(stream);
    }
    (gateway, address, streams)
}

struct Stream {
    answer: Response,
    text: String,
}

impl Stream {
    /// Reads on; false at the end, of whatever kind.
    async fn more(&mut self) -> bool {
        let Ok(Some(chunk)) = self.answer.chunk().await else {
            return false;
        };
        self.text.push_str(&String::from_utf8_lossy(&chunk));
        true
    }

    async fn read_out(mut self) -> String {
        while self.more().await {}
        self.text
    }
}

fn outcomes(world: &World) -> Vec<Outcome> {
    let (store, warnings) =
        Store::open(world.folder(), Arc::new(SystemClock::new())).expect("it opens");
    assert!(warnings.is_empty(), "{warnings:?}");
    let rows = store.requests_page(None, 1_000).expect("rows");
    rows.iter().map(|row| row.record.outcome).collect()
}

/// The last event does not blame the upstream for what Flowkeep did.
fn assert_says_who_stopped(text: &str) {
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    assert!(
        last.contains("Flowkeep was stopped"),
        "the last event is {last}"
    );
    assert!(last.contains("\"flowkeep_stopped\""), "{last}");
}

/// Nobody is let in after the signal; waits for the moment the port closes.
async fn assert_closed(address: &str) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "the port is still open"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_sigterm_running_streams_end_well() {
    let world = World::new().await;
    let (mut gateway, address, streams) = streaming(&world, "sim/sse:80:50000:8").await;
    gateway.signal("TERM");
    assert_closed(&address).await;
    for stream in streams {
        let text = stream.read_out().await;
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    }
    let ended = gateway.wait();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let outcomes = outcomes(&world);
    assert_eq!(
        outcomes,
        vec![Outcome::Success; STREAMS],
        "all rows are written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_do_not_end_in_time_get_an_error_event() {
    let world = World::new().await;
    std::fs::write(world.folder().join("settings.toml"), "drain_s = 1\n").unwrap();
    let (mut gateway, _, streams) = streaming(&world, "sim/sse:100000:50000:8").await;
    gateway.signal("TERM");
    for stream in streams {
        let text = stream.read_out().await;
        assert_says_who_stopped(&text);
        assert!(!text.contains("[DONE]"), "it did not end well");
    }
    let ended = gateway.wait();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.took < Duration::from_secs(8), "{:?}", ended.took);
    assert_eq!(outcomes(&world).len(), STREAMS);
}

/// F29, with either signal.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_within_a_second() {
    for second in ["TERM", "INT"] {
        let world = World::new().await;
        let (mut gateway, address, streams) = streaming(&world, "sim/sse:100000:50000:8").await;
        gateway.signal("TERM");
        assert_closed(&address).await;
        gateway.signal(second);
        let ended = gateway.wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(
            ended.took <= Duration::from_secs(1),
            "{second}: {:?}",
            ended.took
        );
        for stream in streams {
            assert_says_who_stopped(&stream.read_out().await);
        }
    }
}
