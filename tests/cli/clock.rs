//! F38 on the real program: the system's clock jumps by days under it. Needs the
//! package faketime, whose library lies to the program about the date alone.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::books::{assert_balanced, usage_number};

use crate::program::Running;
use crate::world::{MODEL, World, sample_lines};

const DAY_MS: i64 = 24 * 3_600_000;
/// Longer than this none of the chats takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where Debian and its like put the library, whatever the processor.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").expect("/usr/lib");
    let found = folders
        .map(|entry| entry.expect("an entry").path())
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists());
    found.expect("libfaketime is installed (package faketime)")
}

fn set_clock(file: &Path, offset: &str) {
    std::fs::write(file, offset).expect("the offset is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_by_days_disturbs_nothing() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let token = world.token();
    // Every account gets its turn, also for the same words again and again.
    let settings = "session_affinity = false\nstrategy = \"round-robin\"\n";
    std::fs::write(world.folder().join("settings.toml"), settings).unwrap();
    let offset = world.folder().join("offset");
    set_clock(&offset, "+0d");
    let mut command = world.serve_command(&[]);
    command
        .env("LD_PRELOAD", library())
        .env("FAKETIME_TIMESTAMP_FILE", &offset)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let (gateway, address) = Running::serve(&mut command);
    let limited = Behaviour::Status {
        status: 429,
        body: None,
        retry_after: Some(60),
    };
    world
        .simulator
        .set_behaviour(Scope::Account("alpha".into()), limited);
    let mut calls = 0;
    for jump in ["+0d", "+1d", "-1d", "+0d"] {
        set_clock(&offset, jump);
        let begun = Instant::now();
        for stream in [false, true].repeat(3) {
            let answer = world.chat(&address, &token, (MODEL, stream)).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), 200, "{jump}");
            answer.bytes().await.expect("a whole body");
            calls += 1;
        }
        assert!(begun.elapsed() < PATIENCE, "{jump}");
    }
    assert_eq!(gateway.stop().code, Some(0));
    let hits = world.simulator.ledger().entries();
    let limited = hits.iter().filter(|hit| hit.status == 429).count();
    assert_eq!(limited, 1, "once, and not again before its minute is over");
    assert_eq!(hits.len(), calls + limited);

    assert_eq!(
        assert_balanced(world.folder()),
        i64::try_from(calls).unwrap()
    );
    let number = |sql: &str| usage_number(world.folder(), sql);
    let span = number("SELECT max(started_at_ms) - min(started_at_ms) FROM requests");
    assert!(span > DAY_MS, "the clock did jump both ways: {span}");
    let longest = i64::try_from(PATIENCE.as_millis()).unwrap();
    let odd = format!(
        "SELECT count(*) FROM requests WHERE duration_ms < 0 OR duration_ms > {longest}
         OR first_byte_ms < 0 OR first_byte_ms > duration_ms"
    );
    assert_eq!(number(&odd), 0, "latencies do not follow the clock");
}
