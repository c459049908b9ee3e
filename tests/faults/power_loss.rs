//! F31: the power fails. What of a write-ahead log reached the disk by then is
//! any beginning of it, perhaps with a torn end. Whatever it is, both files open,
//! are whole, hold what was there at some moment, and their sums agree.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use flowkeep_contract::ImportKeysRequest;
use flowkeep_core::clock::SystemClock;
use flowkeep_core::store::Store;
use flowkeep_simulator::sample_key;
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{MODEL, Rig};
use tempfile::TempDir;

/// Batches of requests, each on disk before the next begins.
const BATCHES: usize = 12;
const CHATS: usize = 5;
/// Moments at which the power fails.
const CUTS: usize = 40;

/// Both databases as they lie on the disk, while nobody writes.
struct Disk {
    databases: [Vec<u8>; 2],
    logs: [Vec<u8>; 2],
}

const NAMES: [&str; 2] = ["flowkeep.db", "usage.db"];

impl Disk {
    fn read(folder: &Path) -> Self {
        let read = |name: String| fs::read(folder.join(name)).expect("a file");
        Self {
            databases: NAMES.map(|name| read(name.to_owned())),
            logs: NAMES.map(|name| read(format!("{name}-wal"))),
        }
    }

    /// What is found after the power has failed: of each log its beginning of
    /// this many thousandths, and then perhaps rubbish.
    fn after(&self, thousandths: usize, is_torn: bool) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (at, name) in NAMES.iter().enumerate() {
            let log = &self.logs[at];
            let cut = log.len() * thousandths / 1_000;
            let mut left = log[..cut].to_vec();
            if is_torn {
                // A sector that was to be written next, and was not.
                left.resize((cut + 512).min(log.len()), 0xA5);
            }
            let path = folder.path().join(name);
            fs::write(&path, &self.databases[at]).expect("it is written");
            fs::write(folder.path().join(format!("{name}-wal")), left).expect("it is written");
        }
        folder
    }
}

/// Keys and requests of a folder, after both files were checked.
fn found_in(folder: &Path) -> (usize, i64) {
    let opened = Store::open(folder, Arc::new(SystemClock::new()));
    let (store, warnings) = opened.expect("it opens");
    assert_eq!(warnings, Vec::<String>::new(), "nothing is set aside");
    store.integrity_check().expect("both files are whole");
    let keys = store.keys().expect("keys").len();
    drop(store);
    (keys, assert_balanced(folder))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_reached_the_disk_opens_and_adds_up() {
    let rig = Rig::start().await;
    for batch in 0..BATCHES {
        let request = ImportKeysRequest {
            text: sample_key(&format!("batch{batch}x")),
            validate: false,
            force: false,
        };
        assert_eq!(rig.app.import_keys(request).await.unwrap().added, 1);
        rig.chats(MODEL, CHATS).await;
        assert_eq!(rig.settled_rows().await.len(), (batch + 1) * CHATS);
    }
    // The keys go on disk beside the requests; nobody writes any more.
    let disk = Disk::read(rig.folder());
    let check = tokio::task::spawn_blocking(move || {
        let mut last = (0, 0);
        for cut in 0..CUTS {
            let thousandths = cut * 1_000 / CUTS;
            let found = found_in(disk.after(thousandths, cut % 2 == 1).path());
            assert!(
                found.0 >= last.0 && found.1 >= last.1,
                "{found:?} after {last:?}: more was written, less is there"
            );
            last = found;
        }
        (last, found_in(disk.after(1_000, false).path()))
    });
    let (almost, all) = check.await.expect("it opens each time");
    // Whatever was said to be done is there.
    assert_eq!(all, (3 + BATCHES, i64::try_from(BATCHES * CHATS).unwrap()));
    assert!(almost.1 > 0, "the cuts went through the requests");
}
