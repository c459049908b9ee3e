//! The `flowkeep` command: the engine without a window.
//!
//! Guarantees: what a program may read (addresses, tokens, lists) goes to stdout,
//! everything else to stderr; a secret is shown only by the commands that exist
//! to show it. Exit codes: 0 fine, 1 failed, 2 wrong usage, 98 port taken,
//! 141 nobody reads its output any more.

mod args;
mod consent;
mod demo;
mod engine;
mod failure;
mod keys;
mod logging;
mod logs;
mod output;
mod password;
mod prices;
mod serve;
mod signals;
mod simulate;
mod stats;
mod token;
mod variables;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::failure::Failure;
use crate::variables::Variables;

/// Measured side by side, a chat costs 8 to 10 % less CPU than with the C
/// library's allocator, and some memory more (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long threads that hang in a keychain or a disk may hold up the exit.
const LINGER: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    keep_files_private();
    keep_pages_small();
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Unread) {
                output::complain(&failure.to_string());
            }
            failure.exit_code()
        }
    }
}

/// Runs one command to its end. What must be undone at the end, as temporary
/// folders, is undone when this returns.
fn run(command: Command) -> Result<(), Failure> {
    let variables = Variables::of_process();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("start the runtime: {error}")))?;
    let ended = match command {
        Command::Serve(args) => serve::run(&runtime, &args, &variables),
        Command::Keys { command } => runtime.block_on(keys::run(command, &variables)),
        Command::Token(args) => runtime.block_on(token::run(args, &variables)),
        Command::Stats(args) => stats::run(&args, &variables),
        Command::Logs(args) => runtime.block_on(logs::run(args, &variables)),
        Command::Prices(args) => runtime.block_on(prices::run(args, &variables)),
        Command::Simulate(args) => runtime.block_on(simulate::run(args)),
        Command::Demo(args) => runtime.block_on(demo::run(args, &variables)),
    };
    runtime.shutdown_timeout(LINGER);
    ended
}

/// Files that a library creates, like the daily logs, get 0600 as well (S18).
fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
}

/// The allocator asks for huge pages, which cost 15 to 20 MiB at the start and
/// 2 MiB wherever a stream touches new memory (measured in `tests/memory`).
fn keep_pages_small() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay on");
    }
}
