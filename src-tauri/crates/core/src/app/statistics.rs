//! What was used and what it cost, from the sums that are kept beside the log,
//! so that neither clearing the log nor its retention changes a figure.
//!
//! Sums over all requests are kept by the quarter of an hour of UTC: midnight in
//! India (+5:30) or Nepal (+5:45) is exact, with or without a log. Sums by name, and
//! times, are kept by the hour. Where such a one is cut, the requests of that hour
//! tell the two parts apart, as long as the log still has all of them; afterwards the
//! hour counts for the part in which it begins, so that nothing is lost or counted
//! twice. A cut within a quarter is made in the same way.

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
