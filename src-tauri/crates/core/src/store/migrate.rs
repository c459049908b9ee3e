//! Schemas of the two files: looked at before they are touched, backed up
//! before they are changed, and never opened when a newer Flowkeep wrote them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{M, Migrations};

use super::bodies;
use super::connection::{complaint, make_private, open_reader};
use super::error::{StoreError, is_damage};
use super::latency_slices;

/// Migrations of `flowkeep.db`; append only.
pub(super) const FLOWKEEP: &[M<'static>] = &[
    M::up(include_str!("migrations/flowkeep/0001_keys.sql")),
    M::up(include_str!("migrations/flowkeep/0002_resources.sql")),
    M::up(include_str!("migrations/flowkeep/0003_account_sites.sql")),
    M::up(include_str!(
        "migrations/flowkeep/0004_account_balances.sql"
    )),
    M::up(include_str!("migrations/flowkeep/0005_client_limits.sql")),
    M::up(include_str!("migrations/flowkeep/0006_former_names.sql")),
    M::up(include_str!("migrations/flowkeep/0007_client_capture.sql")),
    M::up(include_str!("migrations/flowkeep/0008_batch_results.sql")),
];
/// Migrations of `usage.db`; append only.
pub(super) static USAGE: LazyLock<Vec<M<'static>>> = LazyLock::new(|| {
    vec![
        M::up(include_str!("migrations/usage/0001_requests.sql")),
        M::up(include_str!("migrations/usage/0002_request_models.sql")),
        M::up(include_str!("migrations/usage/0003_money_and_blocks.sql")),
        M::up(include_str!("migrations/usage/0004_bodies.sql")),
        M::up(include_str!("migrations/usage/0005_taken_over.sql")),
        M::up_with_hook(
            include_str!("migrations/usage/0006_tools_and_gaps.sql"),
            |tx: &Transaction<'_>| Ok(latency_slices::take_older_calls_out(tx)?),
        ),
        M::up(include_str!("migrations/usage/0007_quarters.sql")),
    ]
});

/// Larger files are not checked page by page at every start, in bytes.
const CHECK_LIMIT: u64 = 8 << 20;
/// Larger files are migrated without a backup, in bytes; only `usage.db`, which
/// can be done without, gets there.
const BACKUP_LIMIT: u64 = 256 << 20;

/// What a look at a file found, without changing a byte of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// New or sound.
    Sound,
    /// Damaged.
    Damaged(String),
}

/// Looks at a file through a connection that cannot write.
///
/// # Errors
/// When the schema is newer than `steps`, or the file cannot be read.
pub(super) fn inspect(path: &Path, steps: &[M<'_>]) -> Result<Finding, StoreError> {
    let size = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(source) => {
            return Err(StoreError::File {
                path: path.to_owned(),
                source,
            });
        }
    };
    if size == 0 {
        return Ok(Finding::Sound);
    }
    match look(path, size) {
        Ok((version, None)) => {
            let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
            if (0..=known).contains(&version) {
                return Ok(Finding::Sound);
            }
            Err(StoreError::Newer {
                path: path.to_owned(),
                found: version,
                known,
            })
        }
        Ok((_, Some(complaint))) => Ok(Finding::Damaged(complaint)),
        Err(error) if is_damage(&error) => Ok(Finding::Damaged(error.to_string())),
        Err(source) => Err(StoreError::Open {
            path: path.to_owned(),
            source,
        }),
    }
}

fn look(path: &Path, size: u64) -> rusqlite::Result<(i64, Option<String>)> {
    let connection = open_reader(path)?;
    let version = version(&connection)?;
    // Reads the whole schema, which is where a foreign file shows.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let complaint = if size <= CHECK_LIMIT {
        complaint(&connection, "quick_check")?
    } else {
        None
    };
    Ok((version, complaint))
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings the schema up to date; a file that holds something is backed up first.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    steps: &[M<'_>],
) -> Result<(), StoreError> {
    let failed = |source| StoreError::Open {
        path: path.to_owned(),
        source,
    };
    let version = version(connection).map_err(failed)?;
    let pending = usize::try_from(version).is_ok_and(|version| version < steps.len());
    if !pending {
        return Ok(());
    }
    let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if version > 0 && size <= BACKUP_LIMIT {
        // A backup would keep them past their time.
        bodies::forget_before_backup(connection).map_err(failed)?;
        back_up(connection, &backup_path(path, version))?;
    }
    // Sorting a large log in memory would take as much of it as the log.
    connection
        .pragma_update(None, "temp_store", "FILE")
        .map_err(failed)?;
    let migrated = Migrations::from_slice(steps).to_latest(connection);
    connection
        .pragma_update(None, "temp_store", "MEMORY")
        .map_err(failed)?;
    migrated.map_err(|source| StoreError::Migrate {
        path: path.to_owned(),
        source,
    })
}

/// `flowkeep.db.v1.backup`: one for every version that was ever left behind.
fn backup_path(path: &Path, version: i64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".v{version}.backup"));
    name.into()
}

fn back_up(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    match fs::remove_file(to) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(StoreError::File {
                path: to.to_owned(),
                source,
            });
        }
        _ => {}
    }
    // SQLite accepts an empty file, and this one is closed to others.
    make_private(to)?;
    connection
        .execute("VACUUM INTO ?1", [to.to_string_lossy()])
        .map(|_| ())
        .map_err(|source| StoreError::Backup {
            path: to.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests;
