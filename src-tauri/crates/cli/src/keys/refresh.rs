//! `flowkeep keys refresh`: the command itself asks the upstream; a gateway that
//! runs on the same folder takes up what was found.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use flowkeep_contract::{Empty, Event, RefreshReport, RefreshRequest};
use flowkeep_core::app::App;
use tokio::sync::broadcast::error::RecvError;

use super::{all_known, resolve};
use crate::args::RefreshArgs;
use crate::engine;
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// Asks about the accounts of these keys, or about all, and says what came of it.
pub(super) async fn run(args: RefreshArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let app = engine::open_beside(&place).await?;
    let report = refresh(&app, args.ids).await;
    app.close().await;
    let report = report?;
    if args.json {
        let json = serde_json::to_string_pretty(&report);
        output::line(&json.map_err(|error| Failure::because(&error))?)?;
    } else {
        output::line(&render(&report))?;
    }
    if report.checked > 0 && report.failed == report.checked {
        return Err(Failure::Failed(
            "the upstream could not be asked about any key; nothing was changed".to_owned(),
        ));
    }
    Ok(())
}

async fn refresh(app: &App, ids: Vec<String>) -> Result<RefreshReport, Failure> {
    let account_ids = match ids.len() {
        0 => None,
        _ => Some(accounts_of(app, &ids).await?),
    };
    watched(app, RefreshRequest { account_ids }).await
}

async fn accounts_of(app: &App, ids: &[String]) -> Result<Vec<String>, Failure> {
    let keys = app.list_keys(Empty {}).await?.keys;
    let is_known = |id: &&String| keys.iter().any(|key| key.id == **id);
    let unknown: Vec<String> = ids.iter().filter(|id| !is_known(id)).cloned().collect();
    all_known(&unknown)?;
    let accounts: BTreeSet<String> = keys
        .into_iter()
        .filter(|key| ids.contains(&key.id))
        .map(|key| key.account_id)
        .collect();
    Ok(accounts.into_iter().collect())
}

/// Asks and, on a terminal, says how far it is.
async fn watched(app: &App, request: RefreshRequest) -> Result<RefreshReport, Failure> {
    let refresh = Box::pin(app.refresh(request));
    if !io::stderr().is_terminal() {
        return Ok(refresh.await?);
    }
    let mut events = app.subscribe();
    let show = async {
        loop {
            match events.recv().await {
                Ok(Event::RefreshProgress(progress)) => {
                    output::progress(&format!("checked {} of {}", progress.done, progress.total));
                }
                Ok(
                    Event::Changed { .. }
                    | Event::ImportProgress(_)
                    | Event::CostsProgress(_)
                    | Event::Notice(_),
                )
                | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    };
    let report = tokio::select! {
        report = refresh => report,
        () = show => unreachable!("progress is shown until the refresh ends"),
    };
    output::progress("");
    Ok(report?)
}

fn render(report: &RefreshReport) -> String {
    let mut text = format!(
        "checked {}, valid {}, invalid {}, failed {}, changed {}\n\
         balances told {}, not told {}",
        report.checked,
        report.valid,
        report.invalid,
        report.failed,
        report.changed,
        report.balances,
        report.balances_failed
    );
    if report.cancelled {
        text.push_str("\ncancelled before the end");
    }
    text
}
