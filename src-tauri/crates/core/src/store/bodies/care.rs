//! Removing bodies that have expired or are too many, and all of them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension as _, Params, TransactionBehavior, named_params};

use super::super::{Store, StoreError, removal};
use super::take;

/// Bodies of one step.
const STEP: u32 = 256;
/// Bytes after which a step ends: overwriting takes as long as writing.
const STEP_BYTES: i64 = 4 << 20;
/// Shortest time that the file is left to the writer after a step.
const REST: Duration = Duration::from_millis(5);
/// How long a query may keep the write-ahead log from being emptied, before that
/// is left to the next look.
const WIPE_WAIT: Duration = Duration::from_millis(500);

const SELECT_KEPT: &str = "SELECT bytes, unwiped FROM bodies_kept";
pub(super) const SELECT_SOONEST: &str = "SELECT min(expires_at_ms) FROM bodies";
pub(super) const SELECT_EXPIRED: &str =
    "SELECT request, size FROM bodies WHERE expires_at_ms <= :now
    ORDER BY expires_at_ms LIMIT :limit";
pub(super) const SELECT_OLDEST: &str =
    "SELECT request, size FROM bodies WHERE request <= :newest ORDER BY request LIMIT :limit";
const SELECT_NEWEST: &str = "SELECT max(request) FROM bodies";
const WIPED: &str = "UPDATE bodies_kept SET unwiped = 0 WHERE unwiped = :unwiped";

/// What a look at the kept bodies did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BodyCare {
    /// Requests whose bodies were removed.
    pub removed: u64,
    /// Whether there is something to look after: bodies, or traces of some.
    pub any_left: bool,
}

/// How the kept bodies stand.
struct Standing {
    bytes: i64,
    unwiped: i64,
    soonest: Option<i64>,
}

fn standing(connection: &Connection) -> rusqlite::Result<Standing> {
    let (bytes, unwiped) = connection
        .prepare_cached(SELECT_KEPT)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let soonest = connection
        .prepare_cached(SELECT_SOONEST)?
        .query_row([], |row| row.get(0))?;
    Ok(Standing {
        bytes,
        unwiped,
        soonest,
    })
}

impl Standing {
    fn is_due(&self, now_ms: i64, most: i64) -> bool {
        let has_expired = self.soonest.is_some_and(|soonest| soonest <= now_ms);
        has_expired || self.bytes > most || self.unwiped > 0
    }
}

/// Removes what `sql` selects, `excess` bytes of it or somewhat more; says how many
/// went. Each step is a transaction, and the writer has its turn between two.
fn remove(
    connection: &mut Connection,
    sql: &str,
    parameters: impl Params + Copy,
    mut excess: i64,
) -> rusqlite::Result<u64> {
    let mut removed = 0;
    loop {
        let start = Instant::now();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (mut requests, mut bytes) = (Vec::new(), 0);
        {
            let mut statement = tx.prepare_cached(sql)?;
            let mut rows = statement.query(parameters)?;
            while bytes < STEP_BYTES.min(excess)
                && let Some(row) = rows.next()?
            {
                requests.push(row.get(0)?);
                bytes += row.get::<_, i64>(1)?;
            }
        }
        if requests.is_empty() {
            return Ok(removed);
        }
        take(&tx, &requests)?;
        tx.commit()?;
        excess -= bytes;
        removed += u64::try_from(requests.len()).unwrap_or(0);
        std::thread::sleep(start.elapsed().max(REST));
    }
}

/// Empties the write-ahead log, where removed words may still stand; leaves it for
/// the next time when a query holds on to it.
fn wipe(connection: &Connection) -> rusqlite::Result<()> {
    let unwiped = standing(connection)?.unwiped;
    if unwiped == 0 {
        return Ok(());
    }
    while removal::give_back(connection)? {}
    connection.busy_timeout(WIPE_WAIT)?;
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if !is_busy {
        connection
            .prepare_cached(WIPED)?
            .execute(named_params! { ":unwiped": unwiped })?;
    }
    Ok(())
}

impl Store {
    /// Removes the bodies that have expired, and the oldest while all take more
    /// than `most` bytes, in small steps. Nothing is written when nothing is due.
    ///
    /// # Errors
    /// When they cannot be removed; then some may be gone.
    pub fn keep_bodies(&self, most: u64) -> Result<BodyCare, StoreError> {
        let now = self.now_ms();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let before = self.read_usage("look at the kept bodies", standing)?;
        if !before.is_due(now, most) {
            return Ok(BodyCare {
                removed: 0,
                any_left: before.soonest.is_some(),
            });
        }
        self.with_bodies("remove kept bodies", |connection| {
            let expired = named_params! { ":now": now, ":limit": STEP };
            let mut removed = remove(connection, SELECT_EXPIRED, expired, i64::MAX)?;
            let excess = standing(connection)?.bytes - most;
            let oldest = named_params! { ":newest": i64::MAX, ":limit": STEP };
            removed += remove(connection, SELECT_OLDEST, oldest, excess)?;
            wipe(connection)?;
            let after = standing(connection)?;
            Ok(BodyCare {
                removed,
                any_left: after.soonest.is_some() || after.unwiped > 0,
            })
        })
    }

    /// Removes all bodies that are there now; says of how many requests.
    ///
    /// # Errors
    /// When they cannot be removed; then some may be gone.
    pub fn clear_bodies(&self) -> Result<u64, StoreError> {
        self.with_bodies("remove all kept bodies", |connection| {
            let newest: Option<i64> = connection
                .query_row(SELECT_NEWEST, [], |row| row.get(0))
                .optional()?
                .flatten();
            let all = named_params! { ":newest": newest, ":limit": STEP };
            let removed = remove(connection, SELECT_OLDEST, all, i64::MAX)?;
            wipe(connection)?;
            Ok(removed)
        })
    }

    /// Damaged files that were set aside. Bodies may be in them that no command
    /// removes any more.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn damaged_copies(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.inner.usage.set_aside_before()
    }

    /// Makes sure that what was removed with rows of the log cannot be read any
    /// more. Costs nothing when no bodies went.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn wipe_bodies(&self) -> Result<(), StoreError> {
        let standing = self.read_usage("look at the kept bodies", standing)?;
        if standing.unwiped == 0 {
            return Ok(());
        }
        self.with_bodies("wipe removed bodies", |connection| wipe(connection))
    }

    fn with_bodies<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.inner.usage.reopen()?;
        work(&mut connection).map_err(|source| StoreError::Sql { doing, source })
    }
}
