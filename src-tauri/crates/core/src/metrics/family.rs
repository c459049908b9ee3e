//! A metric with its samples, for whichever format.

use super::Histogram;

/// Names and values, in the order of their names.
pub type Labels = Vec<(&'static str, String)>;

/// One value with what tells it from the others of its family.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<T> {
    /// What tells it from the others.
    pub labels: Labels,
    /// The value.
    pub value: T,
}

/// What a metric is, with its values.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// Only grow, from the start of the program on.
    Counter(Vec<Sample<f64>>),
    /// Go up and down.
    Gauge(Vec<Sample<f64>>),
    /// Count by bucket, in seconds.
    Histogram(Vec<Sample<Histogram>>),
}

impl Samples {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Counter(samples) | Self::Gauge(samples) => samples.is_empty(),
            Self::Histogram(samples) => samples.is_empty(),
        }
    }
}

/// A metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Name with its unit; a counter's ends in `_total`.
    pub name: &'static str,
    /// What it tells, in a sentence.
    pub help: &'static str,
    /// A family without samples is told in no format.
    pub samples: Samples,
}

impl Family {
    /// A counter.
    #[must_use]
    pub const fn counter(
        name: &'static str,
        help: &'static str,
        samples: Vec<Sample<f64>>,
    ) -> Self {
        Self {
            name,
            help,
            samples: Samples::Counter(samples),
        }
    }

    /// A gauge.
    #[must_use]
    pub const fn gauge(name: &'static str, help: &'static str, samples: Vec<Sample<f64>>) -> Self {
        Self {
            name,
            help,
            samples: Samples::Gauge(samples),
        }
    }

    /// A histogram.
    #[must_use]
    pub const fn histogram(
        name: &'static str,
        help: &'static str,
        samples: Vec<Sample<Histogram>>,
    ) -> Self {
        Self {
            name,
            help,
            samples: Samples::Histogram(samples),
        }
    }
}

impl<T> Sample<T> {
    /// A value among others.
    #[must_use]
    pub const fn new(labels: Labels, value: T) -> Self {
        Self { labels, value }
    }

    /// The only value of its family.
    #[must_use]
    pub fn single(value: T) -> Vec<Self> {
        vec![Self::new(Vec::new(), value)]
    }
}
