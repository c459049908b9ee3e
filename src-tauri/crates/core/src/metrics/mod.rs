//! Figures for monitoring: what finished requests add up to since the start.
//!
//! [`Tally`] counts with one short lock per request. [`Family`] is a metric with its
//! samples, whoever reads it: [`text`] writes the Prometheus text format, [`otlp`]
//! the message of the OpenTelemetry protocol, both from the same families.
//! Names and units follow <https://prometheus.io/docs/practices/naming/>.

mod family;
mod histogram;
pub mod otlp;
mod tally;
pub mod text;

pub use family::{Family, Labels, Sample, Samples};
pub use histogram::{BOUNDS_MS, Histogram};
pub use tally::Tally;

#[cfg(test)]
mod tests;
