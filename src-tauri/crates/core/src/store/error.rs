//! What can go wrong with the two files.

use std::io;
use std::path::PathBuf;

/// Errors of [`super::Store`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder or a file in it cannot be made private or written.
    #[error("prepare {path}: {source}")]
    File {
        /// Folder or file.
        path: PathBuf,
        /// The system's words.
        #[source]
        source: io::Error,
    },
    /// Another process is opening the same folder and does not finish.
    #[error("another Flowkeep keeps {path} locked; end it and try again")]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// SQLite cannot open the file.
    #[error("open database at {path}: {source}")]
    Open {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        #[source]
        source: rusqlite::Error,
    },
    /// A newer Flowkeep wrote the file; it was not touched (F36).
    #[error(
        "{path} has schema {found}, this Flowkeep knows only up to {known}; \
         update Flowkeep, or use another data folder (the file was not changed)"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest we know.
        known: i64,
    },
    /// `flowkeep.db` is damaged; it was not touched (F35).
    #[error(
        "{path} is damaged ({detail}) and was left as it is; put a backup in its place, \
         or move it away and import the keys again"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What the check found.
        detail: String,
    },
    /// The log is damaged, and another process may be writing to it.
    #[error(
        "{path} is damaged ({detail}); `flowkeep serve` or the app sets it aside at its next \
         start and begins it anew"
    )]
    DamagedLog {
        /// The database.
        path: PathBuf,
        /// What the check found.
        detail: String,
    },
    /// No backup could be made, so the migration was not begun.
    #[error("back {path} up before its migration: {source}")]
    Backup {
        /// The backup.
        path: PathBuf,
        /// SQLite's words.
        #[source]
        source: rusqlite::Error,
    },
    /// A migration failed and was rolled back (F36).
    #[error("migrate {path} (it was left as it was): {source}")]
    Migrate {
        /// The database.
        path: PathBuf,
        /// What failed.
        #[source]
        source: rusqlite_migration::Error,
    },
    /// A statement failed.
    #[error("{doing}: {source}")]
    Sql {
        /// What it was for, as `list keys`.
        doing: &'static str,
        /// SQLite's words.
        #[source]
        source: rusqlite::Error,
    },
    /// A query took longer than its deadline and was stopped (S25).
    #[error("{doing} took longer than {} s and was stopped", super::connection::READ_DEADLINE.as_secs())]
    TooSlow {
        /// What it was for.
        doing: &'static str,
    },
    /// A live client has this name already.
    #[error("there is a client named {name} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Another account has this label.
    #[error("there is an account named {label} already")]
    AccountTaken {
        /// The label.
        label: String,
    },
    /// A database that is none of an older pool.
    #[error("this is no database of an older pool: {detail}")]
    Foreign {
        /// What is wrong with it.
        detail: String,
    },
    /// The writer thread cannot be started.
    #[error("start the writer thread: {source}")]
    Thread {
        /// The system's words.
        #[source]
        source: io::Error,
    },
}

/// Whether SQLite says that the file itself is damaged.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
    )
}
