//! A metric with its samples, for whichever format.

use super::Histogram;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, from the start of the program on.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by step, in seconds.
    Histogram,
}

/// The value of a sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a counter or a gauge.
    Number(f64),
    /// Of a histogram.
    Steps(Box<Histogram>),
}

/// One value with what tells it from the others of its family.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Names and values, in the order of their names.
    pub labels: Vec<(&'static str, String)>,
    /// The value.
    pub value: Value,
}

/// A metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Name with its unit; a counter's ends in `_total`.
    pub name: &'static str,
    /// What it tells, in a sentence.
    pub help: &'static str,
    /// What it is.
    pub kind: Kind,
    /// At least one: a family without samples is left out.
    pub samples: Vec<Sample>,
}

impl Family {
    /// A metric without samples yet.
    #[must_use]
    pub fn new(name: &'static str, help: &'static str, kind: Kind) -> Self {
        Self {
            name,
            help,
            kind,
            samples: Vec::new(),
        }
    }

    /// Adds a number.
    pub fn push(&mut self, labels: Vec<(&'static str, String)>, number: f64) {
        self.samples.push(Sample {
            labels,
            value: Value::Number(number),
        });
    }

    /// Adds a histogram.
    pub fn push_steps(&mut self, labels: Vec<(&'static str, String)>, steps: Histogram) {
        self.samples.push(Sample {
            labels,
            value: Value::Steps(Box::new(steps)),
        });
    }

    /// A metric with one number and no labels.
    #[must_use]
    pub fn single(name: &'static str, help: &'static str, kind: Kind, number: f64) -> Self {
        let mut family = Self::new(name, help, kind);
        family.push(Vec::new(), number);
        family
    }
}
