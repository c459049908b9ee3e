//! An export written to a file by the engine itself: 0600, and never through or
//! over anything that stands there already (S18).

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use directories::UserDirs;
use flowkeep_contract::{
    ApiError, ErrorCode, ExportFormat, ExportRequestsReport, ExportRequestsRequest,
};
use jiff::{Timestamp, tz::TimeZone};

use super::super::App;
use super::super::records::{Records, invalid};
use super::RequestExport;
use crate::private;

/// Names that are tried in the folder for downloads.
const NAMES: u32 = 100;

impl Records {
    /// Writes the log to a new file.
    ///
    /// # Errors
    /// When there is something at the path, it cannot be written, or the
    /// database does not answer in time. A half-written file is removed.
    pub fn export_to_file(
        &self,
        request: ExportRequestsRequest,
    ) -> Result<ExportRequestsReport, ApiError> {
        let (mut file, path) = match request.path {
            Some(path) => create(PathBuf::from(path))?,
            None => create_in_downloads(request.format, self.now_ms())?,
        };
        let export = self.export_requests(request.format, request.filter);
        let written = export.and_then(|export| write(export, &mut file, &path));
        match written {
            Ok(rows) => Ok(ExportRequestsReport {
                path: path.display().to_string(),
                rows,
            }),
            Err(error) => {
                drop(file);
                if let Err(error) = std::fs::remove_file(&path) {
                    tracing::warn!(path = %path.display(), %error, "half an export stays");
                }
                Err(error)
            }
        }
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

fn write(mut export: RequestExport, file: &mut File, path: &Path) -> Result<u64, ApiError> {
    while let Some(piece) = export.next_piece()? {
        file.write_all(&piece)
            .map_err(|error| unwritable(path, &error))?;
    }
    file.sync_all().map_err(|error| unwritable(path, &error))?;
    Ok(export.rows())
}

fn ending(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Jsonl => "jsonl",
    }
}

fn create(path: PathBuf) -> Result<(File, PathBuf), ApiError> {
    if !path.is_absolute() {
        return Err(invalid("path begins at the root, as in /home/me/log.csv"));
    }
    match private::create_new(&path) {
        Ok(file) => Ok((file, path)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(invalid(format!(
            "{} is there already; choose another name",
            path.display()
        ))),
        Err(error) => Err(unwritable(&path, &error)),
    }
}

fn create_in_downloads(format: ExportFormat, now_ms: i64) -> Result<(File, PathBuf), ApiError> {
    let homes = UserDirs::new();
    let folder = homes
        .as_ref()
        .map(|homes| homes.download_dir().unwrap_or_else(|| homes.home_dir()))
        .ok_or_else(|| invalid("there is no folder for downloads; choose a path"))?;
    let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let day = now.to_zoned(TimeZone::system()).strftime("%Y-%m-%d");
    let ending = ending(format);
    let mut taken = None;
    for n in 1..=NAMES {
        let more = if n == 1 {
            String::new()
        } else {
            format!("-{n}")
        };
        let path = folder.join(format!("flowkeep-requests-{day}{more}.{ending}"));
        match private::create_new(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => taken = Some(path),
            Err(error) => return Err(unwritable(&path, &error)),
        }
    }
    Err(invalid(format!(
        "{} and the names before it are taken; choose a path",
        taken.unwrap_or_default().display()
    )))
}

fn unwritable(path: &Path, error: &std::io::Error) -> ApiError {
    let message = format!("write {}: {error}", path.display());
    ApiError::new(ErrorCode::Storage, message)
}
