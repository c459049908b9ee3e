//! What was used and what it cost, from the sums that are kept beside the log,
//! so that neither clearing the log nor its retention changes a figure.
//!
//! Sums are kept by the whole hour of UTC. Where a time is cut within an hour
//! (midnight in India, +5:30) the requests of that hour tell the two parts
//! apart, as long as the log still has all of them; afterwards the hour counts
//! for the part in which it begins, so that nothing is lost or counted twice.

mod breakdown;
mod burn;
mod calendar;
mod compatible;
mod cuts;
mod overview;
mod series;
mod totals;

pub use self::compatible::{Overview, Period, Series};

#[cfg(test)]
mod tests;
