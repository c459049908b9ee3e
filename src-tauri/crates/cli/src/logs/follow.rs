//! What comes after the rows that were printed.

use std::time::Duration;

use flowkeep_contract::{ListRequestsRequest, RequestFilter, RequestView};
use flowkeep_core::app::Records;

use super::PAGE;
use super::rows::Rows;
use crate::failure::Failure;

/// How often to look whether somebody has recorded something; costs microseconds.
const PAUSE: Duration = Duration::from_millis(250);

/// Prints rows as they are recorded, until nobody reads them any more.
pub(super) async fn run(
    records: &Records,
    filter: &RequestFilter,
    rows: &mut Rows,
    (mut version, mut newest): (i64, i64),
) -> Result<(), Failure> {
    loop {
        let now = records.version()?;
        if now != version {
            version = now;
            let fresh = newer_than(records, filter, newest)?;
            newest = fresh.first().map_or(newest, |row| row.id);
            rows.print(fresh.iter().rev())?;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Rows with a larger id, newest first.
fn newer_than(
    records: &Records,
    filter: &RequestFilter,
    newest: i64,
) -> Result<Vec<RequestView>, Failure> {
    let mut fresh = Vec::new();
    let mut before = None;
    loop {
        let page = records.list_requests(ListRequestsRequest {
            before,
            limit: Some(PAGE),
            filter: filter.clone(),
        })?;
        let count = page.requests.len();
        let newer = page.requests.into_iter().filter(|row| row.id > newest);
        let had = fresh.len();
        fresh.extend(newer);
        before = page.next;
        if before.is_none() || fresh.len() - had < count {
            return Ok(fresh);
        }
    }
}
