use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::clock::ManualClock;
use crate::model::{AccountId, Fingerprint, KeyId, KeyState, Outcome, RequestRecord, Usage};

/// 2026-08-22 12:00 UTC.
pub(super) const NOON: i64 = 1_787_400_000_000;
/// Long enough for a busy machine; tests that pass never wait for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A data folder with a clock.
pub(super) struct Folder {
    root: TempDir,
    pub(super) clock: Arc<ManualClock>,
}

impl Folder {
    pub(super) fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(NOON)),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn try_open(&self) -> Result<(Store, Vec<String>), StoreError> {
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&self.clock);
        Store::open(self.root.path(), clock)
    }

    /// Opens and expects no warning.
    pub(super) fn open(&self) -> Store {
        let (store, warnings) = self.try_open().unwrap();
        assert_eq!(warnings, Vec::<String>::new());
        store
    }
}

pub(super) fn new_key(n: u32) -> NewKey {
    let mut fingerprint = [0; 32];
    fingerprint[..4].copy_from_slice(&n.to_be_bytes());
    NewKey {
        key_id: KeyId::from(format!("key-{n}").as_str()),
        label: String::new(),
        account_label: None,
        site: "default".to_owned(),
        balance: None,
        fingerprint: Fingerprint(fingerprint),
        last_four: format!("{:04}", n % 10_000),
        bundle: n / 300,
        enabled: true,
        weight: 1,
        state: KeyState::Usable,
        condition: None,
    }
}

/// The request number `n`, one second after the one before.
pub(super) fn record(n: u32) -> RequestRecord {
    RequestRecord {
        route: "chat/completions".to_owned(),
        model_asked: Some("deepseek-ai/DeepSeek-V3.2".into()),
        key: Some(KeyId::from(format!("key-{}", n % 3).as_str())),
        key_last_four: Some("f00d".to_owned()),
        account: Some(AccountId::from(format!("account-{}", n % 2).as_str())),
        client: "default".into(),
        stream: n.is_multiple_of(2),
        status: 200,
        outcome: Outcome::Success,
        trace_id: Some(format!("ti_{n:024}")),
        attempts: 1,
        usage: Usage {
            prompt_tokens: Some(1_000 + u64::from(n)),
            completion_tokens: Some(200),
            cached_tokens: Some(512),
            reasoning_tokens: None,
        },
        first_byte_ms: Some(250),
        duration_ms: 4_000,
        ..RequestRecord::begun(Uuid::from_u128(u128::from(n)), NOON + i64::from(n) * 1_000)
    }
}

/// All times.
pub(super) fn everything() -> (i64, i64) {
    (0, i64::MAX)
}

/// Records and waits until all is on disk.
pub(super) fn write(store: &Store, records: impl IntoIterator<Item = RequestRecord>) {
    let journal = store.journal();
    for record in records {
        journal.record(record);
    }
    assert!(journal.flush(PATIENCE), "{:?}", journal.trouble());
}

/// One number, read past the store.
pub(super) fn number(path: &Path, sql: &str) -> i64 {
    let connection = connection::open_reader(path).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The steps of a query as SQLite plans it.
pub(super) fn plan(path: &Path, sql: &str) -> String {
    let connection = connection::open_reader(path).unwrap();
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>("detail").unwrap());
    }
    steps.join("\n")
}

/// Overwrites the pages from the second of a database with rubbish (F35).
fn spoil(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    assert!(
        bytes.len() > 8_192,
        "nothing to spoil in {}",
        path.display()
    );
    bytes[4_096..].fill(0xA5);
    fs::write(path, bytes).unwrap();
}

fn files(folder: &Folder) -> HashSet<String> {
    fs::read_dir(folder.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// An empty file beside a log is damage (F35), so a start that fails must not leave one.
#[test]
fn a_failed_start_leaves_no_empty_file_behind() {
    let folder = Folder::new();
    drop(folder.open());
    fs::remove_file(folder.path("flowkeep.db")).unwrap();
    let log = connection::open_writer(&folder.path("usage.db"), Durability::Normal).unwrap();
    log.pragma_update(None, "user_version", 99).unwrap();
    drop(log);
    assert!(matches!(folder.try_open(), Err(StoreError::Newer { .. })));
    assert!(!folder.path("flowkeep.db").exists());
    fs::write(folder.path("flowkeep.db"), []).unwrap();
    assert!(matches!(folder.try_open(), Err(StoreError::Damaged { .. })));
}

#[test]
fn values_survive_a_restart() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(store.meta("theme").unwrap(), None);
    store.set_meta("theme", "dark").unwrap();
    store.set_meta("theme", "light").unwrap();
    let id = store.install_id().unwrap();
    drop(store);

    let store = folder.open();
    assert_eq!(store.meta("theme").unwrap().as_deref(), Some("light"));
    assert_eq!(store.install_id().unwrap(), id);
    assert_eq!(id.len(), 12);
    store.integrity_check().unwrap();
}

#[test]
fn the_data_version_moves_with_other_processes_only() {
    let folder = Folder::new();
    let gateway = folder.open();
    let cli = folder.open();
    let before = gateway.data_version().unwrap();
    gateway.set_meta("own", "change").unwrap();
    assert_eq!(gateway.data_version().unwrap(), before);

    cli.insert_keys(&[new_key(1)]).unwrap();
    let after = gateway.data_version().unwrap();
    assert_ne!(after, before);
    assert_eq!(gateway.data_version().unwrap(), after);
    assert_eq!(gateway.keys().unwrap().len(), 1);
}

#[test]
fn two_stores_write_to_one_folder_at_the_same_time() {
    let folder = Folder::new();
    let stores = [folder.open(), folder.open()];
    std::thread::scope(|scope| {
        for (store, first) in stores.iter().zip([0_u32, 1_000]) {
            scope.spawn(move || {
                for n in first..first + 50 {
                    store.insert_keys(&[new_key(n)]).unwrap();
                    store.journal().record(record(n));
                }
                assert!(store.journal().flush(PATIENCE));
            });
        }
    });
    for store in &stores {
        assert_eq!(store.keys().unwrap().len(), 100);
        assert_eq!(store.requests_page(None, 1_000).unwrap().len(), 100);
        assert_eq!(
            store
                .usage_sums(0, i64::MAX, &UsageFilter::default())
                .unwrap()
                .calls,
            100
        );
        store.integrity_check().unwrap();
    }
}

#[test]
fn stores_that_start_together_share_a_new_folder() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let folder = &folder;
            scope.spawn(move || folder.open().set_meta(&format!("{n}"), "here").unwrap());
        }
    });
    let store = folder.open();
    for n in 0..4 {
        assert_eq!(
            store.meta(&format!("{n}")).unwrap().as_deref(),
            Some("here")
        );
    }
}

/// F35: statistics can be done without, so a damaged file is set aside.
#[test]
fn a_damaged_usage_file_is_set_aside() {
    let folder = Folder::new();
    write(&folder.open(), (0..300).map(record));
    let path = folder.path("usage.db");
    spoil(&path);
    let spoiled = fs::read(&path).unwrap();

    let (store, warnings) = folder.try_open().unwrap();
    let aside = folder.path(&format!("usage.db.corrupt-{NOON}"));
    assert!(
        fs::read(&aside).unwrap() == spoiled,
        "the damaged file was changed"
    );
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains(aside.to_str().unwrap()),
        "{warnings:?}"
    );
    write(&store, [record(1)]);
    assert_eq!(store.requests_page(None, 10).unwrap().len(), 1);
    store.integrity_check().unwrap();
}

#[test]
fn a_usage_file_that_is_no_database_is_set_aside() {
    let folder = Folder::new();
    fs::write(folder.path("usage.db"), b"no database at all").unwrap();
    let (store, warnings) = folder.try_open().unwrap();
    assert_eq!(warnings.len(), 1);
    write(&store, [record(1)]);
}

/// Damage that shows only later, as in a file too large to check at the start.
#[test]
fn damage_found_by_a_query_makes_the_writer_begin_anew() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, (0..300).map(record));
    store.requests_page(None, 1).unwrap();
    // Everything into the main file, then rubbish into what no cache holds.
    let path = folder.path("usage.db");
    let checkpoint = connection::open_writer(&path, Durability::Normal).unwrap();
    checkpoint
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(checkpoint);
    spoil(&path);

    let error = store
        .usage_sums(0, i64::MAX, &UsageFilter::default())
        .unwrap_err();
    let StoreError::Sql { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(error::is_damage(source), "{source:?}");
    write(&store, (0..5).map(record));
    // If the first ones were under way already, the file is replaced after them.
    write(&store, (5..10).map(record));
    assert!(files(&folder).contains(&format!("usage.db.corrupt-{NOON}")));
    assert!(
        store
            .usage_sums(0, i64::MAX, &UsageFilter::default())
            .unwrap()
            .calls
            >= 5
    );
    store.integrity_check().unwrap();
}

/// F35: keys cannot be done without, so a damaged file is refused and kept.
#[test]
fn a_damaged_key_file_is_refused_and_kept() {
    let folder = Folder::new();
    let keys: Vec<_> = (0..100).map(new_key).collect();
    folder.open().insert_keys(&keys).unwrap();
    let path = folder.path("flowkeep.db");
    spoil(&path);
    let spoiled = fs::read(&path).unwrap();

    let error = folder.try_open().unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("flowkeep.db is damaged"), "{text}");
    assert!(text.contains("backup"), "{text}");
    assert!(
        fs::read(&path).unwrap() == spoiled,
        "the damaged file was changed"
    );
}

/// F33: a data folder that cannot be is an error that names it.
#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    fs::write(folder.path("file"), b"").unwrap();
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&folder.clock);
    let error = Store::open(&folder.path("file/below"), clock).unwrap_err();
    assert!(error.to_string().contains("file/below"), "{error}");
}

/// S18: modes do not depend on the umask, and links are not followed.
#[cfg(unix)]
mod modes {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_are_the_owners_alone() {
        rustix::process::umask(rustix::fs::Mode::empty());
        let folder = Folder::new();
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&folder.clock);
        let below = folder.path("a/b");
        let (store, _) = Store::open(&below, clock).unwrap();
        store.insert_keys(&[new_key(1)]).unwrap();
        write(&store, [record(1)]);

        assert_eq!(mode(&below), 0o700);
        let mut names = HashSet::new();
        for entry in fs::read_dir(&below).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
            names.insert(entry.file_name().into_string().unwrap());
        }
        for name in ["flowkeep.db", "flowkeep.db-wal", "usage.db", "usage.db-shm"] {
            assert!(names.contains(name), "{names:?}");
        }
    }

    #[test]
    fn a_planted_link_is_refused() {
        let folder = Folder::new();
        let target = folder.path("elsewhere");
        symlink(&target, folder.path("usage.db")).unwrap();
        folder.try_open().unwrap_err();
        assert!(!target.exists());
    }

    #[test]
    fn a_data_folder_behind_a_link_is_fine() {
        let folder = Folder::new();
        fs::create_dir(folder.path("real")).unwrap();
        symlink(folder.path("real"), folder.path("link")).unwrap();
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&folder.clock);
        let (store, _) = Store::open(&folder.path("link"), clock).unwrap();
        store.set_meta("a", "b").unwrap();
        assert!(folder.path("real/flowkeep.db").exists());
    }
}
