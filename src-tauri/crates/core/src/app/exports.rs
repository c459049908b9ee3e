//! The log as CSV or JSON lines, piece by piece: however long the log is, one
//! page of it is in memory, and no transaction stays open between two pages.
//! What is recorded meanwhile is not in it. It goes from the newest row back.

mod csv_rows;
mod file;

use flowkeep_contract::{ApiError, ExportFormat, RequestFilter, RequestView};

use super::App;
use super::records::{Labels, Records};
use super::requests::request_view;
use crate::store::RequestSearch;

/// Rows of a piece.
const PIECE: u32 = 500;

/// An export under way. Dropping it ends it.
#[derive(Debug)]
pub struct RequestExport {
    records: Records,
    labels: Labels,
    format: ExportFormat,
    search: RequestSearch,
    rows: u64,
    is_partial: bool,
    begun: bool,
    ended: bool,
}

impl Records {
    /// Begins an export.
    ///
    /// # Errors
    /// When the filter cannot be used, or the database does not answer in time.
    pub fn export_requests(
        &self,
        format: ExportFormat,
        filter: RequestFilter,
    ) -> Result<RequestExport, ApiError> {
        Ok(RequestExport {
            records: self.clone(),
            labels: self.labels()?,
            format,
            search: RequestSearch {
                limit: PIECE,
                ..self.search(filter)?
            },
            rows: 0,
            is_partial: false,
            begun: false,
            ended: false,
        })
    }
}

impl RequestExport {
    /// Rows that were given out so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether older errors may have the text too, that were not looked through so far.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// The next piece; absent at the end. Blocks.
    ///
    /// # Errors
    /// When the database does not answer in time; the export is over then.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, ApiError> {
        if self.ended {
            return Ok(None);
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let found = self.page();
        self.ended = found.as_ref().map_or(true, Vec::is_empty);
        let page = found?;
        if page.is_empty() && !first {
            return Ok(None);
        }
        self.rows += u64::try_from(page.len()).unwrap_or_default();
        Ok(Some(match self.format {
            ExportFormat::Csv => csv_rows::table(&page, first),
            ExportFormat::Jsonl => json_lines(&page),
        }))
    }

    fn page(&mut self) -> Result<Vec<RequestView>, ApiError> {
        let found = self.records.store.find_requests(&self.search)?;
        self.is_partial |= found.is_partial;
        let rows = found.rows;
        if let Some(last) = rows.last() {
            self.search.before = Some(last.id);
        }
        let labels = &mut self.labels;
        rows.into_iter()
            .map(|row| request_view(row, labels))
            .collect()
    }
}

fn json_lines(page: &[RequestView]) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in page {
        serde_json::to_writer(&mut lines, row).expect("a row has no keys that JSON lacks");
        lines.push(b'\n');
    }
    lines
}

impl App {
    /// Begins an export.
    ///
    /// # Errors
    /// As [`Records::export_requests`].
    pub async fn begin_export(
        &self,
        format: ExportFormat,
        filter: RequestFilter,
    ) -> Result<RequestExport, ApiError> {
        self.recorded(move |records| records.export_requests(format, filter))
            .await
    }

    /// The next piece of an export, made off the async threads.
    ///
    /// # Errors
    /// As [`RequestExport::next_piece`].
    pub async fn next_piece(
        &self,
        mut export: RequestExport,
    ) -> Result<Option<(Vec<u8>, RequestExport)>, ApiError> {
        self.blocking(move |_| {
            let piece = export.next_piece()?;
            Ok(piece.map(|piece| (piece, export)))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
