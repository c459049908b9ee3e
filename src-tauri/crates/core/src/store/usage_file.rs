//! The file `usage.db`: its readers, and how it is set aside when damaged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rusqlite::Connection;

use super::connection::{self, Durability, OpenLock, READ_DEADLINE};
use super::error::{StoreError, is_damage};
use super::lock;
use super::migrate::{self, Finding};
use crate::clock::Clock;

/// Readers that are kept for the next query; more are opened while needed.
const KEPT_READERS: usize = 2;

/// What follows the name of a file that was set aside, before the time.
const CORRUPT: &str = ".corrupt-";

/// Where `usage.db` is, with the connections that queries go through.
pub(super) struct UsageFile {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    /// Held by every query, and alone while the file is replaced.
    gate: RwLock<()>,
    /// Readers that wait for a query; a slow one does not hold up the next.
    readers: Mutex<Vec<Connection>>,
    /// The reader that is asked whether something was committed.
    watcher: Mutex<Option<Connection>>,
}

impl std::fmt::Debug for UsageFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UsageFile").field(&self.path).finish()
    }
}

impl UsageFile {
    pub(super) fn new(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            clock,
            gate: RwLock::default(),
            readers: Mutex::default(),
            watcher: Mutex::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at the file without changing it.
    pub(super) fn inspect(&self) -> Result<Finding, StoreError> {
        connection::make_private(&self.path)?;
        migrate::inspect(&self.path, &migrate::USAGE)
    }

    /// Opens the file for the writer; a damaged one is refused. Needs the
    /// [`OpenLock`].
    pub(super) fn open_sound(&self, finding: Finding) -> Result<Connection, StoreError> {
        match finding {
            Finding::Sound => self.open_writer(),
            Finding::Damaged(detail) => Err(StoreError::DamagedLog {
                path: self.path.clone(),
                detail,
            }),
        }
    }

    /// Opens the file for the writer; a damaged one is set aside first. The
    /// second value is the warning about that. Needs the [`OpenLock`].
    pub(super) fn open_or_replace(
        &self,
        finding: Finding,
    ) -> Result<(Connection, Option<String>), StoreError> {
        let detail = match finding {
            Finding::Damaged(detail) => detail,
            Finding::Sound => match self.open_writer() {
                Ok(connection) => return Ok((connection, None)),
                Err(StoreError::Open { source, .. }) if is_damage(&source) => source.to_string(),
                Err(error) => return Err(error),
            },
        };
        let aside = self.set_aside()?;
        let warning = format!(
            "{} was damaged ({detail}); it was set aside as {} and begun anew. Delete that file \
             when you have no use for it: bodies that were kept may still be in it",
            self.path.display(),
            aside.display()
        );
        Ok((self.open_writer()?, Some(warning)))
    }

    /// Opens the file for the writer while the program runs.
    pub(super) fn reopen(&self) -> Result<Connection, StoreError> {
        let _open_lock = self.open_lock()?;
        self.open_writer()
    }

    /// Sets a file aside that turned out to be damaged while the program runs.
    /// The writer's connection must be closed.
    pub(super) fn replace(
        &self,
        detail: String,
    ) -> Result<(Connection, Option<String>), StoreError> {
        let _open_lock = self.open_lock()?;
        self.open_or_replace(Finding::Damaged(detail))
    }

    fn open_lock(&self) -> Result<OpenLock, StoreError> {
        OpenLock::acquire(self.path.parent().unwrap_or(&self.path))
    }

    fn open_writer(&self) -> Result<Connection, StoreError> {
        connection::make_private(&self.path)?;
        let mut connection =
            connection::open_writer(&self.path, Durability::Normal).map_err(|source| {
                StoreError::Open {
                    path: self.path.clone(),
                    source,
                }
            })?;
        migrate::migrate(&mut connection, &self.path, &migrate::USAGE)?;
        Ok(connection)
    }

    /// Renames the database and its companions to `usage.db.corrupt-<unix ms>`.
    fn set_aside(&self) -> Result<PathBuf, StoreError> {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        // An open file cannot be renamed on Windows.
        self.close_readers();
        let now = self.clock.now().unix_ms;
        let aside = with_suffix(&self.path, &format!("{CORRUPT}{now}"));
        for companion in ["", "-wal", "-shm"] {
            let from = with_suffix(&self.path, companion);
            match fs::rename(&from, with_suffix(&aside, companion)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(StoreError::File { path: from, source }),
                Ok(()) => {}
            }
        }
        Ok(aside)
    }

    /// The files that were set aside so far. Nothing removes what is in them.
    pub(super) fn set_aside_before(&self) -> Result<Vec<PathBuf>, StoreError> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let begin = with_suffix(&self.path, CORRUPT);
        let begin = begin.as_os_str().as_encoded_bytes();
        let is_copy = |path: &PathBuf| {
            let rest = path.as_os_str().as_encoded_bytes().strip_prefix(begin);
            rest.is_some_and(|rest| !rest.is_empty() && rest.iter().all(u8::is_ascii_digit))
        };
        let entries = fs::read_dir(folder).and_then(|entries| {
            let paths = entries.map(|entry| entry.map(|entry| entry.path()));
            paths.collect::<io::Result<Vec<_>>>()
        });
        let mut found = entries.map_err(|source| StoreError::File {
            path: folder.to_owned(),
            source,
        })?;
        found.retain(is_copy);
        found.sort();
        Ok(found)
    }

    /// Closes the connections that no query uses. The last connection to be closed
    /// must be the writer's: only that one can empty the write-ahead log.
    pub(super) fn close_readers(&self) {
        lock(&self.readers).clear();
        *lock(&self.watcher) = None;
    }

    fn open_reader(&self) -> Result<Connection, StoreError> {
        connection::open_reader(&self.path).map_err(|source| StoreError::Open {
            path: self.path.clone(),
            source,
        })
    }

    /// A number that changes when something was committed to the file, by
    /// whichever connection.
    pub(super) fn data_version(&self) -> Result<i64, StoreError> {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let mut watcher = lock(&self.watcher);
        let connection = match &mut *watcher {
            Some(connection) => connection,
            none => none.insert(self.open_reader()?),
        };
        connection
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(|source| StoreError::Sql {
                doing: "ask for the data version of usage.db",
                source,
            })
    }

    /// Runs a query on a connection that cannot write, for at most
    /// [`READ_DEADLINE`] (S25).
    pub(super) fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let waiting = lock(&self.readers).pop();
        let connection = match waiting {
            Some(connection) => connection,
            None => self.open_reader()?,
        };
        let answer =
            connection::set_deadline(&connection, READ_DEADLINE).and_then(|()| work(&connection));
        match answer {
            Ok(answer) => {
                let mut readers = lock(&self.readers);
                if readers.len() < KEPT_READERS {
                    readers.push(connection);
                }
                Ok(answer)
            }
            Err(error) => Err(match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::OperationInterrupted) => StoreError::TooSlow { doing },
                _ => StoreError::Sql {
                    doing,
                    source: error,
                },
            }),
        }
    }

    /// Checks every page, however long it takes.
    pub(super) fn integrity_check(&self) -> Result<(), StoreError> {
        let found = connection::open_reader(&self.path)
            .and_then(|connection| connection::complaint(&connection, "integrity_check"))
            .map_err(|source| StoreError::Sql {
                doing: "check usage.db",
                source,
            })?;
        match found {
            None => Ok(()),
            Some(detail) => Err(StoreError::Damaged {
                path: self.path.clone(),
                detail,
            }),
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
