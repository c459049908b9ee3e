//! `flowkeep logs`: pages, filters, following and exports.

use std::os::unix::fs::MetadataExt as _;

use flowkeep_core::model::{Outcome, RequestRecord};
use serde_json::Value;

use crate::program::{Ended, Running, run};
use crate::stats::{record, write};
use crate::world::{MODEL, World, sample_lines};

fn logs(world: &World, words: &[&str]) -> Ended {
    let ended = run(world.command(&["logs"]).args(words));
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended
}

fn failed() -> RequestRecord {
    let mut record = record("no/such-model");
    record.outcome = Outcome::Rejected;
    record.status = 400;
    record.error = Some("Model does not exist\u{1b}[2J".to_owned());
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn no_requests_yet_is_said_in_words() {
    let world = World::new().await;
    let ended = logs(&world, &[]);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("no requests yet"), "{ended:?}");
    assert_eq!(logs(&world, &["--export", "jsonl"]).stdout, "");
    let json: Value = serde_json::from_str(&logs(&world, &["--json"]).stdout).unwrap();
    assert_eq!(json["requests"], Value::Array(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_printed_oldest_first_and_filtered() {
    let world = World::new().await;
    let some = (0..250).map(|_| record("m/one"));
    write(world.folder(), some.chain([failed()]));
    let text = logs(&world, &[]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 51, "a head and the usual number");
    assert!(lines[0].starts_with("ID"), "{text}");
    assert!(
        lines[1].contains("m/one") && lines[1].contains("¥0.07"),
        "{text}"
    );
    // S38: what upstream said cannot steer the terminal.
    assert!(lines[50].ends_with("Model does not exist[2J"), "{text:?}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let many = logs(&world, &["--limit", "251"]).stdout;
    assert_eq!(many.lines().count(), 252, "more than a page");

    for (words, count) in [
        (["--model", "no/such-model"], 1),
        (["--search", "not exist"], 1),
        (["--search", "%_%_%"], 0),
        (["--client", "nobody"], 0),
    ] {
        let found: Value =
            serde_json::from_str(&logs(&world, &[&words[..], &["--json"]].concat()).stdout)
                .unwrap();
        let rows = found["requests"].as_array().expect("rows");
        assert_eq!(rows.len(), count, "{words:?}");
    }
    let none = logs(&world, &["--client", "nobody"]);
    assert!(none.stderr.contains("no request matches"), "{none:?}");
}

/// S38 and S18: a file of the owner's alone, that no spreadsheet calculates.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_exported() {
    let world = World::new().await;
    write(world.folder(), [record("=HYPERLINK(1)"), failed()]);
    let path = world.folder().join("log.csv");
    let words = ["--export", "csv", path.to_str().unwrap()];
    let told = logs(&world, &words).stdout;
    assert!(told.starts_with("2 requests in "), "{told}");
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let csv = std::fs::read_to_string(&path).unwrap();
    assert!(csv.contains(",'=HYPERLINK(1),"), "{csv}");
    assert!(!csv.contains('\u{1b}'), "{csv:?}");
    assert_eq!(logs(&world, &["--export", "csv"]).stdout, csv.trim_end());
    let again = run(world.command(&["logs"]).args(words));
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("is there already"), "{again:?}");
    let lines = logs(&world, &["--export", "jsonl", "--model", "no/such-model"]).stdout;
    let row: Value = serde_json::from_str(lines.trim_end()).unwrap();
    assert_eq!(row["status"], 400);
    for words in [&["log.csv"][..], &["--export", "csv", "--follow"]] {
        let refused = run(world.command(&["logs"]).args(words));
        assert_eq!(refused.code, Some(2), "{words:?}: {refused:?}");
    }
}

/// What a gateway records shows at once; what was there comes first.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_followed() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    write(world.folder(), [record("m/before")]);
    let token = world.token();
    let (gateway, address) = world.serve();
    let mut follow = world.command(&["logs"]);
    follow.args(["--follow", "--json"]);
    let follow = Running::start(&mut follow, "");
    let before: Value = serde_json::from_str(&follow.line()).unwrap();
    assert_eq!(before["model"], "m/before");
    for stream in [false, true] {
        let answer = world
            .chat(&address, token.trim(), (MODEL, stream))
            .await
            .unwrap();
        answer.bytes().await.unwrap();
        let row: Value = serde_json::from_str(&follow.line()).unwrap();
        assert_eq!(
            (&row["model"], &row["stream"]),
            (&MODEL.into(), &stream.into())
        );
        assert_eq!(row["status"], 200);
    }
    follow.kill();
    assert_eq!(gateway.stop().code, Some(0));
}
