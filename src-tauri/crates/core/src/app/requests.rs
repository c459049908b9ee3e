//! The log of finished requests.

mod details;
mod view;

use flowkeep_contract::{ApiError, ListRequestsRequest, RequestFilter, RequestPage};

pub(super) use self::view::request_view;
use super::App;
use super::records::{Records, invalid};
use crate::store::RequestSearch;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;
/// Longest text to search for, in characters (S25).
const LONGEST_TEXT: usize = 128;

impl Records {
    /// A page of the log, newest first.
    ///
    /// # Errors
    /// When the text to search for is too long, or the database does not answer
    /// in time.
    pub fn list_requests(&self, request: ListRequestsRequest) -> Result<RequestPage, ApiError> {
        let limit = request.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let search = RequestSearch {
            before: request.before,
            limit,
            ..self.search(request.filter)?
        };
        let found = self.store.find_requests(&search)?;
        let rows = found.rows;
        let full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
        let next = rows.last().filter(|_| full).map(|row| row.id);
        let mut labels = self.labels()?;
        let requests = rows.into_iter().map(|row| request_view(row, &mut labels));
        Ok(RequestPage {
            requests: requests.collect::<Result<_, _>>()?,
            next,
            is_partial: found.is_partial,
        })
    }

    /// What a filter means to the store: names become ids.
    pub(super) fn search(&self, filter: RequestFilter) -> Result<RequestSearch, ApiError> {
        let text = filter.text.filter(|text| !text.trim().is_empty());
        if text
            .as_ref()
            .is_some_and(|text| text.chars().count() > LONGEST_TEXT)
        {
            let message = format!("search for at most {LONGEST_TEXT} characters");
            return Err(invalid(message));
        }
        let (mut account, mut client) = (filter.account, filter.client);
        if account.is_some() || client.is_some() {
            let labels = self.labels()?;
            account = account.map(|name| labels.account_id(name)).transpose()?;
            client = client.map(|name| labels.client_id(name));
        }
        Ok(RequestSearch {
            before: None,
            limit: DEFAULT_LIMIT,
            text,
            model: filter.model,
            account,
            client,
            route: filter.route,
            outcome: filter.outcome.map(view::model_outcome),
            from_ms: filter.from_ms,
            to_ms: filter.to_ms,
        })
    }
}

impl App {
    /// A page of the log, newest first.
    ///
    /// # Errors
    /// As [`Records::list_requests`].
    pub async fn list_requests(
        &self,
        request: ListRequestsRequest,
    ) -> Result<RequestPage, ApiError> {
        self.recorded(move |records| records.list_requests(request))
            .await
    }
}
