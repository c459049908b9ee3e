//! Usage told apart by model, account, key, client, route or outcome.

use std::collections::HashMap;

use flowkeep_contract::{
    ApiError, UsageBreakdown, UsageBreakdownRequest, UsageDimension, UsageShare,
};

use super::super::App;
use super::super::records::{Labels, Records};
use super::totals::{percentiles, rates, totals};
use crate::store::{Dimension, Latencies, NamedUsage};

const USUAL: u32 = 20;
const MOST: u32 = 1_000;

fn dimension(by: UsageDimension) -> Dimension {
    match by {
        UsageDimension::Model => Dimension::Model,
        UsageDimension::Account => Dimension::Account,
        UsageDimension::Key => Dimension::Key,
        UsageDimension::Client => Dimension::Client,
        UsageDimension::Route => Dimension::Route,
        UsageDimension::Outcome => Dimension::Outcome,
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
        UsageDimension::Model | UsageDimension::Route | UsageDimension::Outcome => {
            Ok(name.to_owned())
        }
    }
}

impl Records {
    /// The largest parts of a time's usage, each with its name.
    ///
    /// # Errors
    /// When the time runs backwards, or the database does not answer in time.
    pub fn usage_breakdown(
        &self,
        request: &UsageBreakdownRequest,
    ) -> Result<UsageBreakdown, ApiError> {
        let by = request.by;
        let limit = request.limit.unwrap_or(USUAL).clamp(1, MOST);
        let filter = self.usage_filter(&request.filter)?;
        let (from, to) = self.cut_span(request.from_ms, request.to_ms)?;
        let mut found = self.store.usage_by(dimension(by), from, to, &filter)?;
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut timed: HashMap<String, Latencies> = match by {
            UsageDimension::Model
            | UsageDimension::Account
            | UsageDimension::Client
            | UsageDimension::Route => {
                let timed = self.store.latencies_by(dimension(by), from, to, &filter)?;
                timed.into_iter().collect()
            }
            UsageDimension::Key | UsageDimension::Outcome => HashMap::new(),
        };
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
