//! `flowkeep prices`: shown, set and removed, beside a running gateway as well, and
//! the log priced anew.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use flowkeep_contract::{Empty, ErrorCode, PriceList, SetPriceOverridesRequest};
use flowkeep_tests::books::{assert_balanced, usage_number};
use flowkeep_tests::{Rig, RigOptions};
use serde_json::Value;

use crate::program::{Ended, PATIENCE, Running, flowkeep, run};
use crate::stats::{record, write};
use crate::world::{MODEL, World};

/// Nobody is there, and nobody is asked: it makes the upstream play .cn.
const NOWHERE: &str = "http://127.0.0.1:9/v1";
const OWN: &str = "own:cn:deepseek-ai/DeepSeek-V3";
/// 1,000 and 2,000 billionths of a yuan per token.
const SET: [&str; 8] = [
    "set", MODEL, "--site", "cn", "--input", "1", "--output", "2",
];

/// Only the data folder: prices need neither keys nor a vault.
fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = flowkeep(&[&["prices"], words].concat());
    command.arg("--data-dir").arg(folder).env("HOME", folder);
    command
}

fn prices(folder: &Path, words: &[&str]) -> Ended {
    run(&mut command(folder, words))
}

fn told(folder: &Path, words: &[&str]) -> String {
    let ended = prices(folder, words);
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended.stdout
}

fn refused(folder: &Path, words: &[&str]) -> String {
    let ended = prices(folder, words);
    assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
    assert_eq!(ended.stdout, "", "{words:?}");
    ended.stderr
}

fn listed(folder: &Path, words: &[&str]) -> Value {
    let words = [words, &["--json"]].concat();
    serde_json::from_str(&told(folder, &words)).expect("JSON")
}

fn count(list: &Value, part: &str) -> usize {
    list[part].as_array().expect("a list").len()
}

/// As in `flowkeep prices | head`.
#[test]
fn nothing_is_said_when_nobody_reads_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = command(folder.path(), &[]).stdout(writer).output().unwrap();
    assert_eq!(ended.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn shipped_prices_are_shown_and_filtered() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = told(folder, &["--model", "deepseek-v4-flash", "--site", "cn"]);
    assert!(text.starts_with("MODEL "), "{text}");
    assert!(text.contains("deepseek-ai/DeepSeek-V4-Flash"), "{text}");
    assert!(text.contains("02:00-08:00"), "{text}");
    let list = listed(folder, &[]);
    let (cn, com) = (&list["as_of"]["cn"], &list["as_of"]["com"]);
    let as_of = format!(
        "as of {} (cn) and {} (com).",
        cn.as_str().unwrap(),
        com.as_str().unwrap()
    );
    assert!(text.ends_with(&as_of), "{text}");
    let of_cn = listed(folder, &["--site", "cn"]);
    let of_com = listed(folder, &["list", "--site", "com"]);
    assert!(count(&of_cn, "shipped") > 50 && count(&of_com, "shipped") > 10);
    assert_eq!(
        count(&of_cn, "shipped") + count(&of_com, "shipped"),
        count(&list, "shipped")
    );
    assert_eq!(count(&listed(folder, &["--own"]), "shipped"), 0);
    let none = prices(folder, &["--own"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    assert!(none.stderr.contains("flowkeep prices set"), "{none:?}");
}

#[test]
fn own_prices_are_added_replaced_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(told(folder, &SET), format!("added {OWN}"));
    let dear = [&SET[..5], &["1.50", "--cached", "0.2"]].concat();
    assert_eq!(told(folder, &dear), format!("replaced {OWN}"));
    let list = listed(folder, &["--own"]);
    let row = &list["overrides"][0];
    assert_eq!(count(&list, "overrides"), 1);
    assert_eq!((&row["id"], &row["model"]), (&OWN.into(), &MODEL.into()));
    assert_eq!(row["tokens"][0]["input"], "1.5");
    assert_eq!(row["tokens"][0]["output"], Value::Null, "all of it is new");
    let night = [
        "set",
        "acme/*",
        "--site",
        "com",
        "--tier",
        "0:4:16",
        "--tier",
        "32000:6:22:0.5",
        "--hours",
        "22:00-06:00",
        "--zone",
        "Europe/Berlin",
        "--from",
        "2026-09-01",
        "--id",
        "night",
    ];
    assert_eq!(told(folder, &night), "added night");
    let text = told(folder, &["--own"]);
    for part in [
        "$22",
        "¥1.5",
        "22:00-06:00",
        "Europe/Berlin",
        "32000",
        "own",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(told(folder, &["remove", "night"]), "removed night");
    let again = prices(folder, &["remove", "night"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("prices --own"), "{again:?}");
    assert_eq!(count(&listed(folder, &["--own"]), "overrides"), 1);
}

/// Commands that run at the same time, beside a gateway, do not undo each other.
#[tokio::test(flavor = "multi_thread")]
async fn prices_that_are_set_at_once_all_stay() {
    const AT_ONCE: usize = 6;
    let rig = Rig::start().await;
    let folder = rig.folder();
    for round in 0..3 {
        let running: Vec<Running> = (0..AT_ONCE)
            .map(|number| {
                let model = format!("acme/m{round}-{number}");
                let words = ["set", &model, "--site", "cn", "--image", "1"];
                Running::start(&mut command(folder, &words), "")
            })
            .collect();
        for one in running {
            let ended = one.wait();
            assert_eq!(ended.code, Some(0), "{ended:?}");
        }
        let list = listed(folder, &["--own"]);
        assert_eq!(count(&list, "overrides"), (round + 1) * AT_ONCE, "{list}");
    }
    rig.stop().await;
}

/// A window that has not seen what a command set does not undo it.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_from_before_a_command_is_refused() {
    let rig = Rig::start().await;
    let list = async || rig.app.list_prices(Empty {}).await.expect("the prices");
    let request = |seen: PriceList| SetPriceOverridesRequest {
        rows: seen.overrides,
        revision: Some(seen.revision),
    };
    let before = list().await;
    told(rig.folder(), &SET);
    let refused = rig.app.set_price_overrides(request(before)).await;
    let refused = refused.expect_err("it is out of date");
    assert_eq!(refused.code, ErrorCode::ChangedMeanwhile);
    let kept = rig.app.set_price_overrides(request(list().await)).await;
    assert_eq!(kept.expect("it is up to date").overrides[0].id, OWN);
    rig.stop().await;
}

/// What a person wrote into the file stays there.
#[test]
fn comments_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("prices.toml");
    told(folder, &SET);
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("[[rows]]", "# agreed in May\n[[rows]]");
    let text = text.replace("input = \"1\"", "input = \"1.25\"") + "# not yet: acme/new\n";
    std::fs::write(&file, text).unwrap();
    told(folder, &["set", "acme/*", "--site", "cn", "--image", "1"]);
    told(folder, &[&SET[..5], &["3"]].concat());
    let text = std::fs::read_to_string(&file).unwrap();
    for kept in ["# agreed in May\n[[rows]]", "# not yet: acme/new\n"] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    assert!(text.contains("\"3\"") && !text.contains("1.25"), "{text}");
}

/// A row that contradicts another one is not used; without the other one it is, and
/// that is said.
#[test]
fn a_row_that_comes_into_force_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let row = |id: &str| {
        format!("[[rows]]\nid = \"{id}\"\nsite = \"cn\"\nmodel = \"m\"\nimage = \"1\"\n")
    };
    std::fs::write(folder.join("prices.toml"), row("one") + &row("two")).unwrap();
    assert_eq!(count(&listed(folder, &["--own"]), "overrides"), 1);
    let removed = prices(folder, &["remove", "one"]);
    assert_eq!(
        (removed.code, removed.stdout.as_str()),
        (Some(0), "removed one")
    );
    assert!(
        removed
            .stderr
            .contains("the price two in prices.toml holds now"),
        "{removed:?}"
    );
    assert_eq!(listed(folder, &["--own"])["overrides"][0]["id"], "two");
    let again = prices(folder, &["remove", "two"]);
    assert!(!again.stderr.contains("holds now"), "{again:?}");
}

/// Nothing is written of what cannot be meant, and the flag is named.
#[test]
fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("prices.toml");
    for (words, part) in [
        (&["--input", "five"][..], "--input: "),
        (&["--input", "-1"], "--input: "),
        (&["--input", "1", "--cached", "2"], "--cached: "),
        (&["--tier", "5:1:2"], "--tier: "),
        (&["--image", "0,5"], "--image: "),
        (&["--input", "1", "--hours", "2-8"], "--hours: "),
        (&["--input", "1", "--zone", "Moon/Sea"], "--zone: "),
        (
            &["--input", "1", "--id", "cn:deepseek-ai/DeepSeek-V3"],
            "named",
        ),
        (&["--batch-percent", "50"], "has no price"),
    ] {
        let words = [&SET[..4], words].concat();
        assert!(refused(folder, &words).contains(part), "{words:?}");
        assert!(!file.exists(), "{words:?}");
    }
    told(folder, &SET);
    let before = std::fs::read(&file).unwrap();
    let overlap = [&SET[..], &["--id", "other"]].concat();
    let why = refused(folder, &overlap);
    assert!(why.contains(OWN) && why.contains("`other`"), "{why}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

/// The next chat through a gateway that runs already costs what was set.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_gateway_takes_a_price_up() {
    let rig = Rig::with(RigOptions {
        com: Some(NOWHERE.to_owned()),
        ..RigOptions::default()
    })
    .await;
    told(rig.folder(), &SET);
    let row = priced_by(&rig, OWN).await;
    let tokens = (
        row["prompt_tokens"].as_i64(),
        row["completion_tokens"].as_i64(),
    );
    let (Some(asked), Some(answered)) = tokens else {
        unreachable!("the simulator tells the usage: {row}");
    };
    assert_eq!(row["cost"]["nano"], asked * 1_000 + answered * 2_000);
    told(rig.folder(), &["remove", OWN]);
    let shipped = format!("cn:{MODEL}");
    priced_by(&rig, &shipped).await;
    rig.stop().await;
}

/// Chats until one is priced by this row, and tells its row of the log.
async fn priced_by(rig: &Rig, price: &str) -> Value {
    let begun = Instant::now();
    loop {
        let answer = rig.chat(MODEL).await;
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a whole body");
        let row = rig.rows().await.pop().expect("a row");
        let row = serde_json::to_value(&row).expect("JSON");
        if row["cost"]["price"] == price {
            return row;
        }
        assert!(begun.elapsed() < PATIENCE, "{price}: {row}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

fn recompute(world: &World, words: &[&str]) -> Command {
    world.command(&[&["prices", "recompute"], words].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_priced_anew() {
    let world = World::new().await;
    write(world.folder(), (0..3).map(|_| record(MODEL)));
    told(world.folder(), &SET);
    // What the requests began before is left alone.
    let ended = run(&mut recompute(
        &world,
        &["--from", "2020-01-01", "--to", "2020-12-31"],
    ));
    assert_eq!(
        ended.stdout,
        "looked at 0 requests, 0 have another cost now"
    );
    let ended = run(&mut recompute(&world, &["--days", "2"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(
        ended.stdout,
        "looked at 3 requests, 3 have another cost now"
    );
    // 100 × 1,000 + 10 × 2,000, three times.
    let sum = usage_number(world.folder(), "SELECT sum(cost_nano) FROM requests");
    assert_eq!(sum, 360_000);
    assert_eq!(assert_balanced(world.folder()), 3);
    let ended = run(&mut recompute(&world, &["--from", "2026-01-01", "--json"]));
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        (&report["seen"], &report["changed"]),
        (&3.into(), &0.into())
    );
    assert_eq!(report["is_cancelled"], false);
    for words in [
        &["--from", "2026-09-31"][..],
        &["--from", "2026-09-02", "--to", "2026-09-01"],
        &["--days", "0"],
        &[],
    ] {
        let ended = run(&mut recompute(&world, words));
        assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
    }
}

/// Ctrl-C ends it between two steps; what was done is whole.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it_between_two_steps() {
    const CHUNK: usize = 5_000;
    const CHUNKS: usize = 4;
    let world = World::new().await;
    for _ in 0..CHUNKS {
        write(world.folder(), (0..CHUNK).map(|_| record(MODEL)));
    }
    told(world.folder(), &SET);
    let mut command = recompute(&world, &["--days", "30"]);
    let mut running = Running::start(&mut command, "");
    let done = || {
        let sql = "SELECT count(*) FROM requests WHERE cost_nano = 120000";
        usage_number(world.folder(), sql)
    };
    let begun = Instant::now();
    while done() == 0 {
        assert!(begun.elapsed() < PATIENCE, "no step is done");
        std::thread::yield_now();
    }
    running.signal("INT");
    let ended = running.wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("stopped before the end"), "{ended:?}");
    let far = done();
    assert!(
        far > 0 && far < i64::try_from(CHUNK * CHUNKS).unwrap(),
        "{far}"
    );
    let report = format!("looked at {far} requests, {far} have another cost now");
    assert_eq!(ended.stdout, report);
    assert_balanced(world.folder());
}
