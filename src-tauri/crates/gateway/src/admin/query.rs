//! What stands behind the `?` of the compatible routes.

use axum::extract::Query;
use flowkeep_contract::{ApiError, ErrorCode};
use http::Uri;
use serde::de::DeserializeOwned;

/// Rows of a page, as the older pool had them.
pub(super) const PAGE_SIZE: u32 = 10;

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, message)
}

/// The parameters of a request; unknown ones are left alone.
pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    match Query::try_from_uri(uri) {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(invalid(error.body_text())),
    }
}

/// The page asked for, counted from 0; on the wire it counts from 1.
pub(super) fn page(text: Option<&str>) -> Result<u64, ApiError> {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        return Ok(0);
    }
    let page: Option<u64> = text.parse().ok();
    page.and_then(|page| page.checked_sub(1))
        .ok_or_else(|| invalid("page is a whole number from 1, as in page=1"))
}

#[cfg(test)]
mod tests;
