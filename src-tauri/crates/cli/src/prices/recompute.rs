//! `flowkeep prices recompute`: the log is priced anew, step by step, until it is
//! done or Ctrl-C is pressed.

use std::io::{self, IsTerminal as _};

use flowkeep_contract::{Empty, Event, RecomputeCostsReport, RecomputeCostsRequest};
use flowkeep_core::app::App;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::task::TaskTracker;

use super::row::date;
use crate::args::RecomputeArgs;
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output;
use crate::signals::Signals;
use crate::variables::Variables;

/// Prices anew and reports.
pub(super) async fn run(args: &RecomputeArgs, variables: &Variables) -> Result<(), Failure> {
    let (from, to) = days(args)?;
    let place = Place::resolve(&args.place, variables)?;
    place.needs_lasting_vault()?;
    let app = engine::open_beside(&place).await?;
    let report = recompute(&app, args.days, (from, to)).await;
    app.close().await;
    let report = report?;
    if args.json {
        output::json(&report)?;
    } else {
        output::line(&told(&report))?;
    }
    if report.is_cancelled {
        return Err(Failure::Failed(
            "stopped before the end; what was priced anew stays, run it again for the rest"
                .to_owned(),
        ));
    }
    Ok(())
}

/// The first and the last day that are named.
fn days(args: &RecomputeArgs) -> Result<(Option<Date>, Option<Date>), Failure> {
    let day = |flag, text: Option<&String>| text.map(|text| date(flag, text)).transpose();
    let (from, to) = (
        day("--from", args.from.as_ref())?,
        day("--to", args.to.as_ref())?,
    );
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Failure::Usage("--to: must not be before --from".to_owned()));
    }
    Ok((from, to))
}

async fn recompute(
    app: &App,
    last_days: Option<u32>,
    (from, to): (Option<Date>, Option<Date>),
) -> Result<RecomputeCostsReport, Failure> {
    let (mut from_ms, mut to_ms) = app.records().last_days(last_days.unwrap_or(1));
    if let Some(day) = from {
        from_ms = begin("--from", day)?;
    }
    if let Some(day) = to {
        let next = day.checked_add(1.day());
        to_ms = begin("--to", next.map_err(|_| beyond("--to"))?)?;
    }
    if from_ms >= to_ms {
        let text = "no day lies in this time; --to must not be before the first day";
        return Err(Failure::Usage(text.to_owned()));
    }
    let signals = Signals::listen(&TaskTracker::new())
        .map_err(|error| Failure::Failed(format!("listen to signals: {error}")))?;
    watched(app, RecomputeCostsRequest { from_ms, to_ms }, signals).await
}

/// Where a day begins on this computer, in Unix milliseconds.
fn begin(flag: &str, day: Date) -> Result<i64, Failure> {
    let start = day.to_zoned(TimeZone::system());
    let start = start.map_err(|_| beyond(flag))?;
    Ok(start.timestamp().as_millisecond())
}

fn beyond(flag: &str) -> Failure {
    Failure::Usage(format!("{flag}: the day lies outside the calendar"))
}

/// Prices anew, says on a terminal how far it is, and ends early when it is told to.
async fn watched(
    app: &App,
    request: RecomputeCostsRequest,
    signals: Signals,
) -> Result<RecomputeCostsReport, Failure> {
    let is_terminal = io::stderr().is_terminal();
    let mut events = app.subscribe();
    let show = async {
        loop {
            match events.recv().await {
                Ok(Event::CostsProgress(progress)) if is_terminal => {
                    output::progress(&format!(
                        "looked at {} of {}",
                        progress.seen, progress.total
                    ));
                }
                Ok(
                    Event::Changed { .. }
                    | Event::ImportProgress(_)
                    | Event::RefreshProgress(_)
                    | Event::CostsProgress(_)
                    | Event::Notice(_),
                )
                | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    };
    let stop = async {
        signals.stop.cancelled().await;
        // The step that is being written is finished.
        let _ = app.cancel_recompute_costs(Empty {}).await;
        std::future::pending::<()>().await;
    };
    let report = tokio::select! {
        report = Box::pin(app.recompute_costs(request)) => report,
        () = show => unreachable!("progress is shown until the end"),
        () = stop => unreachable!("a stop only asks the work to end"),
    };
    if is_terminal {
        output::progress("");
    }
    Ok(report?)
}

fn told(report: &RecomputeCostsReport) -> String {
    format!(
        "looked at {} requests, {} have another cost now",
        report.seen, report.changed
    )
}
