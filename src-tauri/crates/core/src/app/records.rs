//! What was recorded: the log and its sums, read without the rest of the engine.
//!
//! The engine answers its windows through [`Records`], and the command line
//! opens it alone: no vault is unlocked and no upstream is needed to look at
//! the log, and a gateway may be running on the same folder. Nothing here
//! changes what was recorded. All calls block for at most some of the store's
//! two seconds.

mod labels;

use std::path::Path;
use std::sync::Arc;

use flowkeep_contract::{ApiError, ErrorCode, UsageFilter};

pub(super) use self::labels::Labels;
use super::App;
use super::open::OpenError;
use crate::clock::{Clock, SystemClock};
use crate::store::{self, Store};

/// The log and its sums.
#[derive(Clone)]
pub struct Records {
    pub(super) store: Store,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Records").field(&self.store).finish()
    }
}

impl Records {
    /// Opens the records of a data folder, beside a gateway that may be running
    /// on it.
    ///
    /// # Errors
    /// As [`Store::open_beside`].
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let store = Store::open_beside(folder, Arc::clone(&clock))?;
        Ok(Self::over(store, clock))
    }

    pub(super) fn over(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// A number that changes when another process has recorded something.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn version(&self) -> Result<i64, ApiError> {
        Ok(self.store.usage_data_version()?)
    }

    /// Ends the writer thread, which had nothing to write.
    pub fn close(&self) {
        self.store.journal().close();
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now().unix_ms
    }

    pub(super) fn labels(&self) -> Result<Labels, ApiError> {
        Ok(Labels::read(&self.store)?)
    }

    /// What a filter means to the store: names become ids.
    pub(super) fn usage_filter(
        &self,
        filter: &UsageFilter,
    ) -> Result<store::UsageFilter, ApiError> {
        let (mut account, mut client) = (filter.account.clone(), filter.client.clone());
        if account.is_some() || client.is_some() {
            let labels = self.labels()?;
            account = account.map(|name| labels.account_id(name)).transpose()?;
            client = client.map(|name| labels.client_id(name));
        }
        Ok(store::UsageFilter {
            model: filter.model.clone(),
            account,
            client,
            route: filter.route.clone(),
        })
    }
}

impl App {
    /// The log and its sums.
    #[must_use]
    pub fn records(&self) -> Records {
        Records::over(self.0.store.clone(), Arc::clone(&self.0.clock))
    }

    /// Asks the records off the async threads.
    pub(super) async fn recorded<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Records) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.blocking(move |app| ask(&app.records())).await
    }
}

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, message)
}

#[cfg(test)]
pub(super) mod tests;
