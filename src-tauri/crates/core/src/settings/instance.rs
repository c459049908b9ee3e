//! One gateway per data folder.
//!
//! The lock is the operating system's, so it goes with the process however that
//! ends. Who holds it stands in a file beside it, since Windows lets nobody read
//! a locked file.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::private;

const LOCK: &str = "instance.lock";
const HOLDER: &str = "instance.address";

/// Who serves this data folder now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// Its process, unless it is just starting.
    pub pid: Option<u32>,
    /// Where it listens, once it does.
    pub address: Option<String>,
}

/// Why this process may not serve the data folder.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// Another process does.
    #[error("another Flowkeep uses this data folder ({})", describe(.0))]
    AlreadyRunning(Running),
    /// The lock file cannot be used.
    #[error("lock {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

/// Held as long as this process serves the data folder.
#[derive(Debug)]
pub struct InstanceLock {
    /// Closing it gives the lock free.
    _lock: File,
    holder: PathBuf,
}

impl InstanceLock {
    /// Becomes the one that serves `data_dir`.
    ///
    /// # Errors
    /// When another process is.
    pub fn acquire(data_dir: &Path) -> Result<Self, InstanceError> {
        let Some(lock) = try_lock(data_dir)? else {
            return Err(InstanceError::AlreadyRunning(holder(data_dir)));
        };
        let held = Self {
            _lock: lock,
            holder: data_dir.join(HOLDER),
        };
        held.write("")?;
        Ok(held)
    }

    /// Tells others where this process listens.
    ///
    /// # Errors
    /// When the file beside the lock cannot be written.
    pub fn publish(&self, address: &str) -> Result<(), InstanceError> {
        self.write(address)
    }

    /// Who serves `data_dir` now, if anybody does.
    ///
    /// # Errors
    /// When the lock file cannot be used.
    pub fn running(data_dir: &Path) -> Result<Option<Running>, InstanceError> {
        match try_lock(data_dir)? {
            Some(_) => Ok(None),
            None => Ok(Some(holder(data_dir))),
        }
    }

    fn write(&self, address: &str) -> Result<(), InstanceError> {
        let text = format!("{} {address}\n", std::process::id());
        private::replace(&self.holder, text.as_bytes()).map_err(|source| InstanceError::Io {
            path: self.holder.clone(),
            source,
        })
    }
}

impl Drop for InstanceLock {
    fn drop(&mut self) {
        // What is left behind is believed only while somebody holds the lock.
        let _ = std::fs::remove_file(&self.holder);
    }
}

fn try_lock(data_dir: &Path) -> Result<Option<File>, InstanceError> {
    let path = data_dir.join(LOCK);
    let locked = private::open_or_create(&path).and_then(|file| match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(source),
    });
    locked.map_err(|source| InstanceError::Io { path, source })
}

fn holder(data_dir: &Path) -> Running {
    let bytes = private::read(&data_dir.join(HOLDER)).ok().flatten();
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let Some((pid, address)) = text
        .as_deref()
        .map(|text| text.split_once(' ').unwrap_or((text, "")))
    else {
        return Running::default();
    };
    Running {
        pid: pid.parse().ok(),
        address: (!address.is_empty()).then(|| address.to_owned()),
    }
}

fn describe(running: &Running) -> String {
    match (running.pid, &running.address) {
        (Some(pid), Some(address)) => format!("process {pid}, {address}"),
        (Some(pid), None) => format!("process {pid}"),
        (None, _) => "it is just starting".to_owned(),
    }
}
