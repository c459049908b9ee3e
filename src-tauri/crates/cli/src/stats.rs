//! `flowkeep stats`: what was used, and what it cost. Needs neither keys nor
//! their vault, and works beside a running gateway.

mod figures;

use flowkeep_contract::{
    BurnRate, SeriesStep, UsageBreakdown, UsageBreakdownRequest, UsageDimension, UsageFilter,
    UsageOverview, UsageOverviewRequest, UsageSeries, UsageSeriesRequest,
};
use flowkeep_core::app::Records;
use serde_json::json;

use crate::args::{By, StatsArgs};
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::variables::Variables;
use crate::{logging, output};

/// Rows of the table.
const ROWS: u32 = 100;

/// What was found.
struct Found {
    overview: UsageOverview,
    shares: UsageBreakdown,
    days: UsageSeries,
    burn: BurnRate,
}

/// Prints sums, and a table of what they are made of.
pub(crate) fn run(args: &StatsArgs, variables: &Variables) -> Result<(), Failure> {
    logging::start_quiet(variables)?;
    let place = Place::resolve(&args.place, variables)?;
    let records = engine::open_records(&place)?;
    let found = find(&records, args);
    let ever = records.usage_overview(&UsageOverviewRequest::default());
    records.close();
    let (found, ever) = (found?, ever?);
    if args.json {
        let json = json!({
            "time_zone": found.days.time_zone,
            "overview": found.overview,
            "by": found.shares.by,
            "shares": found.shares.shares,
            "days": found.days.points,
            "burn": found.burn.accounts,
        });
        return output::json(&json);
    }
    if ever.totals.calls == 0 {
        output::note("nothing was used yet; point a tool at the gateway and look again");
        return Ok(());
    }
    output::line(&figures::summary(args.days, &found.overview))?;
    let tables = [
        figures::table(&found.shares),
        figures::burn_table(&found.burn),
    ];
    for table in tables.into_iter().flatten() {
        output::line("")?;
        output::line(&table)?;
    }
    Ok(())
}

fn find(records: &Records, args: &StatsArgs) -> Result<Found, Failure> {
    let (from_ms, to_ms) = records.last_days(args.days);
    let (from_ms, to_ms) = (Some(from_ms), Some(to_ms));
    let filter = UsageFilter::default();
    Ok(Found {
        overview: records.usage_overview(&UsageOverviewRequest {
            from_ms,
            to_ms,
            filter: filter.clone(),
        })?,
        shares: records.usage_breakdown(&UsageBreakdownRequest {
            by: dimension(args.by),
            from_ms,
            to_ms,
            filter: filter.clone(),
            limit: Some(ROWS),
            latencies: true,
        })?,
        days: records.usage_series(&UsageSeriesRequest {
            from_ms,
            to_ms,
            step: SeriesStep::Day,
            time_zone: None,
            filter,
        })?,
        burn: records.burn_rate()?,
    })
}

fn dimension(by: By) -> UsageDimension {
    match by {
        By::Model => UsageDimension::Model,
        By::Account => UsageDimension::Account,
        By::Client => UsageDimension::Client,
        By::Route => UsageDimension::Route,
        By::Key => UsageDimension::Key,
        By::Outcome => UsageDimension::Outcome,
        By::Tool => UsageDimension::Tool,
    }
}
