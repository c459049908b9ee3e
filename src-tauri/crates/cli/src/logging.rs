//! Logs: to stderr for whoever watches, and to daily files for later.

use std::io::IsTerminal as _;
use std::path::Path;

use flowkeep_core::private;
use tracing::{Level, Metadata};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::failure::Failure;
use crate::variables::Variables;

const DAYS: usize = 14;
const NAMES: [&str; 2] = ["FLOWKEEP_LOG", "RUST_LOG"];

/// Starts logging; what is buffered is written when the guard is dropped.
pub(crate) fn start(folder: &Path, variables: &Variables) -> Result<WorkerGuard, Failure> {
    let failed =
        |what: String| Failure::Failed(format!("open logs in {}: {what}", folder.display()));
    private::ensure_folder(folder).map_err(|error| failed(error.to_string()))?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("flowkeep")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .map_err(|error| failed(error.to_string()))?;
    let (file, guard) = tracing_appender::non_blocking(appender);
    let to_file = fmt::layer().with_ansi(false).with_writer(file);
    let filter = filter(variables, "info")?.and(filter_fn(may_be_logged));
    tracing_subscriber::registry()
        .with(to_file.and_then(to_stderr()).with_filter(filter))
        .try_init()
        .map_err(|error| failed(error.to_string()))?;
    Ok(guard)
}

/// Logs to stderr only; for commands that end at once.
pub(crate) fn start_quiet(variables: &Variables) -> Result<(), Failure> {
    let filter = filter(variables, "warn")?.and(filter_fn(may_be_logged));
    // A second start in one process keeps the first.
    let _ = tracing_subscriber::registry()
        .with(to_stderr().with_filter(filter))
        .try_init();
    Ok(())
}

fn to_stderr<S>()
-> fmt::Layer<S, fmt::format::DefaultFields, fmt::format::Format, fn() -> std::io::Stderr> {
    fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
}

fn filter(variables: &Variables, default: &str) -> Result<EnvFilter, Failure> {
    let (name, text) = variables.first(&NAMES).unwrap_or((NAMES[0], default));
    EnvFilter::try_new(text).map_err(|error| Failure::Usage(format!("{name}: {error}")))
}

/// What other crates say at TRACE may hold headers and bodies (S17).
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    *metadata.level() < Level::TRACE || metadata.target().starts_with("flowkeep")
}
