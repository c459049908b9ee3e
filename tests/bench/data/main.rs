//! `npm run bench:data`: `usage.db` with ten million requests over ninety days.
//!
//! They go through the journal as in the product, then everything is asked that
//! windows and consoles ask for. Prints a Markdown table and fails when a bound
//! of docs/performance.md is missed. `-- --rows N` fills fewer rows, `--days N`
//! over fewer days, `--folder PATH` keeps the data folder, and measures one that
//! is filled already.

mod measure;
mod questions;
mod traffic;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flowkeep_contract::Host;
use flowkeep_core::app::{App, AppOptions, Records};
use flowkeep_core::clock::{Clock, SystemClock};
use flowkeep_core::store::{LogQuery, RepriceStep, Retention, Store};
use flowkeep_core::vault::VaultChoice;

use measure::Report;
use traffic::Traffic;

const ROWS: u64 = 10_000_000;
const DAYS: i64 = 90;
pub(crate) const DAY_MS: i64 = 86_400_000;
const PATIENCE: Duration = Duration::from_mins(1);
/// Records that are on their way to the writer at most; its queue holds 10,000.
const UNDER_WAY: u64 = 8_000;

struct Arguments {
    rows: u64,
    days: i64,
    folder: Option<String>,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments {
        rows: ROWS,
        days: DAYS,
        folder: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        match name.as_str() {
            "--rows" => found.rows = value.parse().map_err(|_| format!("{value} is no number"))?,
            "--days" => found.days = value.parse().map_err(|_| format!("{value} is no number"))?,
            "--folder" => found.folder = Some(value),
            _ => {
                return Err(format!(
                    "{name} is not known; use --rows N, --days N or --folder PATH"
                ));
            }
        }
    }
    Ok(found)
}

fn open(folder: &Path) -> Store {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    Store::open(folder, clock).expect("the folder opens").0
}

fn now_ms() -> i64 {
    SystemClock::new().now().unix_ms
}

/// Hands records over as fast as the writer takes them.
fn fill(store: &Store, (rows, days): (u64, i64), end_ms: i64) -> Duration {
    let journal = store.journal();
    let mut traffic = Traffic::new(rows, days, end_ms);
    let start = Instant::now();
    for sent in 0..rows {
        while sent - journal.written() >= UNDER_WAY {
            std::thread::sleep(Duration::from_micros(200));
        }
        journal.record(traffic.next());
    }
    assert!(journal.flush(PATIENCE), "{:?}", journal.trouble());
    assert_eq!((journal.written(), journal.dropped()), (rows, 0));
    start.elapsed()
}

fn size(folder: &Path) -> u64 {
    let size = |name| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    size("usage.db") + size("usage.db-wal")
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report_filling(report: &mut Report, folder: &Path, rows: u64, took: Duration) {
    let pace = rows as f64 / took.as_secs_f64();
    let text = format!("{pace:.0} rows/s");
    report.add("writer", text, "≥ 50,000 rows/s", pace >= 50_000.0);
    let mib = size(folder) as f64 / 1e6;
    let each = mib * 1e6 / rows as f64;
    let text = format!("{each:.1} MB ({mib:.0} MB in all)");
    report.add("size per million requests", text, "≤ 150 MB", each <= 150.0);
}

/// Keeps the log within a limit while requests come in, as in F45.
fn report_retention(report: &mut Report, store: &Store, rows: u64, end_ms: i64) {
    let stop = AtomicBool::new(false);
    let journal = store.journal();
    let (kept, took) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut traffic = Traffic::new(rows, DAYS, end_ms + DAYS * DAY_MS);
            while !stop.load(Ordering::Relaxed) {
                for _ in 0..5 {
                    journal.record(traffic.next());
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let start = Instant::now();
        let retention = Retention {
            rows: rows - rows / 20,
            ..Retention::default()
        };
        let kept = store.retain(&retention).expect("retention");
        stop.store(true, Ordering::Relaxed);
        (kept, start.elapsed())
    });
    assert_eq!(journal.dropped(), 0);
    let longest = kept.longest_step.as_secs_f64() * 1_000.0;
    let text = format!(
        "{longest:.1} ms ({} rows removed in {:.1} s, beside 500 requests/s)",
        kept.removed,
        took.as_secs_f64()
    );
    report.add("retention's longest step", text, "≤ 50 ms", longest <= 50.0);
}

/// The whole engine, up to where it could relay.
fn report_start(report: &mut Report, folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    report.ask("start of the engine with that file", 100.0, || {
        let mut options = AppOptions::new(folder, Host::Server);
        options.vault = VaultChoice::Memory;
        runtime.block_on(async {
            let app = App::open(options).await.expect("the engine opens");
            app.close().await;
        });
    });
}

fn report_repricing(report: &mut Report, store: &Store) {
    let mut after_id = 0;
    report.ask("500 rows priced anew", 50.0, || {
        let step = RepriceStep {
            from_ms: 0,
            to_ms: i64::MAX,
            after_id,
            limit: 500,
        };
        let done = store.reprice(&step, &mut |_| None).expect("new costs");
        after_id = done.last_id.unwrap_or(0);
    });
}

fn measure(folder: &Path, rows: u64, days: i64) -> bool {
    let mut report = Report::default();
    let end_ms = now_ms();
    let store = open(folder);
    let there = store.log_page(&LogQuery {
        page: 0,
        page_size: 1,
        model: None,
    });
    if there.expect("the log").total == 0 {
        let took = fill(&store, (rows, days), end_ms);
        store.journal().close();
        drop(store);
        report_filling(&mut report, folder, rows, took);
    }
    report_start(&mut report, folder);
    let records = Records::open(folder).expect("the folder opens");
    questions::ask_overview(&mut report, &records);
    records.close();
    drop(records);
    let store = open(folder);
    questions::ask_statistics(&mut report, &store, end_ms);
    questions::ask_log(&mut report, &store, rows, end_ms);
    report_repricing(&mut report, &store);
    report_retention(&mut report, &store, rows, end_ms);
    store.journal().close();
    report.print()
}

#[expect(clippy::print_stderr, reason = "a benchmark tells on the terminal")]
fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = arguments
        .folder
        .as_deref()
        .map_or(temporary.path(), Path::new);
    if measure(folder, arguments.rows.max(10_000), arguments.days.max(1)) {
        ExitCode::SUCCESS
    } else {
        eprintln!("a bound was missed");
        ExitCode::FAILURE
    }
}
