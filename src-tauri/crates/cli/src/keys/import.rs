//! `flowkeep keys import`.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use flowkeep_contract::{ApiError, Event, ImportLine, ImportOutcome, ImportReport};
use flowkeep_core::app::{App, ImportOptions, Source};
use flowkeep_core::store::OlderPool;
use tokio::sync::broadcast::error::RecvError;

use super::resolve;
use crate::args::ImportArgs;
use crate::engine;
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// More than any pool has, and less than memory.
const MOST_BYTES: u64 = 1 << 30;

/// Reads, imports and reports.
pub(super) async fn run(args: &ImportArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let source = Source::File(read(&args.file)?);
    let app = engine::open_beside(&place).await?;
    let options = ImportOptions {
        validate: !args.no_check,
        force: args.force,
        history: args.history,
    };
    let report = if args.dry_run {
        watched(&app, app.dry_run(source, options)).await
    } else {
        watched(&app, app.import_source(source, options)).await
    };
    app.close().await;
    let report = report?;
    output::line(&render(&report))?;
    if args.dry_run {
        output::note("nothing was changed");
    }
    if report.added + report.known == 0 {
        return Err(Failure::Failed("no key was added".to_owned()));
    }
    Ok(())
}

/// A file's content, or the standard input for `-`. A database is read with what
/// its write-ahead log has, also while the older pool runs.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        if io::stdin().is_terminal() {
            output::note(
                "paste the keys, one per line, and end with Ctrl-D (Windows: Ctrl-Z, Enter)",
            );
        }
        return read_some(io::stdin().lock())
            .map_err(|error| Failure::Failed(format!("read the standard input: {error}")));
    }
    let bytes = File::open(path)
        .and_then(|file| {
            // Before a byte of it is in memory, where its length is known.
            check_length(file.metadata()?.len())?;
            read_some(file)
        })
        .map_err(|error| Failure::Failed(format!("read {}: {error}", path.display())))?;
    if !Source::is_database(&bytes) {
        return Ok(bytes);
    }
    OlderPool::bytes_of(path).or_else(|error| {
        tracing::debug!(%error, "the database cannot be opened; its bytes alone are read");
        Ok(bytes)
    })
}

fn read_some(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    check_length(bytes.len() as u64)?;
    Ok(bytes)
}

fn check_length(bytes: u64) -> io::Result<()> {
    if bytes > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(io::Error::other(format!("it has more than {most} MiB")));
    }
    Ok(())
}

/// Imports and, on a terminal, says how far it is.
async fn watched(
    app: &App,
    import: impl Future<Output = Result<ImportReport, ApiError>>,
) -> Result<ImportReport, Failure> {
    let import = Box::pin(import);
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
                Ok(
                    Event::Changed { .. }
                    | Event::RefreshProgress(_)
                    | Event::CostsProgress(_)
                    | Event::Notice(_),
                )
                | Err(RecvError::Lagged(_)) => {}
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
    let calls = match report.calls {
        0 => String::new(),
        count => format!(", {count} calls taken over"),
    };
    let sums = format!(
        "added {}{unchecked}, known {}, rejected {}{calls}",
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
