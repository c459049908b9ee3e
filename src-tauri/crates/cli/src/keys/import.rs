//! `flowkeep keys import`.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use flowkeep_contract::{Event, ImportKeysRequest, ImportLine, ImportOutcome, ImportReport};
use flowkeep_core::app::App;
use tokio::sync::broadcast::error::RecvError;

use super::resolve;
use crate::args::ImportArgs;
use crate::engine;
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// A little more than an import may have, so that the engine sees the excess.
const MOST_BYTES: u64 = (16 << 20) + 1;

/// Reads, imports and reports.
pub(super) async fn run(args: &ImportArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let text = read(&args.file)?;
    let app = engine::open_beside(&place).await?;
    let request = ImportKeysRequest {
        text,
        validate: !args.no_check,
        force: args.force,
    };
    let report = watched(&app, request).await;
    app.close().await;
    let report = report?;
    output::line(&render(&report))?;
    if report.added + report.known == 0 {
        return Err(Failure::Failed("no key was added".to_owned()));
    }
    Ok(())
}

/// The text of a file, or of the standard input for `-`.
fn read(path: &Path) -> Result<String, Failure> {
    if path != Path::new("-") {
        let file = File::open(path);
        return file
            .and_then(read_some)
            .map_err(|error| Failure::Failed(format!("read {}: {error}", path.display())));
    }
    if io::stdin().is_terminal() {
        output::note("paste the keys, one per line, and end with Ctrl-D (Windows: Ctrl-Z, Enter)");
    }
    read_some(io::stdin().lock())
        .map_err(|error| Failure::Failed(format!("read the standard input: {error}")))
}

/// What is not UTF-8 is kept as a mark, so that its line is reported.
fn read_some(source: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Imports and, on a terminal, says how far it is.
async fn watched(app: &App, request: ImportKeysRequest) -> Result<ImportReport, Failure> {
    let import = Box::pin(app.import_keys(request));
    if !io::stderr().is_terminal() {
        return Ok(import.await?);
    }
    let mut events = app.subscribe();
    let show = async {
        loop {
            match events.recv().await {
                Ok(Event::ImportProgress(progress)) => {
                    output::progress(&format!("checked {} of {}", progress.done, progress.total));
                }
                Ok(Event::Changed { .. }) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    };
    let report = tokio::select! {
        report = import => report,
        () = show => unreachable!("progress is shown until the import ends"),
    };
    output::progress("");
    Ok(report?)
}

/// A line per line that the user should look at, then the sums.
fn render(report: &ImportReport) -> String {
    let mut rows: Vec<Vec<String>> = report.lines.iter().filter_map(row).collect();
    if report.lines_left_out > 0 {
        let more = format!("… and {} more lines", report.lines_left_out);
        rows.push(vec![more]);
    }
    let unchecked = match report.unchecked {
        0 => String::new(),
        count => format!(" ({count} unchecked)"),
    };
    let sums = format!(
        "added {}{unchecked}, known {}, rejected {}",
        report.added, report.known, report.rejected
    );
    if rows.is_empty() {
        return sums;
    }
    format!("{}\n{sums}", output::table(&rows))
}

fn row(line: &ImportLine) -> Option<Vec<String>> {
    let outcome = match line.outcome {
        ImportOutcome::Added | ImportOutcome::Known => return None,
        ImportOutcome::AddedUnchecked => "added unchecked",
        ImportOutcome::AddedUnauthorized => "added, though refused",
        ImportOutcome::Duplicate => "twice in this import",
        ImportOutcome::Malformed => "not a key",
        ImportOutcome::Unauthorized => "not added",
    };
    Some(vec![
        format!("line {}", line.line),
        line.masked.clone(),
        outcome.to_owned(),
        line.message.clone().unwrap_or_default(),
    ])
}

#[cfg(test)]
mod tests;
