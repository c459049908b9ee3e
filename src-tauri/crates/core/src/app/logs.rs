//! The log by page number, and clearing it.

use std::time::Duration;

use flowkeep_contract::{ApiError, ClearRequestsReport, Empty, RequestView, Topic};

use super::App;
use super::requests::request_view;
pub use crate::store::LogQuery;

/// How long clearing waits for what was recorded before it.
const FLUSH: Duration = Duration::from_secs(5);

/// A page of the log by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// Newest first.
    pub requests: Vec<RequestView>,
    /// Rows of all pages.
    pub total: i64,
}

impl App {
    /// A page of the log by its number, newest first.
    ///
    /// # Errors
    /// When the database does not answer within two seconds.
    pub async fn log_page(&self, query: LogQuery) -> Result<LogPage, ApiError> {
        self.recorded(move |records| {
            let page = records.store.log_page(&query)?;
            let mut labels = records.labels()?;
            let rows = page.rows.into_iter();
            let requests = rows.map(|row| request_view(row, &mut labels));
            Ok(LogPage {
                requests: requests.collect::<Result<_, _>>()?,
                total: page.total,
            })
        })
        .await
    }

    /// Removes every finished request from the log. Statistics, and how often a
    /// key was used, stay as they are.
    ///
    /// # Errors
    /// When the database cannot be written; then a part may be gone.
    pub async fn clear_requests(&self, _: Empty) -> Result<ClearRequestsReport, ApiError> {
        let removed = self
            .blocking(|app| {
                // What finished before the click goes too. A disk that takes
                // nothing is told by the removal itself.
                let _ = app.flush_journal(FLUSH);
                let removed = app.0.store.clear_requests()?;
                app.0.store.wipe_bodies()?;
                Ok(removed)
            })
            .await?;
        self.changed(&[Topic::Requests]);
        Ok(ClearRequestsReport { removed })
    }
}
