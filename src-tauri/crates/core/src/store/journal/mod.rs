//! The way of finished requests to the disk (D11): a bounded queue that never
//! blocks the request path, and one thread that writes in batches.
//!
//! A record is on its way for at most 100 ms; a crash loses no more than that.
//! While the disk is full, locked or gone, records wait; when 10,000 wait,
//! further ones are dropped and counted. It goes on by itself when it can.

mod queue;
mod writer;

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use super::error::StoreError;
use super::lock;
use super::names;
use super::usage_file::UsageFile;
use crate::model::RequestRecord;
use queue::Queue;
use writer::Writer;

/// Where finished requests go. Clones share one writer; the last one dropped
/// writes what is left.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("written", &self.written())
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

impl Journal {
    /// Starts the writer thread on an open connection.
    pub(super) fn start(file: Arc<UsageFile>, connection: Connection) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::default());
        let writer = Writer::new(Arc::clone(&queue), file, connection);
        let thread = thread::Builder::new()
            .name("flowkeep-journal".to_owned())
            .spawn(move || writer.run())
            .map_err(|source| StoreError::Thread { source })?;
        Ok(Self {
            inner: Arc::new(Inner {
                queue,
                thread: Mutex::new(Some(thread)),
            }),
        })
    }

    /// Hands a record over. Never waits for the disk; when the queue is full or
    /// closed, the record is dropped and counted.
    pub fn record(&self, mut record: RequestRecord) {
        // Whatever a client calls a model waits in memory while the disk is full.
        record.model_asked = record.model_asked.map(names::bounded);
        record.model_used = record.model_used.map(names::bounded);
        self.inner.queue.push(record);
    }

    /// Records dropped since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.inner.queue.dropped()
    }

    /// Records committed since the start.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.inner.queue.written()
    }

    /// Why nothing can be written at present, if so; for `/health` and the UI.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.inner.queue.trouble()
    }

    /// What the user should know of what happened since the start, as that a
    /// damaged file was set aside.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.inner.queue.warnings()
    }

    /// Waits until all that was recorded before this call is committed; false
    /// when that took longer than `timeout`.
    #[must_use]
    pub fn flush(&self, timeout: Duration) -> bool {
        self.inner.queue.flush(timeout)
    }

    /// Calls `listener` on the writer's thread after commits, at most four
    /// times a second, and once after the last one; and when a trouble begins.
    /// It must not block.
    pub fn on_commit(&self, listener: impl Fn() + Send + 'static) {
        self.inner.queue.listen(Box::new(listener));
    }

    /// Writes what is left and ends the thread. What cannot be written within
    /// seconds is dropped and counted.
    pub fn close(&self) {
        self.inner.close();
    }

    /// Tells the writer that a reader found the file damaged.
    pub(super) fn replace_file(&self) {
        self.inner.queue.ask_for_replacement();
    }
}

impl Inner {
    fn close(&self) {
        self.queue.close();
        let thread = lock(&self.thread).take();
        let Some(thread) = thread else {
            return;
        };
        // A listener may hold the last clone: a thread cannot wait for itself.
        if thread.thread().id() != thread::current().id() && thread.join().is_err() {
            tracing::error!("the writer thread of usage.db ended in a panic");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
