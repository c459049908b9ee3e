//! S37: what a hostile upstream can make the program hold.

use std::sync::Arc;

use flowkeep_tests::{Asked, BareUpstream};

use crate::world::World;

const MIB: u64 = 1 << 20;
/// The requirement's limit, in KiB.
const LIMIT: u64 = 64 * 1024;
const EVENTS: &str = "text/event-stream";
const JSON: &str = "application/json";

/// An answer: a status, a content type, and a piece that is said so many times.
struct Bomb {
    name: &'static str,
    status: &'static str,
    content_type: &'static str,
    piece: Vec<u8>,
    times: u64,
    /// Each piece leaves alone, so that it arrives alone.
    apart: bool,
}

impl Bomb {
    fn new(name: &'static str, content_type: &'static str, piece: impl Into<Vec<u8>>) -> Self {
        Self {
            name,
            status: "200 OK",
            content_type,
            piece: piece.into(),
            times: 1,
            apart: false,
        }
    }

    fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    async fn go_off(&self, mut asked: Asked) -> std::io::Result<()> {
        asked.skip_body().await?;
        let (status, content_type) = (self.status, self.content_type);
        asked
            .say(format!(
                "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
            ))
            .await?;
        for _ in 0..self.times {
            asked.say_chunk(&self.piece).await?;
            if self.apart {
                tokio::task::yield_now().await;
            }
        }
        asked.say("0\r\n\r\n").await?;
        asked.close().await
    }
}

fn bombs() -> Vec<Bomb> {
    let deep = "[".repeat(1 << 20);
    vec![
        Bomb::new("a line of 1 GiB", EVENTS, vec![b'x'; 1 << 20]).times(1024),
        Bomb::new(
            "a data line of 64 MiB",
            EVENTS,
            b"data: usage".repeat(1 << 16),
        )
        .times(372),
        Bomb::new("a document of 256 MiB", JSON, vec![b' '; 1 << 20]).times(256),
        Bomb::new("a million brackets", JSON, deep.clone()),
        Bomb::new(
            "a million brackets in an event",
            EVENTS,
            format!("data: {deep}\n\n"),
        ),
        Bomb::new("a million empty events", EVENTS, "data:\n\n".repeat(1000)).times(1000),
        Bomb {
            status: "400 Bad Request",
            ..Bomb::new("an error of 1 GiB", JSON, vec![b'x'; 1 << 20]).times(1024)
        },
        Bomb {
            apart: true,
            ..Bomb::new("a document in crumbs", JSON, "  ").times(40_000)
        },
    ]
}

/// None of them costs more than 64 MiB; most cost nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bomb_costs_more_than_sixty_four_mebibytes() {
    for bomb in bombs() {
        let bomb = Arc::new(bomb);
        let thrown = Arc::clone(&bomb);
        let upstream = BareUpstream::start(move |asked| {
            let bomb = Arc::clone(&thrown);
            async move { bomb.go_off(asked).await }
        })
        .await;
        let world = World::before(upstream);
        let watch = world.watch();
        let (status, length) = world.chat(bomb.content_type == EVENTS).await;
        let growth = watch.growth();
        println!(
            "{}: status {status}, {} MiB came, {growth} KiB more",
            bomb.name,
            length / MIB
        );
        assert_eq!(status.to_string(), bomb.status[..3], "{}", bomb.name);
        assert!(growth < LIMIT, "{}: {growth} KiB more", bomb.name);
        // And it goes on.
        let (status, _) = world.chat(false).await;
        assert_eq!(status.to_string(), bomb.status[..3], "{}", bomb.name);
    }
}
