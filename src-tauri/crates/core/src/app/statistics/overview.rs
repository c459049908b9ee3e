//! Everything about a time in one.

use flowkeep_contract::{ApiError, UsageOverview, UsageOverviewRequest};

use super::super::App;
use super::super::records::Records;
use super::cuts::Grain;
use super::totals::{percentiles, rates, totals};

impl Records {
    /// Sums, rates and latencies over a time.
    ///
    /// # Errors
    /// When the time runs backwards, or the database does not answer in time.
    pub fn usage_overview(
        &self,
        request: &UsageOverviewRequest,
    ) -> Result<UsageOverview, ApiError> {
        let filter = self.usage_filter(&request.filter)?;
        let cut = |grain| self.cut_span(request.from_ms, request.to_ms, grain);
        let (from, to) = cut(Grain::of(&filter))?;
        let sums = self.store.usage_sums(from, to, &filter)?;
        // Histograms are kept by the hour.
        let (from, to) = cut(Grain::Hour)?;
        let latencies = self.store.latencies(from, to, &filter)?;
        Ok(UsageOverview {
            totals: totals(&sums),
            rates: rates(&sums),
            first_byte: percentiles(latencies.first_byte),
            duration: percentiles(latencies.duration),
        })
    }
}

impl App {
    /// Sums, rates and latencies over a time.
    ///
    /// # Errors
    /// As [`Records::usage_overview`].
    pub async fn usage_overview(
        &self,
        request: UsageOverviewRequest,
    ) -> Result<UsageOverview, ApiError> {
        self.recorded(move |records| records.usage_overview(&request))
            .await
    }
}
