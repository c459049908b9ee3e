//! Where the log goes: the terminal, and `logs/` in the data folder.

use std::sync::OnceLock;

use flowkeep_core::private;
use flowkeep_core::settings::DataDir;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Days of log that are kept.
const DAYS: usize = 14;
const DEFAULT_FILTER: &str = "info";

/// Dropping the guard would lose lines, so it lives as long as the process.
static WRITER: OnceLock<WorkerGuard> = OnceLock::new();

/// Starts logging. A folder that cannot be written costs the file, not the start.
pub(crate) fn start(folder: &DataDir) {
    let terminal = layer().with_writer(std::io::stderr).with_filter(filter());
    let file = appender(folder).map(|appender| {
        let (writer, guard) = tracing_appender::non_blocking(appender);
        let _ = WRITER.set(guard);
        layer()
            .with_ansi(false)
            .with_writer(writer)
            .with_filter(filter())
    });
    let without_file = file.is_none();
    tracing_subscriber::registry()
        .with(terminal)
        .with(file)
        .init();
    if without_file {
        tracing::warn!(folder = %folder.logs().display(), "cannot write log files");
    }
}

/// `RUST_LOG` as everywhere.
fn filter() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER))
}

fn appender(folder: &DataDir) -> Option<RollingFileAppender> {
    let logs = folder.logs();
    private::ensure_folder(&logs).ok()?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("desktop")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(logs)
        .ok()
}
