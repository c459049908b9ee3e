//! The `flowkeep` program as its users start it: flags, output, exit codes, signals.
//!
//! Needs `cargo build -p flowkeep-cli` first. Each test has its own folder and its own
//! simulator; the environment of the tester does not reach the program.
#![cfg(unix)]

mod balances;
mod budgets;
mod clock;
mod crash;
mod damage;
mod details;
mod disk;
mod drain;
mod full_disk;
mod import;
mod import_files;
mod keys;
mod logs;
mod lost_records;
mod prices;
mod read_only;
mod readme;
mod refusals;
mod serve;
mod show;
mod stats;
mod token;
mod world;

use flowkeep_tests::program;
