//! An export written to a file by the engine itself: 0600, and never through or
//! over anything that stands there already (S18).
//!
//! The file has its name only when all is in it. An export that ends early leaves
//! nothing, and one that is killed leaves a file that ends in `.part`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::UserDirs;
use flowkeep_contract::{
    ApiError, ErrorCode, ExportFormat, ExportRequestsReport, ExportRequestsRequest,
};
use jiff::{Timestamp, tz::TimeZone};

use super::super::App;
use super::super::records::{Records, invalid};
use crate::private;

/// Names that are tried in the folder for downloads.
const NAMES: u32 = 100;

impl Records {
    /// Writes the log to a new file.
    ///
    /// # Errors
    /// When there is something at the path, it cannot be written, or the
    /// database does not answer in time. Half a file is removed.
    pub fn export_to_file(
        &self,
        request: ExportRequestsRequest,
    ) -> Result<ExportRequestsReport, ApiError> {
        let names = match request.path {
            Some(path) => Names::chosen(PathBuf::from(path))?,
            None => Names::in_downloads(request.format, self.now_ms())?,
        };
        let mut unfinished = Unfinished::begin(&names)?;
        let mut export = self.export_requests(request.format, request.filter)?;
        while let Some(piece) = export.next_piece()? {
            unfinished.add(&piece)?;
        }
        let path = unfinished.finish(&names)?;
        Ok(ExportRequestsReport {
            path: path.display().to_string(),
            rows: export.rows(),
            is_partial: export.is_partial(),
        })
    }
}

impl App {
    /// Writes the log to a new file, whose ending is that of its format: a page
    /// that took over the window could otherwise plant what a shell or a
    /// desktop would run.
    ///
    /// # Errors
    /// As [`Records::export_to_file`], and for another ending.
    pub async fn export_requests(
        &self,
        request: ExportRequestsRequest,
    ) -> Result<ExportRequestsReport, ApiError> {
        let ending = ending(request.format);
        let path = request.path.as_deref().map(Path::new);
        if path.is_some_and(|path| path.extension().is_none_or(|found| found != ending)) {
            return Err(invalid(format!("the name of the file ends in .{ending}")));
        }
        self.recorded(move |records| records.export_to_file(request))
            .await
    }
}

fn ending(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Jsonl => "jsonl",
    }
}

/// Names that the file may get; the first that nothing has is taken.
#[derive(Debug)]
pub(super) struct Names(Vec<PathBuf>);

impl Names {
    /// The one that the user has chosen.
    pub(super) fn chosen(path: PathBuf) -> Result<Self, ApiError> {
        if path.is_absolute() {
            Ok(Self(vec![path]))
        } else {
            Err(invalid("path begins at the root, as in /home/me/log.csv"))
        }
    }

    fn in_downloads(format: ExportFormat, now_ms: i64) -> Result<Self, ApiError> {
        let homes = UserDirs::new();
        let folder = homes
            .as_ref()
            .map(|homes| homes.download_dir().unwrap_or_else(|| homes.home_dir()))
            .ok_or_else(|| invalid("there is no folder for downloads; choose a path"))?;
        let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
        let day = now.to_zoned(TimeZone::system()).strftime("%Y-%m-%d");
        let ending = ending(format);
        let name = |n| match n {
            1 => format!("flowkeep-requests-{day}.{ending}"),
            n => format!("flowkeep-requests-{day}-{n}.{ending}"),
        };
        Ok(Self((1..=NAMES).map(|n| folder.join(name(n))).collect()))
    }

    /// Those that nothing has now.
    fn free(&self) -> impl Iterator<Item = &Path> {
        let names = self.0.iter().map(PathBuf::as_path);
        names.filter(|path| std::fs::symlink_metadata(path).is_err())
    }

    fn taken(&self) -> ApiError {
        let last = self.0.last().map_or(Path::new(""), PathBuf::as_path);
        let last = last.display();
        invalid(if self.0.len() == 1 {
            format!("{last} is there already; choose another name")
        } else {
            format!("{last} and the names before it are taken; choose a path")
        })
    }
}

/// A file that is being written, under a name beside the ones it may get. Dropping it
/// removes it.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: File,
    part: PathBuf,
}

impl Unfinished {
    pub(super) fn begin(names: &Names) -> Result<Self, ApiError> {
        let path = names.free().next().ok_or_else(|| names.taken())?;
        let (file, part) = private::create_part(path).map_err(|error| unwritable(path, &error))?;
        Ok(Self { file, part })
    }

    fn add(&mut self, piece: &[u8]) -> Result<(), ApiError> {
        self.file
            .write_all(piece)
            .map_err(|error| unwritable(&self.part, &error))
    }

    /// Gives the file the first free name, which is the answer.
    pub(super) fn finish(self, names: &Names) -> Result<PathBuf, ApiError> {
        self.file
            .sync_all()
            .map_err(|error| unwritable(&self.part, &error))?;
        for path in names.free() {
            match private::publish(&self.part, path) {
                Ok(()) => return Ok(path.to_owned()),
                // Somebody was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritable(path, &error)),
            }
        }
        Err(names.taken())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone when it was renamed.
        match std::fs::remove_file(&self.part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let path = self.part.display();
                tracing::warn!(%path, %error, "a part of an export stays");
            }
            _ => {}
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> ApiError {
    let message = format!("write {}: {error}", path.display());
    ApiError::new(ErrorCode::Storage, message)
}
