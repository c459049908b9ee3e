//! Files that are damaged, newer, or half written (F35, F36, F43), as a user of
//! `flowkeep serve` meets them.

use std::fs;
use std::path::PathBuf;

use flowkeep_tests::books::assert_balanced;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::program::{Running, run};
use crate::world::{MODEL, World, sample_lines};

/// A folder with keys and some rows, whose gateway has ended.
async fn used() -> (World, String) {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let token = world.token();
    let (gateway, address) = world.serve();
    chats(&world, &address, &token, 40).await;
    assert_eq!(gateway.stop().code, Some(0));
    assert_eq!(assert_balanced(world.folder()), 40);
    (world, token)
}

async fn chats(world: &World, address: &str, token: &str, count: usize) {
    for number in 0..count {
        let answer = world.chat(address, token, (MODEL, number % 2 == 0)).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a whole body");
    }
}

/// Overwrites all pages but the first with rubbish, and returns the file.
fn spoil(path: &PathBuf) -> Vec<u8> {
    change(path, "");
    let mut bytes = fs::read(path).expect("the file");
    assert!(bytes.len() > 8_192, "nothing to spoil");
    bytes[4_096..].fill(0xA5);
    fs::write(path, &bytes).expect("it is written");
    bytes
}

fn set_aside(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.folder()).expect("the folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let name = path.to_string_lossy();
            name.contains("usage.db.corrupt-") && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .collect()
}

/// F35: the log is set aside and begun anew; requests do not notice, the user is
/// told on the terminal and in the window.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_is_set_aside_and_begun_anew() {
    let (world, token) = used().await;
    let spoiled = spoil(&world.folder().join("usage.db"));
    let (gateway, address) = world.serve_administered();
    chats(&world, &address, &token, 10).await;
    let (_, settings) = world
        .rpc(&address, "get_settings", &json!({}))
        .await
        .expect("an answer");
    let warning = settings["warning"].as_str().unwrap_or_default();
    assert!(warning.contains("usage.db.corrupt-"), "{settings}");
    let ended = gateway.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("usage.db.corrupt-"), "{ended:?}");
    let aside = set_aside(&world);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(
        fs::read(&aside[0]).unwrap() == spoiled,
        "it is kept as it was"
    );
    assert_eq!(assert_balanced(world.folder()), 10);
    // Nothing can remove the bodies in it, so it is named where bodies are removed.
    let cleared = run(&mut world.command(&["logs", "clear-bodies", "--yes"]));
    assert_eq!(cleared.code, Some(0), "{cleared:?}");
    assert!(
        cleared.stderr.contains(&*aside[0].to_string_lossy()),
        "{cleared:?}"
    );
}

/// F35: keys are not begun anew. The file is kept, and what to do is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_of_keys_is_refused_and_kept() {
    let (world, _) = used().await;
    let path = world.folder().join("flowkeep.db");
    let refused = |spoiled: &[u8]| {
        for words in [&["serve", "--port", "0"][..], &["keys", "list"], &["token"]] {
            let ended = run(&mut world.command(words));
            assert_eq!(ended.code, Some(1), "{words:?}: {ended:?}");
            assert!(ended.stderr.contains("flowkeep.db is damaged"), "{ended:?}");
            assert!(ended.stderr.contains("backup"), "{ended:?}");
            assert!(fs::read(&path).unwrap() == spoiled, "{words:?} changed it");
        }
    };
    refused(&spoil(&path));
    // As a loss of power may leave it.
    fs::write(&path, []).expect("it is emptied");
    refused(&[]);
    assert_eq!(assert_balanced(world.folder()), 40, "the log is as it was");
}

fn change(path: &PathBuf, sql: &str) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let database = Connection::open_with_flags(path, flags).expect("it opens");
    database.execute_batch(sql).expect("it is changed");
    let all = "PRAGMA wal_checkpoint(TRUNCATE)";
    database
        .query_row(all, [], |_| Ok(()))
        .expect("all of it is in the file");
}

/// F36: a file of a newer Flowkeep is refused; neither file changes by a byte.
#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_newer_version_are_left_alone() {
    for newer in ["flowkeep.db", "usage.db"] {
        let (world, _) = used().await;
        change(&world.folder().join(newer), "PRAGMA user_version = 999");
        let both = || ["flowkeep.db", "usage.db"].map(|name| fs::read(world.folder().join(name)));
        let before = both().map(|file| file.expect("a file"));
        for words in [&["serve", "--port", "0"][..], &["keys", "list"]] {
            let ended = run(&mut world.command(words));
            assert_eq!(ended.code, Some(1), "{words:?}: {ended:?}");
            assert!(ended.stderr.contains("update Flowkeep"), "{ended:?}");
            assert!(ended.stderr.contains(newer), "{ended:?}");
        }
        assert!(before == both().map(|file| file.expect("a file")));
    }
}

/// F36: a migration that cannot be carried out leaves the file as it was, and
/// nothing is served on half a schema.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_changes_nothing() {
    for name in ["flowkeep.db", "usage.db"] {
        let (world, _) = used().await;
        let path = world.folder().join(name);
        // As if an older version had made these tables by itself.
        change(&path, "PRAGMA user_version = 1");
        let before = fs::read(&path).expect("the file");
        let ended = run(&mut world.serve_command(&[]));
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains(name), "{ended:?}");
        assert!(ended.stderr.contains("left as it was"), "{ended:?}");
        assert!(
            before == fs::read(&path).expect("the file"),
            "{name} changed"
        );
        let backup = world.folder().join(format!("{name}.v1.backup"));
        assert!(backup.exists(), "{name} was backed up before");
    }
}

/// F43: whatever state the settings are in, the gateway starts, with the last
/// good ones, and says so; what a later version wrote is kept.
#[tokio::test(flavor = "multi_thread")]
async fn damaged_settings_do_not_stop_the_gateway() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let path = world.folder().join("settings.toml");
    fs::write(&path, "# mine\nfuture = [1, 2]\n").unwrap();
    let (gateway, address) = world.serve_administered();
    let open = json!({"require_token": false});
    let (status, _) = world.rpc(&address, "update_settings", &open).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(gateway.stop().code, Some(0));
    let whole = fs::read_to_string(&path).unwrap();
    assert!(
        whole.contains("# mine") && whole.contains("future = [1, 2]"),
        "{whole}"
    );
    assert!(whole.contains("require_token = false"), "{whole}");

    for damaged in [
        "",
        &whole[..whole.len() / 2],
        "queue_length = [broken",
        "\0\0\0\0",
    ] {
        fs::write(&path, damaged).unwrap();
        let (gateway, address) = world.serve_administered();
        // The last good settings want no token.
        chats(&world, &address, "", 2).await;
        let (_, told) = world
            .rpc(&address, "get_settings", &json!({}))
            .await
            .unwrap();
        let warning = told["warning"].as_str().unwrap_or_default();
        assert!(
            warning.contains("last good settings"),
            "{damaged:?}: {told}"
        );
        let ended = gateway.stop();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("last good settings"), "{ended:?}");
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            damaged,
            "not overwritten"
        );
    }
    assert_eq!(assert_balanced(world.folder()), 8);
    // A change writes a whole file again, and keeps the damaged one.
    let (gateway, address) = world.serve_administered();
    let change = json!({"queue_length": 9});
    let (status, _) = world
        .rpc(&address, "update_settings", &change)
        .await
        .unwrap();
    assert_eq!(status, 200);
    gateway.stop();
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.contains("queue_length = 9"), "{written}");
    assert!(written.contains("future = [1, 2]"), "{written}");
    assert!(world.folder().join("settings.toml.damaged").exists());
}

/// F35, while it runs: the file goes bad under the gateway.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_goes_bad_while_it_runs_is_replaced() {
    let (world, token) = used().await;
    let (gateway, address): (Running, String) = world.serve_administered();
    chats(&world, &address, &token, 2).await;
    spoil(&world.folder().join("usage.db"));
    // The first reader that meets the damage has it set aside.
    let stats = json!({"before": null, "limit": 100});
    let begun = std::time::Instant::now();
    while set_aside(&world).is_empty() {
        let _bad_or_good = world.rpc(&address, "list_requests", &stats).await.unwrap();
        chats(&world, &address, &token, 1).await;
        assert!(
            begun.elapsed() < crate::program::PATIENCE,
            "it is not set aside"
        );
    }
    chats(&world, &address, &token, 20).await;
    while world.health(&address).await["database"] != "ok" {
        assert!(
            begun.elapsed() < crate::program::PATIENCE,
            "it is not replaced"
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (_, told) = world
        .rpc(&address, "get_settings", &json!({}))
        .await
        .unwrap();
    let ended = gateway.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("usage.db.corrupt-"), "{ended:?}");
    let warning = told["warning"].as_str().unwrap_or_default();
    assert!(warning.contains("usage.db.corrupt-"), "{told}");
    assert!(assert_balanced(world.folder()) >= 20);
}
