//! The one thread that writes `usage.db`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::super::batch;
use super::super::error::{StoreError, is_damage};
use super::super::names::Names;
use super::super::usage_file::UsageFile;
use super::queue::{Queue, Work};
use crate::model::RequestRecord;

/// Most rows of one transaction. Whatever waits is lost by a crash, written in one
/// transaction or in many; but in one, each sum is written once.
const COMMIT: usize = 1_024;
/// First pause after a failure; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Listeners are called no more often than this.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(250);
/// A queue that was larger than this is not kept for the next batch, in records.
const KEPT_CAPACITY: usize = 1_024;

/// The writer with its connection; none after a failure that may lie in it.
pub(super) struct Writer {
    queue: Arc<Queue>,
    file: Arc<UsageFile>,
    connection: Option<Connection>,
    names: Names,
    announced: Option<Instant>,
    announce_at: Option<Instant>,
}

/// Marks the queue as closed when the thread ends, however it ends.
struct Ending(Arc<Queue>);

impl Drop for Ending {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let text = "the writer of usage.db has failed; restart Flowkeep".to_owned();
            self.0.set_trouble(Some(text));
        }
        self.0.end();
    }
}

/// What to do after a failed try.
enum Remedy {
    /// Try again as it is: someone else holds the file.
    Wait,
    /// Try again on a new connection.
    Reopen,
    /// Set the file aside and try again.
    Replace,
    /// Give it up: no file would take it.
    Drop,
}

fn remedy(error: &StoreError) -> Remedy {
    let (StoreError::Sql { source, .. } | StoreError::Open { source, .. }) = error else {
        return Remedy::Reopen;
    };
    if is_damage(source) {
        return Remedy::Replace;
    }
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Remedy::Wait,
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
            Remedy::Drop
        }
        _ => Remedy::Reopen,
    }
}

impl Writer {
    pub(super) fn new(queue: Arc<Queue>, file: Arc<UsageFile>, connection: Connection) -> Self {
        Self {
            queue,
            file,
            connection: Some(connection),
            names: Names::default(),
            announced: None,
            announce_at: None,
        }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let _ending = Ending(Arc::clone(&self.queue));
        let mut spare = Vec::new();
        loop {
            match self
                .queue
                .next(std::mem::take(&mut spare), self.announce_at)
            {
                Work::Write(mut records) => {
                    self.write(&records);
                    if records.capacity() <= KEPT_CAPACITY {
                        records.clear();
                        spare = records;
                    }
                }
                Work::Announce => self.announce(),
                Work::Replace => self.replace("a query found damage"),
                Work::End => break,
            }
        }
        if self.announce_at.is_some() {
            self.announce();
        }
        self.file.close_readers();
    }

    fn write(&mut self, records: &[RequestRecord]) {
        for batch in records.chunks(COMMIT) {
            let written = self.persist(batch);
            self.queue.settle(written, true);
            self.queue.settle(batch.len() - written, false);
        }
        let due = self.announced.map(|at| at + ANNOUNCE_EVERY);
        match due {
            Some(due) if due > Instant::now() => self.announce_at = Some(due),
            _ => self.announce(),
        }
    }

    fn announce(&mut self) {
        self.announced = Some(Instant::now());
        self.announce_at = None;
        self.queue.announce();
    }

    /// Commits a batch, however often it takes. Says how many of its records are
    /// on disk: fewer, when some were given up.
    fn persist(&mut self, batch: &[RequestRecord]) -> usize {
        let mut pause = FIRST_PAUSE;
        loop {
            let Err(error) = self.commit(batch) else {
                if self.queue.set_trouble(None) {
                    tracing::info!("usage.db can be written again");
                }
                return batch.len();
            };
            // Numbers that a rolled back transaction gave are void.
            self.names.forget();
            self.note(&error);
            match remedy(&error) {
                Remedy::Drop if batch.len() > 1 => {
                    // One that no file would take must not take the others along.
                    return batch.chunks(1).map(|one| self.persist(one)).sum();
                }
                Remedy::Drop => return 0,
                Remedy::Wait => {}
                Remedy::Reopen => self.connection = None,
                Remedy::Replace => self.replace(&error.to_string()),
            }
            if !self.queue.wait_to_retry(pause) {
                return 0;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn note(&self, error: &StoreError) {
        if self.queue.set_trouble(Some(error.to_string())) {
            tracing::error!(%error, "requests cannot be logged; they wait");
            // There will be no commit for a while to be told of.
            self.queue.announce();
        }
    }

    /// Writes rows and sums in one transaction.
    fn commit(&mut self, records: &[RequestRecord]) -> Result<(), StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.file.reopen()?),
        };
        let names = &mut self.names;
        let mut run = || {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            batch::append(&tx, names, records)?;
            tx.commit()
        };
        run().map_err(|source| StoreError::Sql {
            doing: "write usage.db",
            source,
        })
    }

    /// Sets a damaged file aside and begins a new one.
    fn replace(&mut self, detail: &str) {
        self.connection = None;
        self.names.forget();
        match self.file.replace(detail.to_owned()) {
            Ok((connection, warning)) => {
                self.connection = Some(connection);
                if let Some(warning) = warning {
                    tracing::error!("{warning}");
                    self.queue.warn(warning);
                }
            }
            Err(error) => self.note(&error),
        }
    }
}
