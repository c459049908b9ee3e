use std::fs;

use rusqlite::Connection;
use rusqlite_migration::M;

use super::super::connection::{Durability, open_writer};
use super::super::tests::{Folder, new_key, number, record, write};
use super::*;

fn set_version(path: &Path, version: i64) {
    let connection = open_writer(path, Durability::Full).unwrap();
    connection
        .pragma_update(None, "user_version", version)
        .unwrap();
}

fn writer(path: &Path) -> Connection {
    make_private(path).unwrap();
    open_writer(path, Durability::Full).unwrap()
}

#[test]
fn migrations_are_valid() {
    Migrations::from_slice(FLOWKEEP).validate().unwrap();
    Migrations::from_slice(USAGE).validate().unwrap();
}

/// F36: what a newer Flowkeep wrote is not touched, neither file.
#[test]
fn a_newer_schema_is_refused_and_left_as_it_is() {
    for newer in ["flowkeep.db", "usage.db"] {
        let folder = Folder::new();
        let store = folder.open();
        store.insert_keys(&[new_key(1)]).unwrap();
        write(&store, [record(1)]);
        drop(store);
        set_version(&folder.path(newer), 999);
        let before = ["flowkeep.db", "usage.db"].map(|name| fs::read(folder.path(name)).unwrap());

        let error = folder.try_open().unwrap_err();
        let steps = if newer == "flowkeep.db" {
            FLOWKEEP
        } else {
            USAGE
        };
        let StoreError::Newer { found, known, .. } = &error else {
            unreachable!("{error:?}");
        };
        assert_eq!((*found, usize::try_from(*known)), (999, Ok(steps.len())));
        let text = error.to_string();
        assert!(
            text.contains(newer) && text.contains("update Flowkeep"),
            "{text}"
        );
        let after = ["flowkeep.db", "usage.db"].map(|name| fs::read(folder.path(name)).unwrap());
        assert!(before == after, "{newer} was changed");
    }
}

/// A version that stands only in the write-ahead log counts, and looking at it
/// does not fold the log into the file.
#[test]
fn a_newer_schema_in_the_log_is_refused_and_left_there() {
    let folder = Folder::new();
    drop(folder.open());
    let path = folder.path("flowkeep.db");
    let other = writer(&path);
    other.pragma_update(None, "user_version", 999).unwrap();
    // As after a kill -9: database and log, without the one who wrote them.
    let copy = Folder::new();
    for name in ["flowkeep.db", "flowkeep.db-wal"] {
        fs::copy(folder.path(name), copy.path(name)).unwrap();
    }
    let log = fs::read(copy.path("flowkeep.db-wal")).unwrap();
    let before = fs::read(copy.path("flowkeep.db")).unwrap();
    assert!(!log.is_empty());

    let error = copy.try_open().unwrap_err();
    assert!(matches!(error, StoreError::Newer { .. }), "{error:?}");
    assert!(fs::read(copy.path("flowkeep.db")).unwrap() == before);
    assert!(fs::read(copy.path("flowkeep.db-wal")).unwrap() == log);
}

const OLD: &[M<'static>] = &[M::up("CREATE TABLE animals (name TEXT) STRICT;")];
const NEW: &[M<'static>] = &[
    M::up("CREATE TABLE animals (name TEXT) STRICT;"),
    M::up("ALTER TABLE animals ADD COLUMN legs INTEGER;"),
];
const FAILING: &[M<'static>] = &[
    M::up("CREATE TABLE animals (name TEXT) STRICT;"),
    M::up("DELETE FROM animals; ALTER TABLE plants ADD COLUMN leaves INTEGER;"),
];

fn old_file(folder: &Folder) -> PathBuf {
    let path = folder.path("old.db");
    let mut connection = writer(&path);
    migrate(&mut connection, &path, OLD).unwrap();
    connection
        .execute("INSERT INTO animals (name) VALUES ('dog')", [])
        .unwrap();
    path
}

#[test]
fn a_file_is_backed_up_before_its_migration() {
    let folder = Folder::new();
    let path = old_file(&folder);
    let backup = folder.path("old.db.v1.backup");
    assert!(!backup.exists(), "an empty file needs no backup");

    let mut connection = writer(&path);
    migrate(&mut connection, &path, NEW).unwrap();
    assert_eq!(
        number(&path, "SELECT count(*) FROM animals WHERE legs IS NULL"),
        1
    );
    assert_eq!(number(&path, "PRAGMA user_version"), 2);
    assert_eq!(number(&backup, "PRAGMA user_version"), 1);
    assert_eq!(number(&backup, "SELECT count(*) FROM animals"), 1);
    #[cfg(unix)]
    assert_eq!(crate::private::exposed_mode(&backup).unwrap(), None);
}

/// F36: a migration that fails changes nothing.
#[test]
fn a_failed_migration_leaves_the_file_as_it_was() {
    let folder = Folder::new();
    let path = old_file(&folder);
    let before = fs::read(&path).unwrap();
    let mut connection = writer(&path);
    let error = migrate(&mut connection, &path, FAILING).unwrap_err();
    drop(connection);
    assert!(matches!(error, StoreError::Migrate { .. }), "{error:?}");
    assert!(fs::read(&path).unwrap() == before, "the file was changed");
    assert_eq!(number(&path, "SELECT count(*) FROM animals"), 1);
}
