//! Opening the files: modes, flags, pragmas, and the deadline of readers.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;
use crate::private;

/// How long a statement waits for another process's transaction.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a query of the UI may take (S25).
pub(super) const READ_DEADLINE: Duration = Duration::from_secs(2);
/// The write-ahead log is cut back to this after a checkpoint, in bytes.
const JOURNAL_SIZE_LIMIT: i64 = 64 << 20;
/// Most memory for pages, in KiB; taken only while pages are in use.
const CACHE_KIB: i64 = 16_000;
/// `PRAGMA auto_vacuum`: free pages are given back in small steps.
const INCREMENTAL: i64 = 2;
/// Virtual machine steps between two looks at the deadline.
const STEPS_PER_LOOK: i32 = 1_000;
/// How long another process may take to open or migrate.
const OPEN_PATIENCE: Duration = Duration::from_secs(30);

/// When a commit reaches the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// Before the commit returns.
    Full,
    /// At the next checkpoint; a crash of the program loses nothing.
    Normal,
}

/// Held while the files are checked and migrated, so that two processes that
/// start together neither migrate nor quarantine the same file twice.
#[derive(Debug)]
pub(super) struct OpenLock {
    _file: File,
}

impl OpenLock {
    /// Waits for other processes that are opening the same folder.
    pub(super) fn acquire(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("store.lock");
        let failed = |source| StoreError::File {
            path: path.clone(),
            source,
        };
        let file = private::open_or_create(&path).map_err(failed)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if start.elapsed() < OPEN_PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path }),
                // Some network drives have no locks; the databases have their own.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Self { _file: file });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

/// Makes the data folder if it is absent, closes it to others, and resolves it,
/// because SQLite refuses paths with a symbolic link anywhere in them.
pub(super) fn prepare_folder(folder: &Path) -> Result<PathBuf, StoreError> {
    private::ensure_folder(folder)
        .and_then(|()| folder.canonicalize())
        .map_err(|source| StoreError::File {
            path: folder.to_owned(),
            source,
        })
}

/// Makes an empty file that only its owner can read, or closes the one that is
/// there. SQLite gives its `-wal` and `-shm` files the mode of the database.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    private::ensure_file(path).map_err(|source| StoreError::File {
        path: path.to_owned(),
        source,
    })
}

/// Opens for reading and writing and sets every pragma.
pub(super) fn open_writer(path: &Path, durability: Durability) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    common_pragmas(&connection)?;
    // Only has an effect before the first table; afterwards it would write.
    let auto_vacuum: i64 = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    if auto_vacuum != INCREMENTAL {
        connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection
        .pragma_update_and_check(None, "journal_size_limit", JOURNAL_SIZE_LIMIT, |_| Ok(()))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.set_prepared_statement_cache_capacity(64);
    // An import of thousands of keys fits, so that it is not written twice.
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

/// Opens for reading only: it can neither change nor checkpoint the file.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    common_pragmas(&connection)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn common_pragmas(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // No temporary files beside the ones we close to others.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Stops the statements of `connection` once `limit` from now has passed.
pub(super) fn set_deadline(connection: &Connection, limit: Duration) -> rusqlite::Result<()> {
    let end = Instant::now() + limit;
    connection.progress_handler(STEPS_PER_LOOK, Some(move || Instant::now() >= end))
}

/// The first complaint of `PRAGMA quick_check`, if there is one.
pub(super) fn complaint(connection: &Connection, pragma: &str) -> rusqlite::Result<Option<String>> {
    let word: String =
        connection.query_row(&format!("PRAGMA {pragma}(1)"), [], |row| row.get(0))?;
    Ok((word != "ok").then_some(word))
}
