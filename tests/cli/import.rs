//! `flowkeep keys import` with good, bad and very much input.

use std::fmt::Write as _;
use std::time::Duration;

use flowkeep_simulator::{Behaviour, Scope, sample_key};
use rusqlite::OpenFlags;

use crate::program::{Running, run};
use crate::world::{World, sample_lines};

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_line_is_reported_with_its_reason() {
    let world = World::new().await;
    let alpha = sample_key("alpha");
    let nobody = sample_key("nobody");
    let text = format!(
        "# my keys\n\n{alpha}, work\nnot-a-key\nsk-short\n{alpha}\n{nobody} lost\nsk-测试0000000000000000000\n"
    );
    let ended = world.import(&text, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let (sums, lines) = lines.split_last().unwrap();
    assert_eq!(*sums, "added 1, known 1, rejected 4", "{ended:?}");
    let line = |number: u32| {
        let start = format!("line {number} ");
        let found = lines.iter().find(|line| line.starts_with(&start));
        *found.unwrap_or_else(|| panic!("no line {number}: {ended:?}"))
    };
    assert!(line(4).contains("starts with sk-"));
    assert!(line(5).contains("characters"));
    assert!(line(6).contains("twice"));
    assert!(line(7).contains("401"));
    assert!(line(8).contains("letters, digits"));
    assert!(!ended.stdout.contains(&nobody) && !ended.stdout.contains(&alpha));
    let keys = world.keys();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["label"], "work");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_is_added_only_by_force() {
    let world = World::new().await;
    let nobody = sample_key("nobody");
    let ended = world.import(&nobody, &[]);
    assert_eq!(ended.code, Some(1), "nothing was added: {ended:?}");
    assert!(ended.stdout.contains("rejected 1"), "{ended:?}");
    let ended = world.import(&nobody, &["--force"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(world.keys()[0]["state"], "unauthorized");
    // Known lines count as well.
    let ended = world.import(&nobody, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("known 1"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_checked_are_added_unchecked() {
    let world = World::new().await;
    world
        .simulator
        .set_behaviour(Scope::All, Behaviour::status(503));
    let ended = world.import(&sample_key("alpha"), &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .stdout
            .ends_with("added 1 (1 unchecked), known 0, rejected 0")
    );
    world.simulator.stop().await;
    let ended = world.import(&sample_key("beta"), &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(world.keys().iter().all(|key| key["state"] == "unchecked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_asks_the_upstream_when_told_not_to() {
    let world = World::new().await;
    let ended = world.import(&sample_lines(), &["--no-check"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(world.simulator.ledger().count(), 0);
    assert_eq!(world.keys().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_paste_says_what_is_expected() {
    let world = World::new().await;
    for text in ["", "\u{feff}\n \n", "# only a comment\n"] {
        let ended = world.import(text, &[]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains("sk-"), "{ended:?}");
        assert!(ended.stdout.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_and_a_missing_one_is_named() {
    let world = World::new().await;
    let path = world.folder().join("keys.txt");
    std::fs::write(&path, sample_lines()).unwrap();
    let ended = run(world.command(&["keys", "import"]).arg(&path));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(world.keys().len(), 3);
    let ended = run(world
        .command(&["keys", "import"])
        .arg("/nonexistent/keys.txt"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("/nonexistent/keys.txt"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_100_000_lines_is_sorted_out() {
    let world = World::new().await;
    let mut text = String::new();
    for number in 0..100_000 {
        let line = match number % 100 {
            0 => sample_key(&format!("many{number:06}x")),
            1 => sample_key("alpha"),
            _ => format!("garbage number {number}"),
        };
        writeln!(text, "{line}").unwrap();
    }
    let ended = world.import(&text, &["--no-check"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(
        lines.last(),
        Some(&"added 1001 (1001 unchecked), known 999, rejected 98000")
    );
    assert_eq!(lines[lines.len() - 2], "… and 99000 more lines");
    assert!(
        lines[0].starts_with("line 3 "),
        "the first bad line is the first: {}",
        lines[0]
    );
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
    assert_eq!(world.keys().len(), 1001);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_is_refused_whole() {
    let world = World::new().await;
    let text = sample_lines().repeat(17 * 1024 * 1024 / sample_lines().len() + 1);
    let ended = world.import(&text, &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("16 MiB"), "{}", ended.stderr);
    assert!(world.keys().is_empty());
}

/// The older pool's file, also while that program has it open and the newest rows
/// stand in its write-ahead log.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_pools_database_is_imported_as_its_dry_run_says() {
    let world = World::new().await;
    let path = world.folder().join("pool.db");
    let pool = rusqlite::Connection::open_with_flags(&path, OpenFlags::default()).unwrap();
    // The older pool's own schema; its tables are not ours to make strict.
    pool.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         create  table api_keys (key TEXT PRIMARY KEY, add_time REAL, balance REAL,
            usage_count INTEGER, enabled INTEGER DEFAULT 1);
         create  table logs (id INTEGER PRIMARY KEY AUTOINCREMENT, used_key TEXT, model TEXT,
            call_time REAL, input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER);
         INSERT INTO api_keys (key, add_time, balance) VALUES
            ('{alpha}', 1754000000, 12.5), ('{nobody}', 1754000000, 1), ('junk', 1, 1);
         INSERT INTO logs (used_key, model, call_time, input_tokens, output_tokens)
            VALUES ('{alpha}', 'Qwen/Qwen3-8B', 1754000001, 3, 4);",
        alpha = sample_key("alpha"),
        nobody = sample_key("nobody"),
    ))
    .unwrap();
    let import = |words: &[&str]| {
        let mut command = world.command(&["keys", "import", "--history"]);
        run(command.args(words).arg(&path))
    };
    let told = import(&["--dry-run"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.stdout.ends_with("added 1, known 0, rejected 2"));
    assert!(world.keys().is_empty(), "a dry run changes nothing");
    let done = import(&[]);
    assert_eq!(done.stdout, told.stdout.clone() + ", 1 calls taken over");
    let keys = world.keys();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["balance"]["nano"], 12_500_000_000_i64);
    assert_eq!(keys[0]["usage_count"], 1);
    let again = import(&[]);
    assert!(
        again.stdout.ends_with("added 0, known 1, rejected 2"),
        "{again:?}"
    );
}

/// Two programs import the same at once: each key is in once, with its secret,
/// and each of them tells what it did.
#[tokio::test(flavor = "multi_thread")]
async fn two_programs_that_import_at_once_add_each_key_once() {
    const KEYS: usize = 400;
    let world = World::new().await;
    let lines = (0..KEYS).map(|n| sample_key(&format!("twice{n}x")));
    let text = lines.collect::<Vec<_>>().join("\n");
    let import = || {
        let mut command = world.command(&["keys", "import", "--no-check"]);
        Running::start(&mut command, &text)
    };
    let running = [import(), import()];
    let ended = running.map(Running::wait);
    let sums: Vec<(usize, usize)> = ended
        .iter()
        .map(|ended| {
            assert_eq!(ended.code, Some(0), "{ended:?}");
            let sums = ended.stdout.lines().last().unwrap_or_default();
            let number = |word: &str| {
                let part = sums.split(", ").find(|part| part.starts_with(word));
                let digits = part.and_then(|part| part.split(' ').nth(1));
                digits.and_then(|digits| digits.parse().ok()).expect(word)
            };
            (number("added"), number("known"))
        })
        .collect();
    assert_eq!(sums[0].0 + sums[1].0, KEYS, "{sums:?}");
    assert_eq!(sums[0].1 + sums[1].1, KEYS, "{sums:?}");
    let keys = world.keys();
    assert_eq!(keys.len(), KEYS);
    assert!(
        keys.iter().all(|key| key["state"] == "unchecked"),
        "{keys:?}"
    );
}
