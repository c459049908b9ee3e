//! Usage told apart by model, account, key, client, route, outcome or tool.

use std::collections::HashMap;

use flowkeep_contract::{
    ApiError, UsageBreakdown, UsageBreakdownRequest, UsageDimension, UsageShare,
};

use super::super::App;
use super::super::records::{Labels, Records, invalid};
use super::cuts::Grain;
use super::totals::{percentiles, rates, totals};
use crate::store::{self, Dimension, Latencies, NamedUsage};

const USUAL: u32 = 20;
const MOST: u32 = 1_000;

/// What the store's sums of one dimension can be filtered by; tools cannot.
fn dimension(by: UsageDimension) -> Option<Dimension> {
    match by {
        UsageDimension::Model => Some(Dimension::Model),
        UsageDimension::Account => Some(Dimension::Account),
        UsageDimension::Key => Some(Dimension::Key),
        UsageDimension::Client => Some(Dimension::Client),
        UsageDimension::Route => Some(Dimension::Route),
        UsageDimension::Outcome => Some(Dimension::Outcome),
        UsageDimension::Tool => None,
    }
}

/// Whether its histograms are kept.
fn is_timed(by: UsageDimension) -> bool {
    match by {
        UsageDimension::Model
        | UsageDimension::Account
        | UsageDimension::Client
        | UsageDimension::Route => true,
        UsageDimension::Key | UsageDimension::Outcome | UsageDimension::Tool => false,
    }
}

/// What the user calls it.
fn label(labels: &mut Labels, by: UsageDimension, name: &str) -> Result<String, ApiError> {
    if name.is_empty() {
        return Ok(String::new());
    }
    match by {
        UsageDimension::Account => labels.account(name),
        UsageDimension::Key => labels.key(name),
        UsageDimension::Client => Ok(labels.client(name)),
        UsageDimension::Model
        | UsageDimension::Route
        | UsageDimension::Outcome
        | UsageDimension::Tool => Ok(name.to_owned()),
    }
}

impl Records {
    /// The largest parts of a time's usage, each with its name.
    ///
    /// # Errors
    /// When the time runs backwards, tools are asked for with a filter, or the
    /// database does not answer in time.
    pub fn usage_breakdown(
        &self,
        request: &UsageBreakdownRequest,
    ) -> Result<UsageBreakdown, ApiError> {
        let by = request.by;
        let limit = request.limit.unwrap_or(USUAL).clamp(1, MOST);
        let filter = self.usage_filter(&request.filter)?;
        let (from, to) = self.cut_span(request.from_ms, request.to_ms, Grain::Hour)?;
        let mut timed: HashMap<String, Latencies> = HashMap::new();
        let mut found = match dimension(by) {
            Some(dimension) => {
                if request.latencies && is_timed(by) {
                    timed.extend(self.store.latencies_by(dimension, from, to, &filter)?);
                }
                self.store.usage_by(dimension, from, to, &filter)?
            }
            None if filter == store::UsageFilter::default() => {
                self.store.usage_by_tool(from, to)?
            }
            None => {
                return Err(invalid(
                    "usage by tool is summed over all requests; leave the filter out",
                ));
            }
        };
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut labels = self.labels()?;
        let shares = found.into_iter().map(|NamedUsage { name, sums }| {
            let latencies = timed.remove(&name);
            Ok(UsageShare {
                label: label(&mut labels, by, &name)?,
                totals: totals(&sums),
                rates: rates(&sums),
                first_byte: latencies.as_ref().map(|all| percentiles(all.first_byte)),
                duration: latencies.as_ref().map(|all| percentiles(all.duration)),
                name,
            })
        });
        let shares = shares.collect::<Result<_, ApiError>>()?;
        Ok(UsageBreakdown { by, shares })
    }
}

impl App {
    /// The largest parts of a time's usage.
    ///
    /// # Errors
    /// As [`Records::usage_breakdown`].
    pub async fn usage_breakdown(
        &self,
        request: UsageBreakdownRequest,
    ) -> Result<UsageBreakdown, ApiError> {
        self.recorded(move |records| records.usage_breakdown(&request))
            .await
    }
}

#[cfg(test)]
mod tests;
