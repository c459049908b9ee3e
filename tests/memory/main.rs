//! What bodies cost in memory: the real program between a client and an upstream
//! that both run here, so that theirs does not count.
//!
//! Needs `cargo build -p flowkeep-cli` first, and Linux, which tells how much a
//! process has. Limits, not times: a busy machine makes these slow, not wrong.
#![cfg(target_os = "linux")]

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod footprint;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod world;
