//! The one folder that holds everything the program keeps.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::SettingsError;
use crate::private;

/// The data folder, 0700, and the names in it (design §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Takes `chosen`, or the platform's folder, and creates it.
    ///
    /// # Errors
    /// When there is no home folder, the folder cannot be created, or it is one
    /// that others share.
    pub fn open(chosen: Option<&Path>) -> Result<Self, SettingsError> {
        let path = match chosen {
            Some(path) => std::path::absolute(path).map_err(|source| SettingsError::Io {
                action: "find",
                path: path.to_owned(),
                source,
            })?,
            None => Self::of_platform()?,
        };
        private::ensure_folder(&path).map_err(|source| SettingsError::Io {
            action: "create the data folder",
            path: path.clone(),
            source,
        })?;
        Ok(Self(path))
    }

    fn of_platform() -> Result<PathBuf, SettingsError> {
        ProjectDirs::from("dev", "flowkeep", "Flowkeep")
            .map(|folders| folders.data_local_dir().to_owned())
            .ok_or(SettingsError::NoHome)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Keys, clients and resources.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("flowkeep.db")
    }

    /// Requests and roll-ups.
    #[must_use]
    pub fn usage(&self) -> PathBuf {
        self.0.join("usage.db")
    }

    /// The folder of log files; whoever logs creates it.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }
}
