//! Issue 5, done when 1: what requests cost, to the last nano-unit.
//!
//! The upstream is the simulator, which counts a quarter of the characters as tokens,
//! rounded up. The clock is moved by hand, so that prices by the hour are met to the
//! minute. Every expected value is worked out beside its request; ¥1 per million
//! tokens are 1,000 nano-units per token.

mod attempts;
mod batches;
mod days;
mod desk;
mod hang_ups;
mod overrides;
mod recomputing;
