//! The `flowkeep` program as its users start it: flags, output, exit codes, signals.
//!
//! Needs `cargo build -p flowkeep-cli` first. Each test has its own folder and its own
//! simulator; the environment of the tester does not reach the program.
#![cfg(unix)]

mod crash;
mod drain;
mod import;
mod keys;
mod readme;
mod refusals;
mod serve;
mod show;
mod world;

use flowkeep_tests::program;
