//! Two SQLite files and the one writer thread (D11).
//!
//! - `flowkeep.db`: keys without secrets, accounts, states, clients, resources. Every
//!   commit is on disk when the call returns. A damaged file is refused and kept.
//! - `usage.db`: finished requests and their hourly sums, written in batches by
//!   the [`Journal`]'s thread. A damaged file is set aside and begun anew.
//!
//! The calls of [`Store`] block: async code makes them on a blocking thread.
//! [`Journal::record`] does not block and is made for the request path. Several
//! processes may have the same folder open; a newer schema is never touched
//! (F36). No secret is ever written here.

mod accounts;
mod attempts;
mod batch;
mod batch_results;
mod blocks;
mod bodies;
mod clients;
mod columns;
mod connection;
mod error;
mod filter;
mod former_names;
mod histogram;
mod history;
mod journal;
mod key_edits;
mod keys;
mod latencies;
mod latency_slices;
mod log_pages;
mod log_size;
mod logged;
mod meta;
mod migrate;
mod names;
mod older_pool;
mod removal;
mod reprice;
mod requests;
mod resources;
mod retention;
mod rollup;
mod search;
mod span;
mod spending;
mod spent_since;
mod states;
mod sums;
mod tools;
mod traces;
mod usage;
mod usage_file;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use accounts::{AccountRow, Balance, BalanceFailure, BalanceFinding};
pub use batch_results::BatchResult;
pub use bodies::BodyCare;
pub use clients::{ClientRow, NewClient};
pub use error::StoreError;
pub use filter::{Dimension, UsageFilter};
pub use history::{OLDER_POOL, UNKNOWN_ROUTE, older_call};
pub use journal::Journal;
pub use key_edits::{AccountPatch, KeyPatch};
pub use keys::{KeyInsertion, KeyRow, NewKey};
pub use latencies::{Latencies, Percentiles};
pub use log_pages::{LogPage, LogQuery};
pub use older_pool::{OlderCall, OlderKey, OlderPool};
pub use reprice::{RepriceStep, Repriced};
pub use requests::RequestRow;
pub use retention::{Retained, Retention};
pub use search::{FoundRequests, RequestSearch};
pub use spending::HourSpent;
pub use states::CoolingRow;
pub use sums::UsageSums;
pub use usage::{HourUsage, KeyUsage, NamedUsage};

use crate::clock::Clock;
use connection::{Durability, OpenLock};
use log_size::LogSize;
use migrate::Finding;
use usage_file::UsageFile;

/// Both files, open. Clones share them.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    flowkeep: Mutex<Connection>,
    usage: Arc<UsageFile>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    /// Whether a damaged `usage.db` may be set aside.
    replaces: bool,
    log_size: LogSize,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("usage", &self.inner.usage)
            .finish_non_exhaustive()
    }
}

/// Locks; what a panicking thread left behind is rolled back by SQLite.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_flowkeep(path: &Path) -> Result<Connection, StoreError> {
    let mut connection =
        connection::open_writer(path, Durability::Full).map_err(|source| StoreError::Open {
            path: path.to_owned(),
            source,
        })?;
    migrate::migrate(&mut connection, path, migrate::FLOWKEEP)?;
    Ok(connection)
}

/// Whether the file is there without a byte in it (as after a loss of power)
/// though this is no first start: keys and tokens were in it. A first start that is
/// cut short leaves an empty one too, but then `usage.db` does not exist yet.
fn was_emptied(path: &Path, usage: &Path) -> bool {
    let bytes = |path: &Path| std::fs::metadata(path).map(|file| file.len()).ok();
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let has = |bytes: Option<u64>| bytes.is_some_and(|bytes| bytes > 0);
    bytes(path) == Some(0) && has(bytes(usage)) && !has(bytes(Path::new(&wal)))
}

/// A file that did not exist: a failed start leaves no empty one behind, which the
/// next would take for a damaged one.
struct Fresh(Option<PathBuf>);

impl Fresh {
    fn of(path: &Path) -> Self {
        Self((!path.exists()).then(|| path.to_owned()))
    }

    fn stays(mut self) {
        self.0 = None;
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let Some(path) = &self.0 else { return };
        if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Store {
    /// Opens both files in `folder`, making what is absent, and starts the
    /// writer thread. The second value warns of what the user should know, as
    /// that a damaged `usage.db` was set aside.
    ///
    /// # Errors
    /// When the folder cannot be written, a file was written by a newer
    /// Flowkeep (F36), or `flowkeep.db` is damaged (F35). Nothing is changed then.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<(Self, Vec<String>), StoreError> {
        Self::open_with(folder, clock, true)
    }

    /// Opens both files to look at them, beside a process whose they may be: a
    /// damaged `usage.db` is refused, not set aside under that process.
    ///
    /// # Errors
    /// As [`Store::open`], and when `usage.db` is damaged.
    pub fn open_beside(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        Self::open_with(folder, clock, false).map(|(store, _)| store)
    }

    fn open_with(
        folder: &Path,
        clock: Arc<dyn Clock>,
        replaces: bool,
    ) -> Result<(Self, Vec<String>), StoreError> {
        let folder = connection::prepare_folder(folder)?;
        let open_lock = OpenLock::acquire(&folder)?;
        let path = folder.join("flowkeep.db");
        let usage = Arc::new(UsageFile::new(folder.join("usage.db"), Arc::clone(&clock)));
        if was_emptied(&path, usage.path()) {
            let detail = "it is empty, and usage.db beside it is not".to_owned();
            return Err(StoreError::Damaged { path, detail });
        }
        let fresh = Fresh::of(&path);
        connection::make_private(&path)?;
        if let Finding::Damaged(detail) = migrate::inspect(&path, migrate::FLOWKEEP)? {
            return Err(StoreError::Damaged { path, detail });
        }
        // Before the first change, so that a refusal leaves both as they were.
        let finding = usage.inspect()?;
        let flowkeep = open_flowkeep(&path)?;
        let (writer, warning) = if replaces {
            usage.open_or_replace(finding)?
        } else {
            (usage.open_sound(finding)?, None)
        };
        fresh.stays();
        drop(open_lock);
        let journal = Journal::start(Arc::clone(&usage), writer)?;
        let inner = Inner {
            flowkeep: Mutex::new(flowkeep),
            usage,
            journal,
            clock,
            replaces,
            log_size: LogSize::default(),
        };
        let store = Self {
            inner: Arc::new(inner),
        };
        Ok((store, warning.into_iter().collect()))
    }

    /// Where finished requests go.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.inner.journal.clone()
    }

    /// A number that changes when another process, or another [`Store`] on the
    /// same folder, has committed to `flowkeep.db`. Own commits leave it as it
    /// is. Costs a few microseconds and no disk access: made to be polled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        self.read("ask for the data version", |connection| {
            connection.query_row("PRAGMA data_version", [], |row| row.get(0))
        })
    }

    /// The same for `usage.db`; own commits of the journal change it too.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn usage_data_version(&self) -> Result<i64, StoreError> {
        self.inner.usage.data_version()
    }

    /// Checks both files page by page; takes seconds for a large `usage.db`.
    ///
    /// # Errors
    /// Names the file and the first complaint.
    pub fn integrity_check(&self) -> Result<(), StoreError> {
        let path = self.inner.usage.path().with_file_name("flowkeep.db");
        let found = self.read("check flowkeep.db", |connection| {
            connection::complaint(connection, "integrity_check")
        })?;
        if let Some(detail) = found {
            return Err(StoreError::Damaged { path, detail });
        }
        self.inner.usage.integrity_check()
    }

    fn now_ms(&self) -> i64 {
        self.inner.clock.now().unix_ms
    }

    /// Runs statements on `flowkeep.db` that change nothing.
    fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&lock(&self.inner.flowkeep)).map_err(|source| StoreError::Sql { doing, source })
    }

    /// Runs one transaction on `flowkeep.db`; it is on disk when this returns.
    fn write<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = lock(&self.inner.flowkeep);
        let run = || {
            // Takes the write lock at once: a transaction that begins by
            // reading could not wait for another process's.
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&tx)?;
            tx.commit()?;
            Ok(answer)
        };
        run().map_err(|source| StoreError::Sql { doing, source })
    }

    /// Runs a query on `usage.db` through the reader, with its deadline. When
    /// it finds damage, the writer is told to set the file aside.
    fn read_usage<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let answer = self.inner.usage.read(doing, work);
        if let Err(StoreError::Sql { source, .. }) = &answer
            && self.inner.replaces
            && error::is_damage(source)
        {
            self.inner.journal.replace_file();
        }
        answer
    }
}

#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod tests;
