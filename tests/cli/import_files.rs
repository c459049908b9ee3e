//! S24: a file that is imported is data. It is not run, not unpacked, bounded, and
//! changes no setting.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use flowkeep_simulator::sample_key;
use rusqlite::OpenFlags;

use crate::program::{Ended, run};
use crate::world::World;

fn import(world: &World, path: &Path) -> Ended {
    let words = ["keys", "import", "--history"];
    run(world.command(&words).arg(path))
}

/// A database with a schema that does things.
fn hostile_pool(folder: &Path) -> PathBuf {
    let path = folder.join("pool.db");
    let pool = rusqlite::Connection::open_with_flags(&path, OpenFlags::default()).expect("a file");
    // Names that our own tables have, a trigger on what is read, and a view
    // without an end in the place of the log.
    pool.execute_batch(&format!(
        "create  table api_keys (key TEXT PRIMARY KEY, balance REAL);
         create  table keys (id TEXT);
         create  table stolen (key TEXT);
         INSERT INTO api_keys VALUES ('{}', 1), ('''; DROP TABLE keys; --', 1);
         CREATE TRIGGER thief AFTER INSERT ON api_keys BEGIN
            INSERT INTO stolen SELECT key FROM api_keys; END;
         CREATE VIEW logs AS WITH RECURSIVE n(call_time) AS
            (SELECT 1 UNION ALL SELECT call_time + 1 FROM n) SELECT call_time FROM n;",
        sample_key("alpha"),
    ))
    .expect("a file");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_and_views_of_a_database_do_nothing() {
    let world = World::new().await;
    let path = hostile_pool(world.folder());
    let before = std::fs::read(&path).expect("a file");
    let ended = import(&world, &path);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("added 1"), "{ended:?}");
    assert_eq!(world.keys().len(), 1);
    assert_eq!(
        std::fs::read(&path).expect("a file"),
        before,
        "it is only read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_not_unpacked_and_a_huge_file_is_refused() {
    let world = World::new().await;
    let bomb = world.folder().join("keys.gz");
    let mut packed = GzEncoder::new(File::create(&bomb).expect("a file"), Compression::best());
    for _ in 0..1 << 16 {
        packed.write_all(&[b'x'; 4_096]).expect("a file");
    }
    packed.finish().expect("a file");
    let ended = import(&world, &bomb);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("no key was added"), "{ended:?}");

    let huge = world.folder().join("huge.txt");
    // Sparse: it takes no room on the disk.
    File::create(&huge)
        .expect("a file")
        .set_len(2 << 30)
        .expect("a file");
    let ended = import(&world, &huge);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("more than 1024 MiB"), "{ended:?}");
    assert!(world.keys().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_changes_no_setting() {
    let world = World::new().await;
    let settings = world.folder().join("settings.toml");
    let before = std::fs::read(&settings).ok();
    let path = world.folder().join("backup.json");
    let text = format!(
        r#"{{"keys": ["{}"], "upstream": "https://evil.test/v1", "host": "0.0.0.0", "require_token": false}}"#,
        sample_key("alpha")
    );
    std::fs::write(&path, text).expect("a file");
    let ended = import(&world, &path);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(world.keys().len(), 1);
    assert_eq!(std::fs::read(&settings).ok(), before);
    let asked = world.simulator.ledger().count();
    assert!(asked > 0, "the key was checked where it always is");
}
